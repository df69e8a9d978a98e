import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CloudTrailEvent } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { RowWriter } from '../../lambda/store/dynamo/row-writer.ts';
import { EVENT_ROW_KEY, type EventRow, eventRows, type ResourceRow } from '../../lambda/store/rows/event-row.ts';
import { NOW } from './index-events.ts';

/** Writes the rows of events, as ingest does for those that are notable. */
export async function writeRows(
  client: DynamoDBDocumentClient,
  eventsTable: string,
  events: readonly CloudTrailEvent[],
): Promise<void> {
  const writer = new RowWriter<EventRow | ResourceRow>({ client, table: eventsTable, key: EVENT_ROW_KEY });
  const options = { rowDays: 30, now: NOW };
  for (const event of events) for (const row of eventRows(event, options)) await writer.add(row);
  const refused = await writer.flush();
  if (refused.length > 0) throw new Error(`The table refused a row: ${refused[0]?.reason}`);
}
