import type { Receipt } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import { isJsonObject } from '../../../lambda/shared/json.ts';
import { OWN_EVENT_SOURCE } from '../../../lambda/store/suppressions/suppression-event.ts';
import type { SuppressionTable } from '../../../lambda/store/suppressions/suppression-table.ts';
import type { RawRecord } from '../../inputs/raw-record.ts';

/** Whether Trailwarden wrote an event itself: that somebody made or ended a suppression. No log object holds it. */
export function isOwn({ eventSource }: { readonly eventSource: string }): boolean {
  return eventSource === OWN_EVENT_SOURCE;
}

/** The record of such an event, which is in the suppression's row. */
export async function readOwnRecord(suppressions: SuppressionTable, receipt: Receipt): Promise<RawRecord> {
  const text = await suppressions.record(receipt);
  const record: unknown = text === undefined ? undefined : JSON.parse(text);
  return isJsonObject(record)
    ? { record, text, content: 'unknown' }
    : { problem: 'The suppression is gone from its table.', content: 'unknown' };
}
