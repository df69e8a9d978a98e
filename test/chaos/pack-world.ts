import { isDeepStrictEqual } from 'node:util';
import { Logger } from '@aws-lambda-powertools/logger';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { eventIdentity } from '../../lambda/cloudtrail/event-identity.ts';
import { pack } from '../../lambda/pack/pack.ts';
import { PACK_POLICY, type PackPolicy } from '../../lambda/pack/pack-policy.ts';
import { readConditions } from '../../lambda/store/questions/conditions.ts';
import { countEvents } from '../../lambda/store/questions/count.ts';
import { facetValues } from '../../lambda/store/questions/facets.ts';
import { searchSnapshot } from '../../lambda/store/questions/search.ts';
import { compareSummaries, type EventSummary, summaryKey } from '../../lambda/store/segments/summary.ts';
import { encodePages, pageRow } from '../../lambda/store/segments/table/page-rows.ts';
import { type Snapshot as IndexSnapshot, takeSnapshot } from '../../lambda/store/segments/table/snapshot.ts';
import { raisePageShards, readState } from '../../lambda/store/segments/table/state.ts';
import { createTables } from '../../local/deployment/create-tables.ts';
import { summary } from '../store/segments/summaries.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import { chaosClients } from './chaos-clients.ts';
import { type Gremlin, NO_FAULTS, seeded } from './faults.ts';
import type { Aws, RunOptions, RunResult } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2026-11-20T21:00:00Z');
const LANES = 2;
const RETENTION_DAYS = 90;

/** Pages become due, and small segments are merged, within the hours of the workload. */
const POLICY: PackPolicy = {
  ...PACK_POLICY,
  enoughPages: 3,
  maxPageAge: 40 * MINUTE,
  merge: { quietHours: 0.5, maxHours: 3 },
};

/** Pages that are written at one moment, each with its shard. */
type Step = readonly { readonly shard: number; readonly events: readonly EventSummary[] }[];

export interface PackRunOptions extends Pick<RunOptions, 'gremlin' | 'random'> {
  /** Fewer pages, and less time after them: for the tests of every day. */
  readonly isShort?: true;
  /** Deletes rows whose time is over, any of them and in any order, between the calls of pack. */
  readonly expires?: () => number;
}

/** Pages that are packed and merged while readers ask: the same workload again and again, each time into a table of its own. */
export class PackWorld {
  readonly #aws: Aws;
  readonly #steps: readonly Step[] = madeSteps();
  /** Beyond those of the other parts, whose tables have names of the same form. */
  static #runs = 1_000_000;

  constructor(aws: Aws) {
    this.#aws = aws;
  }

  async run(options: PackRunOptions = {}): Promise<RunResult> {
    const name = `${this.#aws.resources.deployment}-pack-run-${PackWorld.#runs++}`;
    const { segments } = await createTables(this.#aws.clients.dynamodb, name);
    const steps = options.isShort ? this.#steps.slice(0, 4) : this.#steps;
    return new PackBed(this.#aws, segments, steps, options).run();
  }
}

class PackBed {
  readonly #aws: Aws;
  readonly #table: string;
  readonly #steps: readonly Step[];
  readonly #gremlin: Gremlin;
  readonly #random: (() => number) | undefined;
  readonly #expires: (() => number) | undefined;
  readonly #isShort: boolean;
  readonly #documents: DynamoDBDocumentClient;
  readonly #logger = new Logger({ serviceName: 'chaos', logLevel: 'SILENT' });
  readonly #calls = new Map<string, number>();
  readonly #wrong: string[] = [];
  readonly #errors: string[] = [];
  readonly #reader: Reader;
  readonly #indexed = new Map<string, EventSummary>();
  #now = START;
  /** Whether something was written since readers asked. */
  #isWritten = false;

  constructor(aws: Aws, table: string, steps: readonly Step[], options: PackRunOptions) {
    this.#aws = aws;
    this.#table = table;
    this.#steps = steps;
    this.#gremlin = options.gremlin ?? NO_FAULTS;
    this.#random = options.random;
    this.#expires = options.expires;
    this.#isShort = options.isShort === true;
    this.#documents = DynamoDBDocumentClient.from(aws.clients.dynamodb, {
      marshallOptions: { removeUndefinedValues: true },
    });
    this.#reader = new Reader({ client: this.#documents, table }, (what) => this.#wrong.push(what));
  }

  async run(): Promise<RunResult> {
    await raisePageShards({ client: this.#documents, table: this.#table }, LANES);
    for (const step of this.#steps) {
      for (const { shard, events } of step) await this.#write(shard, events);
      this.#now += 15 * MINUTE;
      await this.#packAll();
    }
    // Twenty minutes after a function died, its lease is over.
    for (let round = 0; round < 12; round++) {
      this.#now += 50 * MINUTE;
      await this.#packAll();
      // What isn't merged is lost after sixty days: an alarm tells of it long before.
      const { unmergedDays } = await readState({ client: this.#documents, table: this.#table });
      if (round > 1 && unmergedDays.length === 0) break;
    }
    const expected = [...this.#indexed.values()].sort(compareSummaries);
    const orphans = await this.#orphans();
    // Pages have expired, then small segments, then all.
    for (const days of this.#isShort ? [71] : [31, 40]) {
      this.#now += days * DAY;
      await this.#packAll();
      await this.#ask();
    }
    this.#now += 30 * DAY;
    this.#indexed.clear();
    await this.#ask();
    return {
      snapshot: {
        events: expected.map(summaryKey),
        rows: [],
        findings: [],
        alerts: [],
        ledger: orphans,
        quarantine: [],
        received: [],
        deadLetters: [],
        wrongAnswers: this.#wrong,
      },
      calls: this.#calls,
      receipts: new Map(),
      deliveries: new Map(),
      bodies: { opened: 0, left: 0 },
      metrics: new Map(),
      errors: this.#errors,
    };
  }

  async #write(shard: number, events: readonly EventSummary[]): Promise<void> {
    for (const body of encodePages(events)) {
      const Item = pageRow(body, shard, new Date(this.#now));
      await this.#documents.send(new PutCommand({ TableName: this.#table, Item }));
    }
    for (const event of events) this.#indexed.set(summaryKey(event), event);
    this.#isWritten = true;
  }

  /** Every lane, one after the other; in random rounds at once, and now and then one whose clock is ahead takes a lease over. */
  async #packAll(): Promise<void> {
    const random = this.#random;
    if (random === undefined) {
      for (let lane = 0; lane < LANES; lane++) await this.#pack(lane, 0);
    } else {
      const thief = random() < 0.4 ? [this.#pack(Math.floor(random() * LANES), 17 * MINUTE)] : [];
      await Promise.all([this.#pack(0, 0), this.#pack(1, 0), ...thief]);
    }
    await this.#ask();
  }

  async #pack(lane: number, ahead: number): Promise<void> {
    const { clients: given, resources } = this.#aws;
    const clients = chaosClients({
      endpoints: given.endpoints,
      resources,
      gremlin: this.#gremlin,
      onCall: (site) => this.#calls.set(site, (this.#calls.get(site) ?? 0) + 1),
      beforeCall: (site) => this.#beforeCall(site),
      outbox: { published: () => {}, sent: () => {} },
    });
    const client = DynamoDBDocumentClient.from(clients.dynamodb, { marshallOptions: { removeUndefinedValues: true } });
    let questions = 0;
    try {
      const packing = pack({
        client,
        table: this.#table,
        policy: POLICY,
        retentionDays: RETENTION_DAYS,
        lane,
        lanes: LANES,
        now: () => new Date(this.#now + ahead),
        // Every eleventh time that it asks its time is over.
        mustStop: () => ++questions % 11 === 0,
        logger: this.#logger,
        metrics: new CountedMetrics(),
      });
      await Promise.race([packing, clients.killed]);
    } catch (error) {
      this.#errors.push(String(error));
    } finally {
      clients.destroy();
    }
  }

  async #beforeCall(site: string): Promise<void> {
    if (this.#expires !== undefined) await this.#expireSome(this.#expires);
    await this.#ask();
    // What the call does is there once the next one is made. Only leases are updated by themselves, which no reader reads.
    if (/^(BatchWrite|TransactWrite)/.test(site)) this.#isWritten = true;
  }

  async #ask(): Promise<void> {
    // Where functions run at once, a write may be done at any moment.
    if (this.#random === undefined ? !this.#isWritten : this.#random() < 0.9) return;
    this.#isWritten = false;
    await this.#reader.ask(new Date(this.#now), [...this.#indexed.values()].sort(compareSummaries));
  }

  async #expireSome(random: () => number): Promise<void> {
    // Nothing expires before.
    if (this.#now < START + 30 * DAY || random() < 0.8) return;
    for (const { partition, item, expiresAt } of await this.#rows()) {
      if (typeof expiresAt !== 'number' || expiresAt * 1000 >= this.#now || random() < 0.7) continue;
      await this.#documents.send(new DeleteCommand({ TableName: this.#table, Key: { partition, item } }));
      this.#isWritten = true;
    }
  }

  /** Items of segments that no descriptor names: dead attempts that nobody removed. */
  async #orphans(): Promise<readonly string[]> {
    const rows = await this.#rows();
    const known = new Set(rows.flatMap(({ segmentId }) => (segmentId === undefined ? [] : [String(segmentId)])));
    const items = rows.map(({ partition }) => String(partition)).filter((partition) => partition.includes('/'));
    return items.filter((partition) => !known.has(partition.slice(0, partition.indexOf('/'))));
  }

  async #rows(): Promise<readonly Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    for await (const { Items = [] } of paginateScan({ client: this.#documents }, { TableName: this.#table })) {
      rows.push(...Items);
    }
    return rows;
  }
}

/** Snapshots are asked again after so many others: a reader may take its time. */
const LATER = 2;

/** Asks while others write, and compares each answer with a plain filter. */
class Reader {
  readonly #table: { readonly client: DynamoDBDocumentClient; readonly table: string };
  readonly #onWrong: (what: string) => void;
  readonly #old: { readonly at: number; readonly snapshot: IndexSnapshot; readonly events: readonly EventSummary[] }[] =
    [];
  #asked = 0;

  constructor(table: { client: DynamoDBDocumentClient; table: string }, onWrong: (what: string) => void) {
    this.#table = table;
    this.#onWrong = onWrong;
  }

  /** @param events all that were indexed before, in order. */
  async ask(now: Date, events: readonly EventSummary[]): Promise<void> {
    try {
      await this.#compare('', await takeSnapshot({ ...this.#table, now }), events);
      if (++this.#asked % 3 > 0) return;
      // Nothing of it is read yet.
      this.#old.push({ at: now.getTime(), snapshot: await takeSnapshot({ ...this.#table, now }), events });
      const old = this.#old.length > LATER ? this.#old.shift() : undefined;
      // What was replaced stays for an hour.
      if (old !== undefined && now.getTime() - old.at < HOUR) await this.#compare('later: ', old.snapshot, old.events);
    } catch (error) {
      this.#onWrong(`an error: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }

  async #compare(when: string, snapshot: IndexSnapshot, events: readonly EventSummary[]): Promise<void> {
    const expect = (what: string, answer: unknown, expected: unknown): void => {
      if (!isDeepStrictEqual(answer, expected)) {
        this.#onWrong(
          `${when}${what} is ${JSON.stringify(answer).slice(0, 300)}, not ${JSON.stringify(expected).slice(0, 300)}`,
        );
      }
    };
    const found: string[] = [];
    for await (const event of searchSnapshot(snapshot, { conditions: [], range: ALWAYS, order: 'oldest-first' })) {
      found.push(summaryKey(event));
    }
    expect('the search for all', found, events.map(summaryKey));
    expect('the count of all', await countEvents(snapshot, [], ALWAYS), events.length);
    const key = readConditions({ accessKeyId: ['ASIA3'] });
    const ofKey = events.filter(({ accessKeyId }) => accessKeyId === 'ASIA3');
    expect('the count of a key', await countEvents(snapshot, key, ALWAYS), ofKey.length);
    const actors = await facetValues(snapshot, 'actor', [], ALWAYS);
    const byActor = Map.groupBy(events, ({ actor }) => actor);
    expect(
      'the events by actor',
      new Map(actors.map(({ value, count, first, last }) => [value, [count, first, last]])),
      new Map(Array.from(byActor, ([actor, its]) => [actor, [its.length, its[0]?.eventTime, its.at(-1)?.eventTime]])),
    );
  }
}

const ALWAYS = { first: Number.NEGATIVE_INFINITY, last: Number.POSITIVE_INFINITY };

/**
 * Pages of six moments around midnight, in two shards: segments of one item and of many, events that come twice (in one
 * shard, in both, after they were packed and after they were merged), and some that come a day late.
 */
function madeSteps(): readonly Step[] {
  const random = seeded(11);
  const made = (at: number, count: number, size: number): readonly EventSummary[] =>
    Array.from({ length: count }, (_, index) => {
      const seconds = Math.floor(at / 1000) - Math.floor(random() * 7200);
      const eventTime = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
      const own = { eventID: `${at}-${index}-${Math.floor(random() * 1e9)}`, eventTime };
      const name = Array.from({ length: size }, () => Math.floor(random() * 36).toString(36)).join('');
      const event = summary({
        ...own,
        identity: undefined,
        actor: `arn:aws:iam::111122223333:role/role-${Math.floor(random() * 7)}`,
        accessKeyId: `ASIA${Math.floor(random() * 9)}`,
        resources: [`arn:aws:s3:::bucket/${name}`],
      });
      return { ...event, identity: eventIdentity(event) };
    });
  const at = (step: number): number => START + step * 15 * MINUTE;
  const large = made(at(0), 300, 400);
  const some = Array.from({ length: 6 }, (_, step) => made(at(step), 40, 20));
  const late = made(at(0) - 20 * HOUR, 30, 20);
  const of = (step: number): readonly EventSummary[] => some[step] ?? [];
  return [
    [
      { shard: 0, events: large },
      { shard: 0, events: of(0).slice(0, 20) },
      { shard: 0, events: of(0).slice(10) },
      { shard: 1, events: of(0).slice(15, 30) },
    ],
    [
      { shard: 1, events: of(1) },
      { shard: 1, events: of(0).slice(0, 5) },
      { shard: 1, events: large.slice(20, 40) },
    ],
    [{ shard: 0, events: [...of(2), ...late] }],
    [
      { shard: 0, events: of(3) },
      { shard: 1, events: of(3).slice(5) },
      { shard: 1, events: of(1) },
    ],
    [{ shard: 1, events: [...large.slice(0, 100), ...of(4)] }],
    [
      { shard: 0, events: of(5) },
      { shard: 0, events: late },
      { shard: 0, events: of(2) },
    ],
  ];
}
