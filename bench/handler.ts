import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { SQSEvent } from 'aws-lambda';
import { type CloudTrailEvent, checkRecord } from '../lambda/cloudtrail/cloudtrail-event.ts';
import { createDetector, parseRules } from '../lambda/detection/index.ts';
import { wireIngest } from '../lambda/ingest/wiring.ts';
import { readIngestEnvironment } from '../lambda/runtime/environment.ts';
import type { RowScope } from '../lambda/store/rows/notable.ts';
import { hasRows } from '../lambda/store/rows/notable.ts';
import { DEFAULT_RULES } from '../local/deployment/default-rules.ts';
import { writeRuleSet } from '../local/deployment/local-rule-set.ts';
import { makeRules } from './detection.ts';
import { writeLargeObject, writeScanCorpus } from './made/scan-corpus.ts';
import { filesBelow } from './support/files-below.ts';
import { percentile } from './support/memory.ts';
import { sqsEvent } from './support/sqs-event.ts';
import { clientsWithoutNetwork } from './support/without-network.ts';

/** What a part of ingest costs an event. */
export interface HandlerRow {
  name: string;
  events: number;
  /** Median of user CPU time. */
  microsecondsPerEvent: number;
  /** As a part of gunzip and JSON.parse of the same objects, in the same rounds. */
  ratioToFloor: number;
}

const EVENTS = 20_000;
const EVENTS_AN_OBJECT = 500;
const ROUNDS = 7;
const BUCKET = 'bench-logs';
const MADE_RULES = 790;

/** Measures ingest with everything but the network: what it builds, serializes and signs. And what it does inside. */
export async function benchHandler({ events = EVENTS }: { readonly events?: number }): Promise<HandlerRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-handler-'));
  try {
    const rulesFile = join(folder, 'rules.json');
    const objects = join(folder, 'objects');
    await writeRuleSet(DEFAULT_RULES, rulesFile);
    await writeScanCorpus(objects, events, EVENTS_AN_OBJECT);
    const files = filesBelow(objects);
    const bodies = new Map(files.map((file) => [relative(objects, file), readFileSync(file)]));
    await writeLargeObject(join(folder, 'large.json.gz'), events);
    const [aKey = ''] = bodies.keys();
    const large = new Map([[aKey, readFileSync(join(folder, 'large.json.gz'))]]);
    const floor = (): unknown => [...bodies.values()].map(recordsOf);
    const share = Math.round((100 * notableOf(bodies, rulesFile)) / events);
    const handlers = await measure(events, floor, {
      'ingest without network, rows: none': handlerOf(bodies, rulesFile, 'none'),
      'ingest without network, rows: none, all events in one object': handlerOf(large, rulesFile, 'none'),
      [`ingest without network, rows: notable (${share} % of these)`]: handlerOf(bodies, rulesFile, 'notable'),
    });
    // Apart: their records stay in memory, which all else would have to be collected around.
    return [...handlers, ...(await measureParts(bodies, events, floor))];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureParts(
  bodies: ReadonlyMap<string, Buffer>,
  events: number,
  floor: () => unknown,
): Promise<HandlerRow[]> {
  const records = [...bodies.values()].flatMap(recordsOf);
  const { ruleSet } = parseRules(makeRules(MADE_RULES).map((text) => ({ text })));
  const detector = createDetector(ruleSet);
  const [, ...parts] = await measure(events, floor, {
    'reading and classifying a parsed record': async () => {
      for (const record of records) eventOf(record);
    },
    [`matching a parsed record, ${MADE_RULES} rules`]: async () => {
      for (const record of records) detector.match(record);
    },
  });
  return parts;
}

function recordsOf(body: Buffer): object[] {
  return JSON.parse(gunzipSync(body).toString('utf8')).Records;
}

function eventOf(record: object): CloudTrailEvent | undefined {
  const result = checkRecord(record, { bucket: 'b', key: 'k', version: 'v', index: 0 });
  return result.ok ? result.checked.classify() : undefined;
}

function notableOf(bodies: ReadonlyMap<string, Buffer>, rulesFile: string): number {
  const detector = createDetector(JSON.parse(readFileSync(rulesFile, 'utf8')));
  return [...bodies.values()].flatMap(recordsOf).filter((record) => {
    const event = eventOf(record);
    if (event === undefined) return false;
    const levels = detector.match(record).map(({ level }) => level);
    return hasRows('notable', event, levels);
  }).length;
}

/** The deployed function, which gets one message after the other with all of the objects. */
function handlerOf(bodies: ReadonlyMap<string, Buffer>, rulesFile: string, rows: RowScope): () => Promise<void> {
  process.env.POWERTOOLS_METRICS_DISABLED = 'true';
  const ingest = wireIngest({
    environment: readIngestEnvironment({ ...VARIABLES, RULES_FILE: rulesFile, ROWS: rows }),
    ...clientsWithoutNetwork(bodies),
    logger: new Logger({ serviceName: 'bench', logLevel: 'SILENT' }),
    metrics: new Metrics({ namespace: 'Bench', serviceName: 'bench' }),
  });
  return async () => {
    for (const key of bodies.keys()) {
      const { batchItemFailures } = await ingest(message(key), { getRemainingTimeInMillis: () => 300_000 });
      if (batchItemFailures.length > 0) throw new Error(`ingest could not read ${key}`);
    }
  };
}

async function measure(
  events: number,
  floor: () => unknown,
  parts: Readonly<Record<string, () => Promise<void>>>,
): Promise<HandlerRow[]> {
  const all = { floor: async () => void floor(), ...parts };
  const times = new Map<string, number[]>(Object.keys(all).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, run] of Object.entries(all)) {
      const before = process.cpuUsage();
      await run();
      // The first round is compiled.
      if (round > 0) times.get(name)?.push(process.cpuUsage(before).user);
    }
  }
  const median = (name: string): number => percentile(times.get(name) ?? [], 0.5) / events;
  return Object.keys(all).map((name) => ({
    name,
    events,
    microsecondsPerEvent: Number(median(name).toFixed(2)),
    ratioToFloor: Number((median(name) / median('floor')).toFixed(2)),
  }));
}

function message(key: string): SQSEvent {
  return sqsEvent(JSON.stringify({ s3Bucket: BUCKET, s3ObjectKey: [key] }));
}

const TOPIC = 'arn:aws:sns:us-east-1:111122223333:bench';
const QUEUE = 'https://sqs.us-east-1.amazonaws.com/111122223333/bench';

const VARIABLES = {
  EVENTS_TABLE: 'events',
  FINDINGS_TABLE: 'findings',
  ALERTS_TABLE: 'alerts',
  LEDGER_TABLE: 'ledger',
  CORRELATIONS_TABLE: 'correlations',
  SUPPRESSIONS_TABLE: 'suppressions',
  SEGMENTS_TABLE: 'segments',
  ALERTS_TOPIC_ARN: TOPIC,
  CRITICAL_TOPIC_ARN: TOPIC,
  HIGH_TOPIC_ARN: TOPIC,
  MEDIUM_TOPIC_ARN: TOPIC,
  LOW_TOPIC_ARN: TOPIC,
  CHAT_TOPIC_ARN: '',
  MINIMUM_LEVEL: 'low',
  ALERT_WINDOW_MINUTES: '60',
  MAX_ALERTS_PER_MINUTE: '30',
  DEPLOYMENT: 'bench',
  LOG_BUCKETS: BUCKET,
  QUARANTINE_BUCKET: 'bench-quarantine',
  LOG_QUEUE_URL: QUEUE,
  DEAD_LETTER_QUEUE_URL: QUEUE,
  ROW_DAYS: '30',
  PAGE_SHARDS: '1',
  MAX_OBJECT_BYTES: '1000000000',
};
