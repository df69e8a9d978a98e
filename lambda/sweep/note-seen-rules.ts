import { type CorrelationRule, dayOf } from '../detection/index.ts';
import type { SeenRules } from '../store/correlations/seen-rules.ts';

/**
 * Notes once a day which rules of type `first_seen` the deployment has, with their content: sweep is the first function that
 * runs after a deployment, and a rule learns from then on, however rare its events are.
 * @returns what is to be called in each run. It throws the SDK's errors; the next run tries again.
 */
export function seenRulesNoter(
  rules: readonly CorrelationRule[],
  table: Pick<SeenRules, 'note'>,
  now: () => Date,
): () => Promise<void> {
  let notedOn: number | undefined;
  return async () => {
    const today = dayOf(now().getTime());
    if (rules.length === 0 || notedOn === today) return;
    await table.note(rules);
    notedOn = today;
  };
}
