import { LEVELS } from '../../../lambda/detection/index.ts';
import { tacticsOf } from '../../../lambda/findings/attack-tactics.ts';
import type { IndexedFinding } from '../../../lambda/store/findings/indexed-finding.ts';
import type { FacetValue } from '../../../lambda/store/questions/tally.ts';
import type { CountedBy, Counts } from './facet-listing.ts';

/** What findings can be counted by. */
export const FINDING_FACETS = ['rule', 'actor', 'level', 'tactic', 'day'] as const;
export type FindingFacet = (typeof FINDING_FACETS)[number];

/**
 * Counts findings as they come. A finding has one rule and level, and as many of ATT&CK's tactics as its rule names.
 * Days come in order, levels from the most severe on, everything else by count; at most `top` of each.
 */
export async function countFindings(
  findings: AsyncIterable<IndexedFinding>,
  by: readonly FindingFacet[],
  top: number,
): Promise<Counts> {
  const counts = new Map(by.map((facet) => [facet, new Map<string, FacetValue>()]));
  let total = 0;
  for await (const finding of findings) {
    total++;
    for (const [facet, values] of counts) {
      for (const value of valuesOf(finding, facet))
        values.set(value, added(values.get(value), value, finding.eventTime));
    }
  }
  const tables = [...counts].map(([facet, values]): CountedBy => {
    const ordered = [...values.values()].toSorted(ORDERS[facet] ?? mostFirst);
    return { facet, values: facet === 'day' ? ordered : ordered.slice(0, top), distinct: values.size };
  });
  return { total, tables };
}

function valuesOf(finding: IndexedFinding, facet: FindingFacet): readonly string[] {
  switch (facet) {
    case 'rule':
      return [finding.title];
    case 'actor':
      return finding.actor === undefined ? [] : [finding.actor];
    case 'level':
      return [finding.level];
    case 'day':
      return [finding.eventTime.slice(0, 10)];
    case 'tactic':
      return tacticsOf(finding.tags);
  }
}

function added(before: FacetValue | undefined, value: string, time: string): FacetValue {
  const { count = 0, first = time, last = time } = before ?? {};
  return { value, count: count + 1, first: time < first ? time : first, last: time > last ? time : last };
}

type Order = (a: FacetValue, b: FacetValue) => number;

const mostFirst: Order = (a, b) => b.count - a.count || (a.value < b.value ? -1 : 1);
const RANKED: readonly string[] = LEVELS;
const ORDERS: Partial<Record<FindingFacet, Order>> = {
  day: (a, b) => (a.value < b.value ? -1 : 1),
  level: (a, b) => RANKED.indexOf(b.value) - RANKED.indexOf(a.value),
};
