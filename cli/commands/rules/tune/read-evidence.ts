import * as z from 'zod';
import { type CloudTrailEvent, type Receipt, readEvent } from '../../../../lambda/cloudtrail/cloudtrail-event.ts';
import type { ReadMeter } from '../../../../lambda/store/dynamo/queries/read-meter.ts';
import { type FindingMark, markOf } from '../../../../lambda/store/findings/finding-marks.ts';
import { createFindingQueries } from '../../../../lambda/store/findings/finding-query.ts';
import type { IndexedFinding } from '../../../../lambda/store/findings/indexed-finding.ts';
import type { Connection } from '../../../aws/connection.ts';
import { recordsOfReceipts } from '../../../inputs/records-of-receipts.ts';

/** A finding of the rule: marked, or of the last days. */
export interface Evidence {
  readonly findingId: string;
  /** ISO 8601 in UTC. */
  readonly eventTime: string;
  readonly alertId?: string | undefined;
  readonly mark?: FindingMark | undefined;
  /** Whether it is of the days that are asked for. */
  readonly isRecent: boolean;
  /** Absent if its record can't be read any more, or is one of too many. */
  readonly event?: CloudTrailEvent | undefined;
}

/** Recent findings whose records are read. Those that are marked are all read. */
const MAX_RECORDS = 5_000;

const receiptSchema = z.object({ bucket: z.string(), key: z.string(), version: z.string(), index: z.number() });

/**
 * The findings of a rule that somebody marked, whenever that was, and all of those since a time; with their records.
 * @throws ReadLimitReached, and the SDK's errors.
 */
export async function readEvidence(
  { documents, tables, s3 }: Connection,
  { ruleId, since, now }: { readonly ruleId: string; readonly since: Date; readonly now: () => Date },
  meter: ReadMeter,
): Promise<readonly Evidence[]> {
  const wanted: (Omit<Evidence, 'event'> & { readonly receipt?: Receipt | undefined })[] = [];
  let recent = 0;
  for await (const finding of createFindingQueries(documents, tables, now).search(
    { conditions: { ruleId: [ruleId] } },
    meter,
  )) {
    const mark = markOf(finding.mark);
    const isRecent = Date.parse(finding.eventTime) >= since.getTime();
    if (mark === undefined && !isRecent) continue;
    const isRead = mark !== undefined || ++recent <= MAX_RECORDS;
    const { findingId, eventTime, alertId } = finding;
    wanted.push({ findingId, eventTime, alertId, mark, isRecent, receipt: isRead ? receiptOf(finding) : undefined });
  }
  const events = new Map<string, CloudTrailEvent>();
  const receipts = wanted.flatMap(({ receipt }) => receipt ?? []);
  for await (const { receipt, record } of recordsOfReceipts(s3).read(receipts)) {
    const read = readEvent(record, receipt);
    if (read.ok) events.set(placeOf(receipt), read.event);
  }
  return wanted.map(({ receipt, ...finding }) => ({
    ...finding,
    event: receipt === undefined ? undefined : events.get(placeOf(receipt)),
  }));
}

function receiptOf(finding: IndexedFinding): Receipt | undefined {
  return receiptSchema.safeParse(finding.receipt).data;
}

function placeOf({ bucket, key, version, index }: Receipt): string {
  return JSON.stringify([bucket, key, version, index]);
}
