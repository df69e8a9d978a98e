import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { RowWriter } from '../../lambda/store/dynamo/row-writer.ts';
import { EVENT_ROW_KEY, type EventRow, eventRows, type ResourceRow } from '../../lambda/store/rows/event-row.ts';
import { type MadeEvent, madeEvent } from '../made/events.ts';
import type { UnitCounter } from '../support/units.ts';
import { ITEM_OVERHEAD } from './kept-bytes.ts';
import { NOW } from './made-objects.ts';

/** The indexes of rows that are on by default. */
export const ROW_INDEXES = ['by-actor', 'by-resource', 'by-day'];
const SAMPLED_ROWS = 500;

/** What the rows of a notable event take, with the indexes that are on by default. */
export async function rowUnits(
  client: DynamoDBDocumentClient,
  table: string,
  counter: UnitCounter,
  events: readonly MadeEvent[],
): Promise<{ readonly units: number; readonly bytes: number }> {
  const notable = events.filter(({ action, failed }) => failed || !action.readOnly).slice(0, SAMPLED_ROWS);
  const writer = new RowWriter<EventRow | ResourceRow>({ client, table, key: EVENT_ROW_KEY });
  let bytes = 0;
  for (const event of notable) {
    const rows = eventRows(madeEvent(event), { rowDays: 30, now: NOW });
    for (const row of rows) {
      await writer.add(row);
      // The row, and its copy in each index.
      bytes += (Buffer.byteLength(JSON.stringify(row)) + ITEM_OVERHEAD) * (1 + ROW_INDEXES.length);
    }
  }
  await writer.flush();
  const { writes } = counter.take();
  const names = [table, ...ROW_INDEXES.map((name) => `${table}/${name}`)];
  const units = names.reduce((sum, name) => sum + (writes.get(name) ?? 0), 0);
  return { units: units / notable.length, bytes: bytes / notable.length };
}
