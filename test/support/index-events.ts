import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { CloudTrailEvent } from '../../lambda/cloudtrail/event.ts';
import { RowWriter } from '../../lambda/store/dynamo/row-writer.ts';
import { type EventRow, eventRowKey, eventRows, type ResourceRow } from '../../lambda/store/rows/event-row.ts';
import { KnownDaysWriter } from '../../lambda/store/rows/known-days.ts';
import type { Shards } from '../../lambda/store/rows/shard.ts';
import { ShardSettings } from '../../lambda/store/rows/shard-settings.ts';
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

export interface RowOptions {
  readonly shards?: Shards;
  readonly retentionDays?: number;
  readonly now?: Date;
}

/** Writes the rows of events, for the aws cli. */
export async function writeRows(
  client: DynamoDBDocumentClient,
  eventsTable: string,
  events: readonly CloudTrailEvent[],
  { shards = { day: 1, others: 1 }, retentionDays = 365, now = NOW }: RowOptions = {},
): Promise<void> {
  await new ShardSettings(client, eventsTable).raise(shards);
  const days = new KnownDaysWriter({ client, eventsTable, retentionDays, now: () => now });
  const writer = new RowWriter<EventRow | ResourceRow>({ client, table: eventsTable, keyOf: eventRowKey });
  for (const event of events) {
    await days.noteEvent(event.account, event.eventTime);
    for (const row of eventRows(event, { shards, retentionDays, now })) await writer.add(row);
  }
  const refused = await writer.flush();
  if (refused.length > 0) throw new Error(`The table refused a row: ${refused[0]?.reason}`);
}
