import { parsePattern } from '../dynamo/queries/text-pattern.ts';
import { timeRange } from '../dynamo/queries/time-range.ts';
import type { FindingQueries, FindingQuery } from '../findings/finding-query.ts';
import type { IndexedFinding } from '../findings/indexed-finding.ts';

/** The questions to findings that are in memory and in no table: each answers as over tables, without a read unit. */
export function findingsInMemory(findings: readonly IndexedFinding[]): FindingQueries {
  const ordered = findings.toSorted((a, b) => compare(a.eventTime, b.eventTime) || compare(a.findingId, b.findingId));
  return {
    search: (query) => search(ordered, query),
    get: async (findingId) => findings.find((finding) => finding.findingId === findingId),
  };
}

async function* search(
  ordered: readonly IndexedFinding[],
  { conditions = {}, since, until, order = 'newest-first', limit = Number.POSITIVE_INFINITY }: FindingQuery,
): AsyncGenerator<IndexedFinding> {
  const range = timeRange(since, until);
  if (range === undefined) return;
  const { first = '', last = '~' } = range;
  const filters = FIELDS.flatMap((field) => {
    const patterns = conditions[field]?.map((value) => parsePattern(value)) ?? [];
    return patterns.length === 0 ? [] : [{ field, patterns }];
  });
  let given = 0;
  for (const finding of order === 'oldest-first' ? ordered : ordered.toReversed()) {
    if (finding.eventTime < first || finding.eventTime > last) continue;
    const isMeant = filters.every(({ field, patterns }) => {
      const value = finding[field];
      return value !== undefined && patterns.some(({ matches }) => matches(value));
    });
    if (!isMeant) continue;
    if (++given > limit) return;
    yield finding;
  }
}

const FIELDS = ['alertId', 'ruleId', 'actor', 'level', 'account', 'region', 'action'] as const;

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
