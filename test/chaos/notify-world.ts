import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { channelListSchema, deployedChannels } from '../../lambda/alerts/channels/channel-settings.ts';
import { alertOf } from '../../lambda/alerts/messages/alert-content.ts';
import type { ResolvedMessage } from '../../lambda/alerts/messages/resolved-message.ts';
import { parseRules } from '../../lambda/detection/index.ts';
import { createPostJson, type JsonPost, type PostJson } from '../../lambda/notify/https/post-json.ts';
import type { Notify } from '../../lambda/notify/notify.ts';
import { wireNotify } from '../../lambda/notify/wiring.ts';
import { createReporter } from '../../lambda/runtime/alerting.ts';
import { readSweepEnvironment } from '../../lambda/runtime/environment.ts';
import { wireSweep } from '../../lambda/sweep/wiring.ts';
import { createTables } from '../../local/deployment/create-tables.ts';
import { type ModelServer, startModelServer } from '../notify/api-models/model-server.ts';
import { LOOPBACK_CERTIFICATE } from '../notify/loopback-certificate.ts';
import { type LoopbackServer, startLoopbackServer, toLoopback } from '../notify/loopback-server.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import { finding } from '../support/findings.ts';
import { type ChaosClients, chaosClients } from './chaos-clients.ts';
import { type Fault, type Gremlin, NO_FAULTS } from './faults.ts';
import { normalized } from './snapshot.ts';
import type { Aws, RunOptions, RunResult } from './world.ts';

const START = Date.parse('2026-11-20T14:10:00Z');
const MINUTE = 60_000;
const ACCOUNT = '999988887777';
const WINDOW_MINUTES = 15;

/** Far more than one fault costs a message. */
const MAX_RECEIVES = 20;

const CHANNELS = [
  { name: 'hook', type: 'webhook', secret: { secretsManager: 'hook' } },
  { name: 'team', type: 'slack', secret: { secretsManager: 'team' } },
  { name: 'cards', type: 'teams', secret: { secretsManager: 'cards' } },
  { name: 'pager', type: 'pagerduty', secret: { parameter: 'pager' } },
  { name: 'bus', type: 'eventbridge', bus: 'arn:aws:events:us-east-1:111122223333:event-bus/bus' },
  { name: 'hub', type: 'securityhub' },
];

/** The calls that are made for one channel alone, by a word of their sites. */
const SITE_OF: Readonly<Record<string, string>> = {
  PutEvents: 'bus',
  BatchImportFindings: 'hub',
  alerts: 'programs',
  critical: 'people',
  high: 'people',
};

const FINDINGS = [
  finding({ findingId: 'f-1', actor: 'one', eventTime: new Date(START - 2 * MINUTE).toISOString() }),
  finding({ findingId: 'f-2', actor: 'one', eventTime: new Date(START - MINUTE).toISOString() }),
  finding({ findingId: 'f-3', actor: 'two', level: 'critical', eventTime: new Date(START - MINUTE).toISOString() }),
];

/** Clients of services that only notify calls. */
interface OtherClients {
  readonly events: EventBridgeClient;
  readonly hub: SecurityHubClient;
  readonly secretsManager: SecretsManagerClient;
  readonly ssm: SSMClient;
}

/** What an instance of a function does. */
type Work<Result> = (clients: ChaosClients, others: OtherClients) => Promise<Result>;

interface Waiting {
  readonly channel: string;
  readonly body: string;
  readonly sentAt: number;
  readonly visibleAt: number;
  readonly receives: number;
}

/**
 * Alerts on their way to every type of receiver: reported, queued, sent, summed up, and one of them resolved. The servers
 * are real ones on the loopback interface. Each run has tables of its own, and can be repeated.
 */
export class NotifyWorld {
  readonly #aws: Aws;
  /** Beyond those of the other parts, whose tables have names of the same form. */
  static #runs = 2_000_000;

  constructor(aws: Aws) {
    this.#aws = aws;
  }

  async run({ gremlin = NO_FAULTS }: Pick<RunOptions, 'gremlin'> = {}): Promise<RunResult> {
    const name = `${this.#aws.resources.deployment}-notify-run-${NotifyWorld.#runs++}`;
    const tables = await createTables(this.#aws.clients.dynamodb, name);
    const servers = { https: await startLoopbackServer(), model: await startModelServer({ account: ACCOUNT }) };
    try {
      return await new NotifyBed(this.#aws, tables, servers, gremlin).run();
    } finally {
      await Promise.all([servers.https.stop(), servers.model.stop()]);
    }
  }
}

class NotifyBed {
  readonly #aws: Aws;
  readonly #tables: Awaited<ReturnType<typeof createTables>>;
  readonly #servers: { readonly https: LoopbackServer; readonly model: ModelServer };
  readonly #gremlin: Gremlin;
  readonly #channelsFile: string;
  readonly #rulesFile: string;
  readonly #logger = new Logger({ serviceName: 'chaos', logLevel: 'SILENT' });
  readonly #calls = new Map<string, number>();
  readonly #published: string[] = [];
  readonly #injected: { readonly site: string; readonly fault: Fault }[] = [];
  readonly #deadLetters: string[] = [];
  readonly #errors: string[] = [];
  #queue: Waiting[] = [];
  #now = START;

  constructor(
    aws: Aws,
    tables: Awaited<ReturnType<typeof createTables>>,
    servers: { readonly https: LoopbackServer; readonly model: ModelServer },
    gremlin: Gremlin,
  ) {
    this.#aws = aws;
    this.#tables = tables;
    this.#servers = servers;
    this.#gremlin = gremlin;
    const folder = mkdtempSync(join(tmpdir(), 'trailwarden-chaos-'));
    this.#channelsFile = join(folder, 'channels.json');
    this.#rulesFile = join(folder, 'rules.json');
    writeFileSync(this.#rulesFile, JSON.stringify(parseRules([]).ruleSet));
    writeFileSync(this.#channelsFile, JSON.stringify(deployedChannels(channelListSchema.parse(CHANNELS), 'ocsf')));
  }

  async run(): Promise<RunResult> {
    await this.#untilDone(FINDINGS.map((found) => async (clients) => this.#reporter(clients)(found)));
    for (let step = 0; step < 12; step++) {
      await this.#drain();
      await this.#call((clients) =>
        wireSweep({ environment: this.#environment(), ...this.#common(clients), s3: clients.s3 })(),
      );
      await this.#drain();
      // Whoever marks findings sees whether the call failed, and makes it again.
      if (step === 1) await this.#untilDone([(...instance) => this.#notify(...instance)({ resolve: RESOLVED })]);
      this.#now += 7 * MINUTE;
    }
    const deliveries = this.#received();
    return {
      snapshot: {
        events: [],
        rows: [],
        findings: normalized('findings', await this.#rows(this.#tables.findings)),
        alerts: normalized('alerts', (await this.#rows(this.#tables.alerts)).map(withStates)),
        ledger: [],
        quarantine: [],
        received: [...deliveries.keys()].toSorted(),
        deadLetters: this.#deadLetters,
        wrongAnswers: [...deliveries].flatMap(([what, count]) =>
          count > 1 && !this.#mayRepeat(what.split(' ')[0] ?? '') ? [`${what} came ${count} times`] : [],
        ),
      },
      // What sweep does beside alerts is broken over the other workload.
      calls: new Map([...this.#calls].filter(([site]) => !/ (ledger|correlations)/.test(site))),
      receipts: new Map(),
      deliveries,
      bodies: { opened: 0, left: 0 },
      metrics: new Map(),
      errors: this.#errors,
    };
  }

  /** Each as one call of a function, which is called again until it ends. */
  async #untilDone(works: readonly Work<unknown>[]): Promise<void> {
    for (const work of works) {
      let isDone = false;
      for (let tries = 0; tries < MAX_RECEIVES && !isDone; tries++) {
        isDone = await this.#call(async (...instance) => {
          await work(...instance);
          return true;
        }).then((result) => result === true);
      }
    }
  }

  /** Delivers what is visible until nothing is: each queue by itself, as its event source mapping does. */
  async #drain(): Promise<void> {
    for (;;) {
      const [first] = this.#queue.filter(({ visibleAt }) => visibleAt <= this.#now);
      if (first === undefined) return;
      const batch = this.#queue.filter(({ channel, visibleAt }) => channel === first.channel && visibleAt <= this.#now);
      this.#queue = this.#queue.filter((message) => !batch.includes(message));
      const response = await this.#call(
        async (...instance) => (await this.#notify(...instance)(this.#event(first.channel, batch))) as SQSBatchResponse,
      );
      const failed = response?.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
      for (const [index, message] of batch.entries()) {
        // A function that died gives back all of its messages, when their visibility timeout is over.
        if (failed !== undefined && !failed.includes(index)) continue;
        if (message.receives >= MAX_RECEIVES) this.#deadLetters.push(message.body);
        else {
          this.#queue.push({ ...message, receives: message.receives + 1, visibleAt: this.#now + 6 * MINUTE });
        }
      }
    }
  }

  #event(channel: string, batch: readonly Waiting[]): SQSEvent {
    const eventSourceARN = `arn:aws:sqs:us-east-1:000000000000:${this.#aws.resources.deployment}-channel-${channel}`;
    return {
      Records: batch.map(({ body, receives, sentAt }, index) => ({
        messageId: String(index),
        receiptHandle: `handle-${index}`,
        body,
        attributes: {
          ApproximateReceiveCount: String(receives),
          SentTimestamp: String(sentAt),
          SenderId: 'chaos',
          ApproximateFirstReceiveTimestamp: '0',
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN,
        awsRegion: 'us-east-1',
      })),
    };
  }

  /** Calls an instance of a function; undefined if it died or failed. */
  async #call<Result>(work: Work<Result>): Promise<Result | undefined> {
    const { model } = this.#servers;
    const common = { region: 'us-east-1', credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' } };
    const others: OtherClients = {
      events: new EventBridgeClient({ ...common, endpoint: model.endpoint }),
      hub: new SecurityHubClient({ ...common, endpoint: model.endpoint }),
      secretsManager: new SecretsManagerClient(common),
      ssm: new SSMClient(common),
    };
    const { events, hub, secretsManager, ssm } = others;
    // Added first, so that it answers in place of the service, after the dangers that are added to every client.
    answerWith(secretsManager, () => ({ SecretString: this.#secret }));
    answerWith(ssm, () => ({ Parameter: { Type: 'SecureString', Value: 'a-routing-key' } }));
    const clients = chaosClients({
      endpoints: this.#aws.clients.endpoints,
      resources: this.#aws.resources,
      gremlin: {
        injected: 0,
        faultOf: (site) => {
          const fault = this.#gremlin.faultOf(site);
          if (fault !== undefined) this.#injected.push({ site, fault });
          return fault;
        },
      },
      onCall: (site) => this.#calls.set(site, (this.#calls.get(site) ?? 0) + 1),
      others: [events, hub, secretsManager, ssm],
      outbox: {
        published: (topicArn, message) => this.#published.push(publishedTo(topicArn, message)),
        sent: (queueUrl, body) => {
          const channel = queueUrl.split('-channel-')[1];
          if (channel === undefined) this.#deadLetters.push(body);
          else this.#queue.push({ channel, body, sentAt: this.#now, visibleAt: this.#now, receives: 1 });
        },
      },
    });
    try {
      return await Promise.race([work(clients, others), clients.killed.then(() => undefined)]);
    } catch (error) {
      this.#errors.push(String(error));
      return undefined;
    } finally {
      for (const client of [clients, events, hub, secretsManager, ssm]) client.destroy();
    }
  }

  /** JSON that both types of HTTP channel read; their paths tell them apart. */
  get #secret(): string {
    return JSON.stringify({
      url: `https://hooks.example.test:${this.#servers.https.port}/SECRET`,
      signingKey: 'a-signing-key-of-tests',
    });
  }

  #notify(clients: ChaosClients, others: OtherClients): Notify {
    const { https } = this.#servers;
    const real = createPostJson({ resolve: toLoopback, ca: LOOPBACK_CERTIFICATE });
    const post: PostJson = (sent, signal) => clients.perform(`POST ${receiverOf(sent)}`, () => real(sent, signal));
    return wireNotify({
      environment: {
        ALERTS_TABLE: this.#tables.alerts,
        DEPLOYMENT: this.#aws.resources.deployment,
        CHANNELS_FILE: this.#channelsFile,
        CHANNEL_QUEUE_PREFIX: this.#queuePrefix,
        DEAD_LETTER_QUEUE_URL: 'https://sqs/channels-dead-letter',
        ALERTS_TOPIC_ARN: this.#aws.resources.topics.alerts,
        ACCOUNT,
        PARTITION: 'aws',
      },
      region: 'us-east-1',
      post,
      ...others,
      ...this.#common(clients),
      attemptMilliseconds: 1000,
      pagerDutyHost: `https://hooks.example.test:${https.port}`,
    });
  }

  get #queuePrefix(): string {
    return `https://sqs/000000000000/${this.#aws.resources.deployment}-channel-`;
  }

  #reporter(clients: ChaosClients) {
    const common = this.#common(clients);
    const documents = DynamoDBDocumentClient.from(clients.dynamodb, {
      marshallOptions: { removeUndefinedValues: true },
    });
    return createReporter(this.#environment(), { ...common, documents }, common.now);
  }

  #environment() {
    const tables = this.#tables;
    return readSweepEnvironment({
      ...this.#aws.resources.variables.ingest,
      EVENTS_TABLE: tables.events,
      FINDINGS_TABLE: tables.findings,
      ALERTS_TABLE: tables.alerts,
      SUPPRESSIONS_TABLE: tables.suppressions,
      LEDGER_TABLE: tables.ledger,
      CORRELATIONS_TABLE: tables.correlations,
      ALERT_WINDOW_MINUTES: String(WINDOW_MINUTES),
      RULES_FILE: this.#rulesFile,
      CHANNELS_FILE: this.#channelsFile,
      CHANNEL_QUEUE_PREFIX: this.#queuePrefix,
    });
  }

  #common({ dynamodb, sns, sqs }: ChaosClients) {
    return { dynamodb, sns, sqs, logger: this.#logger, metrics: new CountedMetrics(), now: () => new Date(this.#now) };
  }

  /** What each receiver got, `CHANNEL KIND ALERT`, and how often. */
  #received(): ReadonlyMap<string, number> {
    const { https, model } = this.#servers;
    const all = [
      ...this.#published,
      ...https.requests.map(({ url, headers, body }) => {
        if (url === '/v2/enqueue') return `pager ${JSON.parse(body).event_action} ${JSON.parse(body).dedup_key}`;
        const kind = headers['trailwarden-kind'];
        if (kind !== undefined) return `hook ${kind} ${headers['trailwarden-alert-id']}`;
        return `${chatOf(body)} ${/\d+ times: /.test(body) ? 'summary' : 'alert'} ${/alert ([0-9a-f]{32})/.exec(body)?.[1]}`;
      }),
      ...model.events.map(({ detail }) => {
        const { kind, alertId } = detail as { readonly kind: string; readonly alertId: string };
        return `bus ${kind} ${alertId}`;
      }),
      ...model.imports.map(({ ProductFields }) => {
        const fields = ProductFields as Readonly<Record<string, string>>;
        return `hub ${fields['trailwarden/kind']} ${fields['trailwarden/alertId']}`;
      }),
    ];
    const counts = new Map<string, number>();
    for (const what of all) counts.set(what, (counts.get(what) ?? 0) + 1);
    return counts;
  }

  /** A channel repeats a message for a fault of its own, or because a function died that serves all channels. */
  #mayRepeat(channel: string): boolean {
    return this.#injected.some(({ site, fault }) => {
      const [command = '', what = ''] = site.split(' ');
      const own = SITE_OF[command] ?? SITE_OF[what] ?? what.replace('channel-', '');
      const isShared = /^(GetItem|PutItem|UpdateItem|Query|Batch\w+Item|TransactWriteItems) /.test(site);
      const isQueueing = command === 'SendMessage' || command === 'Publish';
      return own === channel || isShared || (isQueueing && fault.startsWith('kill'));
    });
  }

  async #rows(TableName: string): Promise<readonly Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    const documents = DynamoDBDocumentClient.from(this.#aws.clients.dynamodb);
    for await (const { Items = [] } of paginateScan({ client: documents }, { TableName, ConsistentRead: true })) {
      found.push(...Items);
    }
    return found;
  }
}

const [FIRST] = FINDINGS;

const RESOLVED: ResolvedMessage = {
  version: 1,
  kind: 'resolved',
  alertId: FIRST === undefined ? '' : alertOf(FIRST, WINDOW_MINUTES).alertId,
  level: 'high',
  findings: 2,
};

/** What is asked of an alert's row: which channels have it. What receivers answered is there to be looked at. */
function withStates(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(row).filter(([name]) => !name.startsWith('delivery#'));
  const { channels = {} } = row as { readonly channels?: Readonly<Record<string, { readonly state: string }>> };
  const states = Object.entries(channels).map(([name, { state }]) => [name, state]);
  return { ...Object.fromEntries(kept), channelStates: Object.fromEntries(states) };
}

function receiverOf({ url, body, headers = {} }: JsonPost): string {
  if (url.endsWith('/v2/enqueue')) return 'pager';
  return 'trailwarden-kind' in headers ? 'hook' : chatOf(body);
}

/** Slack or Teams, by what they get. */
function chatOf(body: string): 'team' | 'cards' {
  return body.includes('"AdaptiveCard"') ? 'cards' : 'team';
}

function publishedTo(topicArn: string, message: string): string {
  if (topicArn.endsWith('-alerts')) {
    const { activity_id, metadata } = JSON.parse(message);
    return `programs ${activity_id === 1 ? 'alert' : 'summary'} ${metadata.uid}`;
  }
  const kind = /^\d+ findings of this rule/.test(message) ? 'summary' : 'alert';
  return `people ${kind} ${/^Alert ([0-9a-f]{32})/m.exec(message)?.[1]}`;
}

/** Has a client answer by itself. */
function answerWith(client: { readonly middlewareStack: unknown }, answer: () => object): void {
  // Each client's stack has its own types of input and output, of which nothing is read here.
  const stack = client.middlewareStack as {
    add(middleware: () => () => Promise<object>, options: { step: 'initialize'; priority: 'low' }): void;
  };
  stack.add(() => async () => ({ output: answer(), response: {} }), { step: 'initialize', priority: 'low' });
}
