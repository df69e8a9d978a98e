import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { CloudTrailEvent } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { type EventSummary, summaryOf } from '../../lambda/store/segments/summary.ts';
import { encodePages, pageRow } from '../../lambda/store/segments/table/page-rows.ts';

export const NOW = new Date('2026-11-21T12:00:00Z');

/** Leaves events in pages, as ingest does. */
export function indexEvents(
  client: DynamoDBDocumentClient,
  segmentsTable: string,
  events: readonly CloudTrailEvent[],
  now: Date = NOW,
): Promise<void> {
  return writePages(client, segmentsTable, events.map(summaryOf), now);
}

export async function writePages(
  client: DynamoDBDocumentClient,
  table: string,
  summaries: readonly EventSummary[],
  now: Date = NOW,
): Promise<void> {
  for (const body of encodePages(summaries)) {
    await client.send(new PutCommand({ TableName: table, Item: pageRow(body, 0, now) }));
  }
}
