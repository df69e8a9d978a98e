import type { BackfillReport } from '../../../lambda/backfill/report.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import { printableLines } from '../../output/printable-lines.ts';
import { type BackfillEstimate, dollarsOf, takenBy } from './backfill-cost.ts';
import type { BackfillExecution } from './engine.ts';

const number = (value: number): string => Math.round(value).toLocaleString('en-US');
const dollars = (value: number): string => `${value.toFixed(2)} USD`;

/** What a backfill is expected to take, before it is started. */
export function estimateText(estimate: BackfillEstimate, isIndexed: boolean): string {
  const { objects, bytes, events, findings, batches, before, writeUnits, readUnits, minutes, maxConcurrency } =
    estimate;
  const what = isIndexed ? 'to be read' : 'to be judged';
  return lines([
    `${counted(objects, 'log object')} ${what}, ${(bytes / 1e6).toFixed(1)} MB, about ${counted(events, 'event')} and ${counted(findings, 'finding')}.`,
    ...(isIndexed && before > 0 ? [`${number(before)} more were read before: they are left as they are.`] : []),
    `${counted(batches, 'batch', 'batches')}, ${maxConcurrency} at a time: about ${minutesText(minutes)}.`,
    `About ${number(writeUnits)} write units, ${number(readUnits)} read units and ${number(estimate.seconds)} seconds of the function: ${dollars(estimate.dollars)} at list price` +
      (isIndexed ? `, and ${dollars(estimate.packDollars)} for pack afterwards.` : '.'),
  ]);
}

/** What a backfill has come to. */
export function reportText(report: BackfillReport): string {
  const { objects, before, closed, rejected, left, records, indexed, recordsRejected, findings, correlated } = report;
  return lines([
    `${counted(objects, 'log object')}${report.isListed ? '' : ' so far'}: ${number(closed)} read, ${number(rejected)} rejected, ${number(before)} read before, ${number(left)} left.`,
    `${counted(records, 'record')}: ${counted(indexed, 'event')}, ${number(recordsRejected)} rejected. ${counted(findings + correlated, 'finding')}, ${number(correlated)} of them of correlations.`,
    `${number(report.batchesRead)} of ${counted(report.batches, 'batch', 'batches')}. ${number(report.writeUnits)} write units, ${number(report.readUnits)} read units, ${number(report.seconds)} seconds of the function: ${dollars(dollarsOf(takenBy(report)))} at list price.`,
    ...report.uncorrelated.map(
      ({ ruleId, events, batches }) =>
        `not judged: the correlation ${ruleId} over ${counted(batches, 'batch', 'batches')}, with ${counted(events, 'event')} of theirs`,
    ),
    ...report.named.map(({ key, what, reason }) => `${what}: ${key}: ${reason}`),
  ]);
}

/** Where an attempt stands. */
export function statusText(run: string, attempt: number, execution: BackfillExecution | undefined): string {
  const tries = attempt === 1 ? '' : `, attempt ${attempt}`;
  if (execution === undefined) return lines([`${run}${tries}: Step Functions knows no such execution any more.`]);
  const { status, startedAt, stoppedAt, error, cause } = execution;
  const times = `begun ${startedAt}${stoppedAt === undefined ? '' : `, ended ${stoppedAt}`}`;
  return lines([
    `${run}${tries}: ${status.toLowerCase()}, ${times}.`,
    ...(error === undefined ? [] : [`${error}: ${cause ?? 'no cause is known'}`]),
  ]);
}

function minutesText(minutes: number): string {
  if (minutes < 90) return `${Math.max(1, Math.ceil(minutes))} ${Math.ceil(minutes) <= 1 ? 'minute' : 'minutes'}`;
  return `${(minutes / 60).toFixed(1)} hours`;
}

/** Keys and reasons come from elsewhere. */
function lines(texts: readonly string[]): string {
  return texts.map((text) => `${printableLines(text)}\n`).join('');
}
