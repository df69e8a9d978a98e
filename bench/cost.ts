import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { wireIngest } from '../lambda/ingest/wiring.ts';
import { MERGE_POLICY } from '../lambda/pack/merge.ts';
import { PACK_POLICY, pack } from '../lambda/pack/pack.ts';
import { readIngestEnvironment } from '../lambda/runtime/environment.ts';
import { RowWriter } from '../lambda/store/dynamo/row-writer.ts';
import { objectName } from '../lambda/store/ledger/object-versions.ts';
import { EVENT_ROW_KEY, type EventRow, eventRows, type ResourceRow } from '../lambda/store/rows/event-row.ts';
import { encodePages, pageRow } from '../lambda/store/segments/table/page-rows.ts';
import { takeSnapshot } from '../lambda/store/segments/table/snapshot.ts';
import type { SegmentsTable } from '../lambda/store/segments/table/state.ts';
import { DEFAULT_RULES } from '../local/deployment/default-rules.ts';
import { createClients } from '../local/deployment/local-clients.ts';
import { writeRuleSet } from '../local/deployment/local-rule-set.ts';
import { provision } from '../local/deployment/provision-resources.ts';
import { startEmbeddedAws } from '../local/emulators/embedded-aws.ts';
import { type MadeEvent, madeEvent, madeEvents, madeRecord, SummaryMaker } from './made/events.ts';
import { UnitCounter, type Units } from './support/units.ts';

/** What an event takes, of one part of the work. */
export interface CostRow {
  readonly part: string;
  readonly eventsPerObject: number;
  readonly writeUnitsPerEvent: number;
  readonly readUnitsPerEvent: number;
  readonly callsPerObject: number | string;
  readonly detail: string;
}

const DAY = '2026-11-18';
const NOW = new Date('2026-11-20T12:00:00Z');
/** Objects that go through the whole function; pages, pack and merges are measured over more. */
const HANDLED_OBJECTS = 80;
/** As many as pack waits for, so many times: what is packed in one go then becomes one small segment. */
const PAGES = PACK_POLICY.enoughPages;
const ROUNDS = 4;
/** The indexes of rows that are on by default. */
const ROW_INDEXES = ['by-actor', 'by-resource', 'by-day'];
const NOTABLE_SHARE = 0.2;

/** Counts what DynamoDB takes for an event, over the embedded one: everything that ingest, pack and merges do. */
export async function benchCost(): Promise<readonly CostRow[]> {
  const rows: CostRow[] = [];
  for (const eventsPerObject of [6, 50]) rows.push(...(await measure(eventsPerObject)));
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
    const counter = new UnitCounter(clients.dynamodb);
    const client = DynamoDBDocumentClient.from(clients.dynamodb, { marshallOptions: { removeUndefinedValues: true } });
    const segments: SegmentsTable = { client, table: resources.tables.segments };
    const objects = madeObjects(eventsPerObject, PAGES * ROUNDS);
    const row = rowMaker(eventsPerObject);

    // The function as it is deployed, with the default rules.
    const { tables, variables, buckets } = resources;
    const ingest = wireIngest({
      ...clients,
      // Rows are counted apart: how many events are notable differs.
      environment: readIngestEnvironment({ ...variables.ingest, ROWS: 'none' }),
      logger: SILENT_LOGGER,
      metrics: SILENT_METRICS,
    });
    const handled = objects.slice(0, HANDLED_OBJECTS);
    for (const { key, events } of handled) {
      const Body = gzipSync(JSON.stringify({ Records: events.map(madeRecord) }));
      await clients.s3.send(new PutObjectCommand({ Bucket: buckets.logs, Key: key, Body }));
    }
    counter.take();
    const cpu = process.cpuUsage();
    for (const { key } of handled)
      await ingest(notification(buckets.logs, key), { getRemainingTimeInMillis: () => 60_000 });
    const { user, system } = process.cpuUsage(cpu);
    const function_ = counter.take();
    const handledEvents = handled.length * eventsPerObject;
    const handlerRow = row(
      'ingest: page, ledger, correlations, findings, alerts',
      function_,
      handledEvents,
      handled.length,
      `${((user + system) / 1e6 / handled.length).toFixed(3)} s of CPU an object; ${byTable(function_, tables, handledEvents)}`,
    );

    // The page of an object, in one transaction with the ledger's row.
    const maker = new SummaryMaker();
    const written = { units: 0, calls: 0, bytes: 0 };
    const packed = { units: 0, reads: 0, calls: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const time = new Date(NOW.getTime() - (ROUNDS - round) * 3_600_000);
      for (const object of objects.slice(round * PAGES, (round + 1) * PAGES)) {
        const [page] = encodePages(object.events.map((event) => maker.summary(event)));
        if (page === undefined) continue;
        written.bytes += page.body.length;
        await writePage(segments, tables.ledger, object, pageRow(page, 0, time));
      }
      const pages = counter.take();
      written.units += pages.writeUnits;
      written.calls += pages.calls;
      await runPack(segments, new Date(time.getTime() + 30 * 60_000));
      const { writeUnits, readUnits, calls } = counter.take();
      packed.units += writeUnits;
      packed.reads += readUnits;
      packed.calls += calls;
    }
    await runPack(segments, new Date(NOW.getTime() + MERGE_POLICY.maxHours * 3_600_000));
    const merge = counter.take();
    const events = objects.length * eventsPerObject;
    const kept = await bytesKept(segments);
    counter.take();
    const notable = await rowUnits(
      client,
      tables.events,
      counter,
      objects.flatMap((object) => object.events),
    );
    const parts = [
      handlerRow,
      row(
        'of these, page and ledger in one transaction',
        { writeUnits: written.units, readUnits: 0, calls: written.calls },
        events,
        objects.length,
        `${Math.round(written.bytes / objects.length)} bytes a page`,
      ),
      row(
        'pack',
        { writeUnits: packed.units, readUnits: packed.reads, calls: packed.calls },
        events,
        objects.length,
        '',
      ),
      row('merge', merge, events, objects.length, `${kept.events} events in ${kept.segments} segments`),
    ];
    // The pages of the second part are those that pack is measured with: ingest has written its own.
    const added = parts.filter((_, at) => at !== 1);
    const total = added.reduce((sum, { writeUnitsPerEvent }) => sum + writeUnitsPerEvent, 0);
    const reads = added.reduce((sum, { readUnitsPerEvent }) => sum + readUnitsPerEvent, 0);
    return [
      ...parts,
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

interface MadeObject {
  readonly key: string;
  readonly version: string;
  readonly events: readonly MadeEvent[];
}

/** Objects of so many events each, in the order in which they fill. */
function madeObjects(eventsPerObject: number, count: number): readonly MadeObject[] {
  const organization = { seed: 20_261_118, eventsPerObject: [eventsPerObject] };
  const open = new Map<string, MadeEvent[]>();
  const objects: MadeObject[] = [];
  for (const event of madeEvents(organization, DAY, count * eventsPerObject * 2)) {
    const { key } = event.receipt;
    const place = key.slice(0, key.indexOf(DAY.replaceAll('-', '/')));
    const events = open.get(place) ?? [];
    open.set(place, events);
    const [first = event] = events;
    const { key: ownKey, version } = first.receipt;
    events.push({ ...event, receipt: { bucket: 'cost-logs', key: ownKey, version, index: events.length } });
    if (events.length < eventsPerObject) continue;
    objects.push({ key: ownKey, version, events });
    open.delete(place);
    if (objects.length === count) break;
  }
  return objects;
}

function notification(bucket: string, key: string) {
  const body = {
    Records: [
      {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        eventTime: NOW.toISOString(),
        s3: { bucket: { name: bucket }, object: { key } },
      },
    ],
  };
  return {
    Records: [
      {
        messageId: key,
        receiptHandle: key,
        body: JSON.stringify(body),
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: String(NOW.getTime()),
          SenderId: 's3',
          ApproximateFirstReceiveTimestamp: String(NOW.getTime()),
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:cost-logs',
        awsRegion: 'us-east-1',
      },
    ],
  };
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

async function writePage(
  { client, table }: SegmentsTable,
  ledger: string,
  { key, version, events }: MadeObject,
  page: ReturnType<typeof pageRow>,
): Promise<void> {
  const [account = '', , region = ''] = key.split('/').slice(1);
  await client.send(
    new TransactWriteCommand({
      TransactItems: [
        {
          Put: {
            TableName: ledger,
            Item: {
              object: objectName('cost-logs', key),
              version,
              status: 'closed',
              account,
              awsRegion: region,
              deliveredAt: NOW.toISOString(),
              notifiedAt: NOW.toISOString(),
              accountRegionDay: `${account}#${region}#${DAY}`,
              readAt: NOW.toISOString(),
              closedAt: NOW.toISOString(),
              sha256: randomBytes(32).toString('hex'),
              bytes: events.length * 1_500,
              records: events.length,
              indexed: events.length,
              rejected: 0,
              findings: 0,
              rejections: [],
            },
            ConditionExpression: 'attribute_not_exists(closedAt)',
          },
        },
        { Put: { TableName: table, Item: page } },
      ],
    }),
  );
}

function runPack(table: SegmentsTable, now: Date): Promise<unknown> {
  return pack({
    ...table,
    policy: PACK_POLICY,
    retentionDays: 365,
    now: () => now,
    mustStop: () => false,
    logger: SILENT_LOGGER,
    metrics: SILENT_METRICS,
  });
}

/** DynamoDB adds so much to each item that it stores. */
const ITEM_OVERHEAD = 100;
/** Its key and its few numbers, about. */
const ITEM_NAMES = 90;
const DESCRIPTOR_BYTES = 700;

async function bytesKept(
  table: SegmentsTable,
): Promise<{ readonly bytesPerEvent: number; readonly events: number; readonly segments: number }> {
  const { segments } = await takeSnapshot({ ...table, now: NOW });
  let [bytes, events] = [0, 0];
  for (const { descriptor } of segments) {
    const { blocks, filterParts, parts, lists, whole } = descriptor;
    const counts = [...Object.values(parts), ...Object.values(lists)];
    const items = whole ? 1 : blocks + filterParts + 1 + counts.reduce((sum, count) => sum + count, 0);
    bytes += descriptor.bytes + items * (ITEM_OVERHEAD + ITEM_NAMES) + DESCRIPTOR_BYTES + ITEM_OVERHEAD;
    events += descriptor.count;
  }
  return { bytesPerEvent: bytes / events, events, segments: segments.length };
}

const SAMPLED_ROWS = 500;

/** What the rows of a notable event take, with the indexes that are on by default. */
async function rowUnits(
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

const SILENT_LOGGER = new Logger({ logLevel: 'SILENT' });
const SILENT_METRICS = new Metrics({ namespace: 'bench', serviceName: 'bench' });
SILENT_METRICS.publishStoredMetrics = () => {
  SILENT_METRICS.clearMetrics();
  return SILENT_METRICS;
};
