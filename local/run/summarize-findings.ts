import { LEVELS, type Level } from '../../lambda/detection/index.ts';
import type { FindingQueries } from '../../lambda/store/findings/finding-query.ts';

export interface FindingSummary {
  readonly byLevel: Readonly<Record<Level, number>>;
  /** The resource and the address that most findings name, if any names one. */
  readonly resource?: string;
  readonly address?: string;
}

/** Adds up every finding that there is. */
export async function summarizeFindings(queries: FindingQueries): Promise<FindingSummary> {
  const byLevel = { critical: 0, high: 0, medium: 0, low: 0, informational: 0 };
  const resources = new Map<string, number>();
  const addresses = new Map<string, number>();
  for await (const finding of queries.search({})) {
    const level = LEVELS.find((name) => name === finding.level);
    if (level !== undefined) byLevel[level] += 1;
    // What is of no consequence would hide what is.
    if (level === 'informational') continue;
    const [resource] = finding.resources;
    if (resource !== undefined) resources.set(resource, (resources.get(resource) ?? 0) + 1);
    const { address } = finding;
    if (address !== undefined) addresses.set(address, (addresses.get(address) ?? 0) + 1);
  }
  return { byLevel, resource: mostFrequent(resources), address: mostFrequent(addresses) };
}

function mostFrequent(counts: ReadonlyMap<string, number>): string | undefined {
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a);
  return most?.[0];
}
