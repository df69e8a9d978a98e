import { LEVELS, type Level } from '../../lambda/detection/index.ts';
import type { FindingQueries } from '../../lambda/store/findings/finding-query.ts';

export interface FindingSummary {
  readonly byLevel: Readonly<Record<Level, number>>;
  /** The file system that most findings name, if any names one. */
  readonly fileSystem?: string;
}

const FILE_SYSTEM = /^fs-[0-9a-z]+$/;

/** Adds up every finding that there is. */
export async function summarizeFindings(queries: FindingQueries): Promise<FindingSummary> {
  const byLevel = { critical: 0, high: 0, medium: 0, low: 0, informational: 0 };
  const fileSystems = new Map<string, number>();
  for await (const finding of queries.search({})) {
    const level = LEVELS.find((name) => name === finding.level);
    if (level !== undefined) byLevel[level] += 1;
    for (const resource of finding.resources.filter((name) => FILE_SYSTEM.test(name))) {
      fileSystems.set(resource, (fileSystems.get(resource) ?? 0) + 1);
    }
  }
  const [most] = [...fileSystems].toSorted(([, a], [, b]) => b - a);
  return { byLevel, fileSystem: most?.[0] };
}
