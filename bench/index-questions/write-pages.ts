import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { EventSummary } from '../../lambda/store/segments/summary.ts';
import { encodePages, type PageRow, pageRow } from '../../lambda/store/segments/table/page-rows.ts';
import type { SegmentsTable } from '../../lambda/store/segments/table/state.ts';
import { madeEvents, SummaryMaker } from '../made/events.ts';
import { connectBenchTable } from '../support/segments-table.ts';
import { answerApart } from './apart.ts';
import { NOW, ORGANIZATION } from './world.ts';

const PAGES_AT_ONCE = 20;

/** The pages of a day, as ingest leaves them. */
async function writePages(table: SegmentsTable, events: number): Promise<void> {
  const maker = new SummaryMaker();
  const open = new Map<string, EventSummary[]>();
  const written = new Date(NOW.getTime() - 3_600_000);
  let rows: PageRow[] = [];
  const flush = async (): Promise<void> => {
    if (rows.length === 0) return;
    const RequestItems = { [table.table]: rows.map((Item) => ({ PutRequest: { Item } })) };
    rows = [];
    await table.client.send(new BatchWriteCommand({ RequestItems }));
  };
  const put = async (summaries: readonly EventSummary[]): Promise<void> => {
    for (const body of encodePages(summaries)) rows.push(pageRow(body, 0, written));
    if (rows.length >= PAGES_AT_ONCE) await flush();
  };
  for (const made of madeEvents(ORGANIZATION, '2026-11-18', events)) {
    const { key } = made.receipt;
    const place = key.slice(0, key.lastIndexOf('_'));
    const page = open.get(place);
    const summary = maker.summary(made);
    if (page?.[0]?.receipt.key === key) {
      page.push(summary);
      continue;
    }
    if (page !== undefined) await put(page);
    open.delete(place);
    open.set(place, [summary]);
  }
  for (const page of open.values()) await put(page);
  await flush();
}

if (import.meta.main) {
  const [endpoint = '', table = '', events = ''] = process.argv.slice(2);
  const connected = connectBenchTable(endpoint, table);
  await writePages(connected, Number(events));
  connected.dynamodb.destroy();
  await answerApart({});
}
