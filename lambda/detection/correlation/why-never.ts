import type { CorrelationRule, CorrelationType } from '../language/rule-set.ts';
import { holds } from './condition-holds.ts';

/** The numbers that a correlation can reach. */
interface Range {
  readonly from: number;
  readonly to: number;
  /** Only whole numbers. */
  readonly counts: boolean;
  readonly said: string;
}

/**
 * A group exists from its first event on, so the count of events is never 0. An event may lack the field whose values
 * are counted.
 */
function rangeOf(type: CorrelationType, rules: number): Range {
  const endless = Number.POSITIVE_INFINITY;
  switch (type) {
    case 'chain':
    case 'event_count':
      return { from: 1, to: endless, counts: true, said: 'event_count is from 1' };
    case 'temporal':
    case 'temporal_ordered':
      return { from: 1, to: rules, counts: true, said: `${type} is from 1 to ${rules}` };
    case 'value_count':
      return { from: 0, to: endless, counts: true, said: 'value_count is a whole number from 0' };
    default:
      return { from: -endless, to: endless, counts: false, said: 'its parts exclude each other' };
  }
}

/** Why no number that a correlation can reach fulfils its condition: such a rule could never fire. */
export function whyNever(
  type: CorrelationType,
  condition: CorrelationRule['condition'],
  rules: number,
): string | undefined {
  const { from, to, counts, said } = rangeOf(type, rules);
  const bounds = condition.map(({ value }) => value).toSorted((a, b) => a - b);
  // Between two neighbouring bounds every number fulfils the same parts, so testing one of them is enough.
  const between = bounds.map((bound, i) => (bound + (bounds[i + 1] ?? bound)) / 2);
  const around = bounds.flatMap((bound) => [Math.floor(bound) - 1, Math.floor(bound), Math.floor(bound) + 1]);
  const candidates = counts ? [from, to, ...around] : [...bounds, ...between, ...around];
  const isReached = candidates.some(
    (number) => Number.isFinite(number) && number >= from && number <= to && holds(condition, number),
  );
  return isReached ? undefined : said;
}
