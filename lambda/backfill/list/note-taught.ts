import * as z from 'zod';
import { type CorrelationRule, dayOf, dayOfDate } from '../../detection/index.ts';
import type { SeenRule } from '../../store/correlations/seen-row.ts';
import type { SeenRules } from '../../store/correlations/seen-rules.ts';
import type { SeenTaught } from '../../store/correlations/seen-taught.ts';
import { executionInputSchema } from '../backfill-request.ts';
import { keptRequestSchema } from '../part.ts';
import { readReport } from '../report.ts';
import { requestKey, type WorkBucket } from '../work-bucket.ts';

/** What the state machine sends when the batches of the last part were read. */
export const conclusionSchema = executionInputSchema.extend({ listed: z.object({ isLast: z.literal(true) }) });

export type Conclusion = z.infer<typeof conclusionSchema>;

export interface NoteTaughtOptions {
  readonly work: WorkBucket;
  /** The rules of type `first_seen` that are deployed. */
  readonly rules: readonly CorrelationRule[];
  readonly seenRules: Pick<SeenRules, 'read'>;
  readonly taught: Pick<SeenTaught, 'note'>;
}

/**
 * Notes of which time a backfill has taught rules of type `first_seen` everything. Nothing is noted of one that was narrowed
 * to regions, or has left or rejected an object; nor for a rule that the deployment did not have when the backfill began.
 * Where all rules were asked for, objects that ingest had read before are not read again: then a rule counts only if the
 * deployment had it before these. Doing it again changes nothing.
 * @returns how many rules were noted to have learnt.
 * @throws the SDK's errors.
 */
export async function noteTaught(
  { run, attempt, request }: Conclusion,
  { work, rules, seenRules, taught }: NoteTaughtOptions,
): Promise<{ readonly taught: number }> {
  const asked = rules.filter(({ metadata }) => request.rules?.includes(metadata.id) ?? true);
  if (asked.length === 0 || request.regions.length > 0) return { taught: 0 };
  const report = await readReport(work, { run, attempt });
  const kept = await work.get(requestKey(run), keptRequestSchema);
  const isWhole = report.isListed && report.batchesRead === report.batches && report.left + report.rejected === 0;
  if (!isWhole || kept === undefined) return { taught: 0 };
  const begun = dayOf(Date.parse(kept.begunAt));
  const firstBefore = request.rules === undefined ? report.firstBefore : undefined;
  const hasLearnt = ({ first }: SeenRule): boolean =>
    first <= begun && (firstBefore === undefined || dayOfDate(firstBefore) >= first);
  const known = await seenRules.read(asked);
  const missed = new Set(report.uncorrelated.map(({ ruleId }) => ruleId));
  const learnt = asked.filter(({ metadata: { id } }) => {
    const one = known.get(id);
    return one !== undefined && hasLearnt(one) && !missed.has(id);
  });
  const accounts = request.accounts.length === 0 ? [undefined] : request.accounts;
  for (const rule of learnt) {
    for (const account of accounts) {
      const time = { since: dayOfDate(request.since), until: dayOfDate(request.until) };
      await taught.note(rule, { ...time, ...(account !== undefined && { account }) });
    }
  }
  return { taught: learnt.length };
}
