import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { wireIngest } from '../lambda/ingest/wiring.ts';
import { readIngestEnvironment } from '../lambda/runtime/environment.ts';
import type { SegmentsTable } from '../lambda/store/segments/table/state.ts';
import { DEFAULT_RULES } from '../local/deployment/default-rules.ts';
import { createClients } from '../local/deployment/local-clients.ts';
import { writeRuleSet } from '../local/deployment/local-rule-set.ts';
import { provision } from '../local/deployment/provision-resources.ts';
import { startEmbeddedAws } from '../local/emulators/embedded-aws.ts';
import { bytesKept } from './cost-of-an-event/kept-bytes.ts';
import { type MadeObject, madeObjects, notification } from './cost-of-an-event/made-objects.ts';
import { PAGES, packPagesOf } from './cost-of-an-event/packed-pages.ts';
import { ROW_INDEXES, rowUnits } from './cost-of-an-event/row-units.ts';
import { madeRecord } from './made/events.ts';
import { startBenchTable } from './support/segments-table.ts';
import { SILENT_LOGGER, SILENT_METRICS } from './support/silent.ts';
import { sumOfUnits, UnitCounter, type Units } from './support/units.ts';

/** What an event takes, of one part of the work. */
export interface CostRow {
  readonly part: string;
  readonly eventsPerObject: number;
  readonly writeUnitsPerEvent: number;
  readonly readUnitsPerEvent: number;
  readonly callsPerObject: number | string;
  readonly detail: string;
}

/** Objects that go through the whole function; pages, pack and merges are measured over more. */
const HANDLED_OBJECTS = 80;

/** Events that the function has read before: what rules of type `first_seen` learn once isn't what an event takes. */
const TAUGHT_EVENTS = 20_000;
/** How often as many pages as pack waits for are written, and packed. */
const ROUNDS = 4;
const NOTABLE_SHARE = 0.2;

/** Counts what DynamoDB takes for an event, over the embedded one: everything that ingest, pack and merges do. */
export async function benchCost(): Promise<readonly CostRow[]> {
  const rows: CostRow[] = [];
  for (const eventsPerObject of [6, 50]) rows.push(...(await measure(eventsPerObject)));
  rows.push(await measureDataEvents(50));
  return rows;
}

async function measure(eventsPerObject: number): Promise<readonly CostRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-cost-'));
  const aws = await startEmbeddedAws();
  const clients = createClients(aws.endpoints);
  try {
    const rulesFile = join(folder, 'rules.json');
    await writeRuleSet(DEFAULT_RULES, rulesFile);
    const resources = await provision(clients, { deployment: 'cost', rulesFile });
    // Tables of its own: pack is measured over pages that all have their whole count of events.
    const handling = await provision(clients, { deployment: 'cost-handled', rulesFile });
    const counter = new UnitCounter(clients.dynamodb);
    const client = DynamoDBDocumentClient.from(clients.dynamodb, { marshallOptions: { removeUndefinedValues: true } });
    const segments: SegmentsTable = { client, table: resources.tables.segments };
    const taught = Math.ceil(TAUGHT_EVENTS / eventsPerObject);
    const made = madeObjects(eventsPerObject, Math.max(PAGES * ROUNDS, taught + HANDLED_OBJECTS));
    const objects = made.slice(0, PAGES * ROUNDS);
    const row = rowMaker(eventsPerObject);

    // The function as it is deployed, with the default rules.
    const { variables, buckets } = handling;
    const ingest = wireIngest({
      ...clients,
      // Rows are counted apart: how many events are notable differs.
      environment: readIngestEnvironment({ ...variables.ingest, ROWS: 'none' }),
      logger: SILENT_LOGGER,
      metrics: SILENT_METRICS,
    });
    const handle = async ({ key, events }: MadeObject): Promise<void> => {
      const Body = gzipSync(JSON.stringify({ Records: events.map(madeRecord) }));
      await clients.s3.send(new PutObjectCommand({ Bucket: buckets.logs, Key: key, Body }));
      await ingest(notification(buckets.logs, key), { getRemainingTimeInMillis: () => 60_000 });
    };
    counter.take();
    for (const object of made.slice(0, taught)) await handle(object);
    const teaching = counter.take();
    const handled = made.slice(taught, taught + HANDLED_OBJECTS);
    const cpu = process.cpuUsage();
    for (const object of handled) await handle(object);
    const { user, system } = process.cpuUsage(cpu);
    const function_ = counter.take();
    const handledEvents = handled.length * eventsPerObject;
    const handlerRow = row(
      'ingest: page, ledger, correlations, findings, alerts',
      function_,
      handledEvents,
      handled.length,
      `${((user + system) / 1e6 / handled.length).toFixed(3)} s of CPU an object; ${byTable(function_, handling.tables, handledEvents)}`,
    );

    const { pages, pack, merge } = await packPagesOf(objects, segments, resources.tables.ledger, counter);
    const events = objects.length * eventsPerObject;
    const kept = await bytesKept(segments);
    counter.take();
    const notable = await rowUnits(
      client,
      resources.tables.events,
      counter,
      objects.flatMap((object) => object.events),
    );
    const parts = [
      handlerRow,
      row(
        'of these, page and ledger in one transaction',
        pages,
        events,
        objects.length,
        `${Math.round(pages.bytes / objects.length)} bytes a page`,
      ),
      row('pack', pack, events, objects.length, ''),
      row('merge', merge, events, objects.length, `${kept.events} events in ${kept.segments} segments`),
    ];
    // The pages of the second part are those that pack is measured with: ingest has written its own.
    const added = parts.filter((_, at) => at !== 1);
    const total = added.reduce((sum, { writeUnitsPerEvent }) => sum + writeUnitsPerEvent, 0);
    const reads = added.reduce((sum, { readUnitsPerEvent }) => sum + readUnitsPerEvent, 0);
    const taughtEvents = taught * eventsPerObject;
    return [
      ...parts,
      row(
        'ingest, of the very first events: values that first_seen rules know later are learnt',
        teaching,
        taughtEvents,
        taught,
        byTable(teaching, handling.tables, taughtEvents),
      ),
      {
        part: 'all, rows: none',
        eventsPerObject,
        writeUnitsPerEvent: rounded(total),
        readUnitsPerEvent: rounded(reads),
        callsPerObject: '',
        detail: `target <= ${eventsPerObject === 6 ? 1.3 : 0.6}; kept ${kept.bytesPerEvent.toFixed(1)} bytes an event (<= 80)`,
      },
      {
        part: `all, rows of ${NOTABLE_SHARE * 100} % of the events`,
        eventsPerObject,
        writeUnitsPerEvent: rounded(total + NOTABLE_SHARE * notable.units),
        readUnitsPerEvent: rounded(reads),
        callsPerObject: '',
        detail: `${notable.units.toFixed(2)} units and ${Math.round(notable.bytes)} bytes a notable event with ${ROW_INDEXES.join(', ')}`,
      },
    ];
  } finally {
    clients.destroy();
    await aws.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The bytes that the resources of data events take, which are as many as there are events, and can't be shared: the same
 * objects with data events in the place of some of the events, and without.
 */
async function measureDataEvents(eventsPerObject: number): Promise<CostRow> {
  const [without, mixed] = [await packMade(eventsPerObject, 0), await packMade(eventsPerObject, DATA_SHARE)];
  const { bytesPerEvent, writeUnits, readUnits, calls, events, objects } = mixed;
  const dataEventBytes = (bytesPerEvent - (1 - DATA_SHARE) * without.bytesPerEvent) / DATA_SHARE;
  return rowMaker(eventsPerObject)(
    `pages, pack and merge with ${DATA_SHARE * 100} % data events, each of an object of its own`,
    { writeUnits, readUnits, calls },
    events,
    objects,
    `kept ${bytesPerEvent.toFixed(1)} bytes an event: ${without.bytesPerEvent.toFixed(1)} without data events, ${dataEventBytes.toFixed(1)} a data event`,
  );
}

const DATA_SHARE = 0.3;

async function packMade(eventsPerObject: number, dataEvents: number) {
  const bench = await startBenchTable();
  try {
    const objects = madeObjects(eventsPerObject, PAGES * ROUNDS, dataEvents);
    const counter = new UnitCounter(bench.dynamodb);
    const { pages, pack, merge } = await packPagesOf(objects, bench, bench.ledger, counter);
    const { writeUnits, readUnits, calls } = sumOfUnits(sumOfUnits(pages, pack), merge);
    const { bytesPerEvent } = await bytesKept(bench);
    return {
      bytesPerEvent,
      writeUnits,
      readUnits,
      calls,
      events: objects.length * eventsPerObject,
      objects: objects.length,
    };
  } finally {
    await bench.stop();
  }
}

/** Write units of an event by table. */
function byTable(
  { writes }: Units,
  tables: Readonly<Record<'segments' | 'ledger' | 'findings' | 'alerts' | 'correlations', string>>,
  events: number,
): string {
  const named = (['segments', 'ledger', 'findings', 'alerts', 'correlations'] as const).map((name) => {
    let units = 0;
    for (const [written, count] of writes) if (written.split('/')[0] === tables[name]) units += count;
    return `${name} ${(units / events).toFixed(3)}`;
  });
  return named.join(', ');
}

function rowMaker(eventsPerObject: number) {
  return (
    part: string,
    units: Pick<Units, 'writeUnits' | 'readUnits' | 'calls'>,
    events: number,
    objects: number,
    detail: string,
  ): CostRow => ({
    part,
    eventsPerObject,
    writeUnitsPerEvent: rounded(units.writeUnits / events),
    readUnitsPerEvent: rounded(units.readUnits / events),
    callsPerObject: rounded(units.calls / objects),
    detail,
  });
}

function rounded(number: number): number {
  return Number(number.toFixed(3));
}
