import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { ExecutionInput } from '../../lambda/backfill/backfill-request.ts';
import { wireBatch } from '../../lambda/backfill/batch/wiring.ts';
import { wireList } from '../../lambda/backfill/list/wiring.ts';
import { type BackfillReport, readReport } from '../../lambda/backfill/report.ts';
import { WorkBucket } from '../../lambda/backfill/work-bucket.ts';
import { parseRules } from '../../lambda/detection/index.ts';
import {
  readBackfillBatchEnvironment,
  readBackfillListEnvironment,
  readSweepEnvironment,
} from '../../lambda/runtime/environment.ts';
import { wireSweep } from '../../lambda/sweep/wiring.ts';
import { createTables } from '../../local/deployment/create-tables.ts';
import type { Resources } from '../../local/deployment/provision-resources.ts';
import { LocalExecutions } from '../../local/states/local-executions.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import { indexedEvents } from '../support/indexed-events.ts';
import { logObject, record } from '../support/records.ts';
import { type ChaosClients, type ChaosOptions, chaosClients } from './chaos-clients.ts';
import { type Gremlin, NO_FAULTS } from './faults.ts';
import { named, normalized, quarantinedLines, seenValues } from './snapshot.ts';
import type { Aws, RunOptions, RunResult } from './world.ts';

const DENIED = 'rule-denied';
const RULES = [
  `
title: A call was denied
id: ${DENIED}
name: denied
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    errorCode: AccessDenied
  condition: selection
level: high
`,
  `
title: Many calls were denied
id: rule-many
correlation:
  type: event_count
  rules: [denied]
  generate: true
  group-by: [userIdentity.arn]
  timespan: 10m
  condition: {gte: 3}
level: critical
`,
  `
title: First service whose calls were denied
id: rule-first
correlation:
  type: first_seen
  rules: [denied]
  generate: true
  group-by: [recipientAccountId]
  fields: [eventSource, eventName]
  timespan: 14d
level: high
`,
];

/** An execution that failed is resumed so often. A fault is one of few, so that the second try should do. */
const MOST_ATTEMPTS = 4;

const DAY = '2026-11-20';

/** Objects of the last minutes are younger than a day: ingest may only not have come to them. */
const NOW = new Date('2026-11-21T14:12:00Z');

/** Milliseconds after which nobody sends an alert any more that is pending. */
const LEASE_IS_OVER = 30 * 60_000;

/** A backfill over the same objects again and again, each time into tables and a work bucket of its own. */
export class BackfillWorld {
  readonly #aws: Aws;
  readonly #logs: string;
  readonly #rulesFile: string;
  /** Of all worlds of a process: they share its emulators, and each run has tables of its own. */
  static #runs = 2_000_000;

  private constructor(aws: Aws, logs: string, rulesFile: string) {
    this.#aws = aws;
    this.#logs = logs;
    this.#rulesFile = rulesFile;
  }

  static async create(aws: Aws): Promise<BackfillWorld> {
    const { s3 } = aws.clients;
    // The other parts read the log bucket of the deployment.
    const logs = `${aws.resources.deployment}-past`;
    await s3.send(new CreateBucketCommand({ Bucket: logs }));
    for (const { key: Key, body: Body } of madeObjects())
      await s3.send(new PutObjectCommand({ Bucket: logs, Key, Body }));
    const { ruleSet, problems } = parseRules(RULES.map((text, index) => ({ file: `rule-${index}.yml`, text })));
    if (problems.length > 0) throw new Error(`A rule of the workload is broken: ${JSON.stringify(problems)}`);
    const rulesFile = join(await mkdtemp(join(tmpdir(), 'trailwarden-chaos-')), 'rules.json');
    await writeFile(rulesFile, JSON.stringify(ruleSet));
    return new BackfillWorld(aws, logs, rulesFile);
  }

  /**
   * Runs the backfill to its end, even if calls break: an execution that fails is resumed.
   * @param rulesOnly whether rules judge alone, and nothing is indexed.
   */
  async run({
    gremlin = NO_FAULTS,
    random,
    rulesOnly = false,
  }: Pick<RunOptions, 'gremlin' | 'random'> & { readonly rulesOnly?: boolean } = {}): Promise<RunResult> {
    const name = `${this.#aws.resources.deployment}-backfill-run-${BackfillWorld.#runs++}`;
    const { s3, dynamodb } = this.#aws.clients;
    const tables = await createTables(dynamodb, name);
    const buckets = { logs: this.#logs, quarantine: name, backfill: `${name}-work` };
    for (const Bucket of [buckets.quarantine, buckets.backfill]) await s3.send(new CreateBucketCommand({ Bucket }));
    const bed = new BackfillRun(
      { ...this.#aws.resources, tables, buckets },
      this.#aws,
      this.#rulesFile,
      gremlin,
      random,
    );
    return bed.run(rulesOnly ? [DENIED, 'rule-many'] : undefined);
  }
}

class BackfillRun {
  readonly #resources: Resources;
  readonly #aws: Aws;
  readonly #rulesFile: string;
  readonly #gremlin: Gremlin;
  readonly #random: (() => number) | undefined;
  readonly #calls = new Map<string, number>();
  readonly #errors: string[] = [];
  readonly #published = new Set<string>();
  readonly #bodies = { opened: 0, left: 0 };

  constructor(resources: Resources, aws: Aws, rulesFile: string, gremlin: Gremlin, random: (() => number) | undefined) {
    this.#resources = resources;
    this.#aws = aws;
    this.#rulesFile = rulesFile;
    this.#gremlin = gremlin;
    this.#random = random;
  }

  async run(rules?: string[]): Promise<RunResult> {
    const { clients } = this.#aws;
    const { tables, buckets } = this.#resources;
    const executions = new LocalExecutions({
      s3: clients.s3,
      workBucket: buckets.backfill,
      functions: {
        list: (event, context) => this.#call('list', event, context),
        batch: (event, context) => this.#call('batch', event, context),
      },
      wait: async () => {},
    });
    const input: Omit<ExecutionInput, 'attempt'> = {
      run: 'past',
      request: { since: DAY, until: DAY, accounts: [], regions: [], alert: true, ...(rules && { rules }) },
      next: { part: 0 },
      maxConcurrency: this.#random === undefined ? 1 : 2,
      toleratedFailurePercentage: 0,
    };
    let attempt = 1;
    while ((await executions.run({ ...input, attempt })).status !== 'SUCCEEDED' && attempt < MOST_ATTEMPTS) attempt++;
    // The first sends what is pending, the next ones sum its windows up.
    for (let sweeps = 1; sweeps <= 3; sweeps++) await this.#sweep(sweeps * LEASE_IS_OVER);
    const report = await readReport(new WorkBucket(clients.s3, buckets.backfill), { run: 'past', attempt });
    const documents = DynamoDBDocumentClient.from(clients.dynamodb);
    const rows = async (TableName: string): Promise<Record<string, unknown>[]> => {
      const found: Record<string, unknown>[] = [];
      for await (const { Items = [] } of paginateScan({ client: documents }, { TableName, ConsistentRead: true })) {
        found.push(...Items);
      }
      return found;
    };
    return {
      snapshot: {
        events: normalized(
          'events',
          (await indexedEvents(documents, tables.segments)).map((event) => ({ ...event })),
        ),
        rows: normalized('rows', await rows(tables.events)),
        findings: normalized('findings', await rows(tables.findings)),
        alerts: normalized('alerts', await rows(tables.alerts)),
        ledger: normalized('ledger', await rows(tables.ledger)),
        seen: seenValues(await rows(tables.correlations)),
        quarantine: quarantinedLines(await this.#quarantined()),
        received: [...this.#published].toSorted(),
        deadLetters: [],
        wrongAnswers: reportLines(report),
      },
      calls: this.#calls,
      receipts: new Map(),
      deliveries: new Map(),
      bodies: this.#bodies,
      metrics: new Map(),
      errors: this.#errors,
    };
  }

  /** A new instance of a function, which may die at any of its calls. */
  async #call(
    name: 'list' | 'batch',
    event: unknown,
    context: { readonly getRemainingTimeInMillis: () => number },
  ): Promise<unknown> {
    const clients = this.#clients();
    const { s3, dynamodb, sns, sqs } = clients;
    const { tables, buckets, variables } = this.#resources;
    const names = {
      LEDGER_TABLE: tables.ledger,
      CORRELATIONS_TABLE: tables.correlations,
      LOG_BUCKETS: buckets.logs,
      WORK_BUCKET: buckets.backfill,
    };
    const RULES_FILE = this.#rulesFile;
    const work =
      name === 'list'
        ? wireList({
            environment: readBackfillListEnvironment({ ...variables.backfillList, ...names, RULES_FILE }),
            dynamodb,
            s3,
            batchLimits: { objects: 6, seconds: 120, keyBytes: 200_000 },
          })
        : wireBatch({
            environment: readBackfillBatchEnvironment({
              ...variables.backfillBatch,
              ...names,
              RULES_FILE,
              EVENTS_TABLE: tables.events,
              FINDINGS_TABLE: tables.findings,
              ALERTS_TABLE: tables.alerts,
              CORRELATIONS_TABLE: tables.correlations,
              SUPPRESSIONS_TABLE: tables.suppressions,
              SEGMENTS_TABLE: tables.segments,
              QUARANTINE_BUCKET: buckets.quarantine,
              // So that the state is raised.
              PAGE_SHARDS: '2',
            }),
            dynamodb,
            s3,
            sns,
            sqs,
            logger: new Logger({ serviceName: 'chaos', logLevel: 'SILENT' }),
            metrics: new CountedMetrics(),
            now: () => NOW,
          });
    let isKilled = false;
    try {
      return await Promise.race([
        work(event, context),
        clients.killed.then(() => {
          isKilled = true;
          // What Lambda says of an instance that is gone.
          throw Object.assign(new Error('the function died'), { name: 'Lambda.Unknown' });
        }),
      ]);
    } catch (error) {
      this.#errors.push(String(error));
      throw error;
    } finally {
      // A function that died takes its connections with it.
      if (!isKilled) this.#bodies.left += await clients.bodies.left();
      this.#bodies.opened += clients.bodies.opened;
      clients.destroy();
    }
  }

  #clients(): ChaosClients {
    return chaosClients(this.#chaos());
  }

  #chaos(): ChaosOptions {
    return {
      endpoints: this.#aws.clients.endpoints,
      resources: this.#resources,
      gremlin: this.#gremlin,
      onCall: (site) => this.#calls.set(site, (this.#calls.get(site) ?? 0) + 1),
      outbox: {
        published: (topic, message) => {
          if (topic === this.#resources.topics.alerts) this.#published.add(String(JSON.parse(message).alertId));
        },
        sent: (_, body) => this.#errors.push(`a message: ${named(body)}`),
      },
    };
  }

  /** Sends what a function that died has left pending, as the next minutes' runs do. */
  async #sweep(later: number): Promise<void> {
    const { tables, variables } = this.#resources;
    const { dynamodb, s3, sns, sqs, destroy } = chaosClients({
      ...this.#chaos(),
      gremlin: NO_FAULTS,
      onCall: () => {},
    });
    const sweep = wireSweep({
      environment: readSweepEnvironment({
        ...variables.sweep,
        RULES_FILE: this.#rulesFile,
        EVENTS_TABLE: tables.events,
        FINDINGS_TABLE: tables.findings,
        ALERTS_TABLE: tables.alerts,
        LEDGER_TABLE: tables.ledger,
        CORRELATIONS_TABLE: tables.correlations,
        SUPPRESSIONS_TABLE: tables.suppressions,
      }),
      dynamodb,
      s3,
      sns,
      sqs,
      logger: new Logger({ serviceName: 'chaos', logLevel: 'SILENT' }),
      metrics: new CountedMetrics(),
      now: () => new Date(Date.now() + later),
    });
    await sweep();
    destroy();
  }

  async #quarantined(): Promise<readonly Buffer[]> {
    const { s3 } = this.#aws.clients;
    const Bucket = this.#resources.buckets.quarantine;
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    return Promise.all(
      Contents.map(async ({ Key = '' }) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      }),
    );
  }
}

/** What a report counts of objects: in every run the same. Units and seconds grow with each try. */
function reportLines(report: BackfillReport): readonly string[] {
  const { writeUnits, readUnits, seconds, bytes, named: objects, batchesRead, ...counts } = report;
  return [JSON.stringify(counts), ...objects.map(({ key, what }) => `${what} ${key}`).toSorted()];
}

/** Objects of one day, two accounts and two regions: broken ones, a broken record, an event that comes twice, groups. */
function madeObjects(): readonly { readonly key: string; readonly body: Buffer }[] {
  const accounts = ['111122223333', '222233334444'];
  const regions = ['eu-west-1', 'us-east-1'];
  const keyOf = (at: number): string => {
    const [account, region] = [accounts[at % 2], regions[(at >> 1) % 2]];
    const minute = String(at).padStart(2, '0');
    return `AWSLogs/${account}/CloudTrail/${region}/2026/11/20/${account}_CloudTrail_${region}_20261120T14${minute}Z_${String(at).padStart(16, '0')}.json.gz`;
  };
  const twice = record({ eventID: 'twice', eventTime: '2026-11-20T14:00:30Z' });
  return Array.from({ length: 20 }, (_, at) => {
    const key = keyOf(at);
    if (at === 4 || at === 13) return { key, body: Buffer.from('no log object') };
    const own = Array.from({ length: 2 + (at % 3) }, (_none, index) =>
      record({
        eventID: `past-${at}-${index}`,
        eventTime: `2026-11-20T14:${String(at).padStart(2, '0')}:${String(10 + index)}Z`,
        // Of the new objects three: the correlation of new events fires as soon as it may, for whichever three come first.
        ...(index === 0 && (at < 13 || at % 2 === 1) && { errorCode: 'AccessDenied' }),
      }),
    );
    return { key, body: logObject([...own, ...(at === 2 || at === 9 ? [twice] : []), ...(at === 7 ? [null] : [])]) };
  });
}
