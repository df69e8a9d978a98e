import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { heldBack } from '../dynamo/queries/held-back.ts';
import { mergeByTime } from '../dynamo/queries/merge-by-time.ts';
import { ITEM_BYTES, meteredQuery } from '../dynamo/queries/metered-query.ts';
import type { PartitionKey, PartitionReadOptions, TimeOrder } from '../dynamo/queries/partition-page.ts';
import { partitionSource } from '../dynamo/queries/partition-source.ts';
import { ReadMeter } from '../dynamo/queries/read-meter.ts';
import { parsePattern } from '../dynamo/queries/text-pattern.ts';
import { timeRange } from '../dynamo/queries/time-range.ts';
import { TABLES } from '../schema.ts';
import { findingDays } from './finding-days.ts';
import { type IndexedFinding, readFinding } from './indexed-finding.ts';

const FIELDS = ['alertId', 'ruleId', 'actor', 'level', 'account', 'region', 'action'] as const;
type FindingField = (typeof FIELDS)[number];

/** A question about findings. Without any member it means all of them, the newest first. */
export interface FindingQuery {
  /** Any one value of a field must match, and every field must match. Values are patterns (parsePattern). */
  readonly conditions?: Readonly<Partial<Record<FindingField, readonly string[]>>>;
  /** The earliest time of the event, included. */
  readonly since?: Date;
  /** The end of the time, not included. */
  readonly until?: Date;
  readonly order?: TimeOrder;
  readonly limit?: number;
  /**
   * Read units that the question never exceeds: one that needs more ends with ReadLimitReached. With a limit of at most
   * 5,000 findings, it then has given none. Reading one finding may cost 50 units, so a limit below that is never
   * enough.
   */
  readonly maxReadUnits?: number;
}

export interface FindingQueries {
  /**
   * Asks for findings. Nothing is read before the answer is iterated. Each finding is given once, ordered by eventTime,
   * then by findingId.
   * @param meter counts it with other questions, and bounds all of them; instead of `maxReadUnits`.
   */
  search(query: FindingQuery, meter?: ReadMeter): AsyncIterable<IndexedFinding>;
  /** A finding by its id; undefined if there is none. */
  get(findingId: string, meter?: ReadMeter): Promise<IndexedFinding | undefined>;
}

export interface FindingTables {
  /** Physical names. */
  readonly findings: string;
  readonly events: string;
}

/** The questions to the table of findings. */
export function createFindingQueries(
  client: DynamoDBDocumentClient,
  tables: FindingTables,
  now: () => Date = () => new Date(),
): FindingQueries {
  return {
    search: (query, meter = new ReadMeter(query.maxReadUnits)) => search(client, tables, query, now(), meter),
    get: (findingId, meter = new ReadMeter()) => get(client, tables, findingId, meter),
  };
}

async function get(
  client: DynamoDBDocumentClient,
  tables: FindingTables,
  findingId: string,
  meter: ReadMeter,
): Promise<IndexedFinding | undefined> {
  const input = {
    TableName: tables.findings,
    KeyConditionExpression: 'findingId = :id',
    ExpressionAttributeValues: { ':id': findingId },
  };
  const { items } = await meteredQuery({ client, input, meter, maxRowBytes: ITEM_BYTES, limit: 1 });
  return items.map(readFinding).at(0);
}

type Item = Readonly<Record<string, unknown>>;

const MERGE = {
  timeOf: ({ eventTime }: Item) => String(eventTime),
  compareTies: (a: Item, b: Item) => {
    const [one, other] = [String(a.findingId), String(b.findingId)];
    return one === other ? 0 : one < other ? -1 : 1;
  },
};

async function* search(
  client: DynamoDBDocumentClient,
  tables: FindingTables,
  query: FindingQuery,
  now: Date,
  meter: ReadMeter,
): AsyncGenerator<IndexedFinding> {
  const { conditions = {}, limit = Number.POSITIVE_INFINITY, order = 'newest-first' } = query;
  const range = timeRange(query.since, query.until);
  if (range === undefined || limit <= 0) return;
  const options = { client, table: tables.findings, range, order, now, meter, maxRowBytes: ITEM_BYTES };
  const filters = FIELDS.flatMap((field) => {
    const patterns = conditions[field]?.map((value) => parsePattern(value));
    return patterns === undefined || patterns.length === 0 ? [] : [{ field, patterns }];
  });
  const meets = (finding: IndexedFinding): boolean =>
    filters.every(({ field, patterns }) => {
      const value = finding[field];
      return value !== undefined && patterns.some(({ matches }) => matches(value));
    });

  const keys = exactKeys(filters);
  const groups = keys === undefined ? levelDays(options, tables.events, levelTest(filters)) : [keys];
  async function* found(): AsyncGenerator<readonly IndexedFinding[]> {
    for await (const partitions of groups) {
      const sources = partitions.map((partition) => partitionSource(partition, options, FIRST_PAGE));
      for await (const items of mergeByTime(sources, { order, ...MERGE })) yield items.map(readFinding).filter(meets);
    }
  }
  const release = async (): Promise<void> => undefined;
  const isBounded = meter.maxUnits !== Number.POSITIVE_INFINITY;
  let given = 0;
  for await (const part of isBounded ? heldBack(found(), { enough: limit, most: HELD_FINDINGS, release }) : found()) {
    for (const finding of part) {
      yield finding;
      if (++given >= limit) return;
    }
  }
}

/** Findings that are held back until it is sure that their question stays within its limit. */
const HELD_FINDINGS = 5_000;

const FIRST_PAGE = 100;

interface Filter {
  readonly field: FindingField;
  readonly patterns: readonly ReturnType<typeof parsePattern>[];
}

const [BY_RULE, BY_LEVEL_DAY, BY_ACTOR, BY_ALERT] = TABLES.findings.indexes;
const KEYED = [
  { field: 'alertId', index: BY_ALERT },
  { field: 'ruleId', index: BY_RULE },
  { field: 'actor', index: BY_ACTOR },
] as const;

/** The keys of the first index that finds one of the fields: an alert has the fewest findings, an actor the most. */
function exactKeys(filters: readonly Filter[]): readonly PartitionKey[] | undefined {
  for (const { field, index } of KEYED) {
    const exact = filters.find((filter) => filter.field === field)?.patterns.map((pattern) => pattern.exact);
    const keys = exact?.filter((key) => key !== undefined);
    if (keys !== undefined && keys.length === exact?.length) return [...new Set(keys)].map((key) => ({ index, key }));
  }
  return undefined;
}

function levelTest(filters: readonly Filter[]): (level: string) => boolean {
  const patterns = filters.find(({ field }) => field === 'level')?.patterns;
  return (level) => patterns?.some(({ matches }) => matches(level)) ?? true;
}

/** The keys of by-level-day, day by day. */
async function* levelDays(
  options: PartitionReadOptions,
  eventsTable: string,
  isAsked: (level: string) => boolean,
): AsyncGenerator<readonly PartitionKey[]> {
  for await (const { day, levels } of findingDays({ ...options, table: eventsTable })) {
    yield levels.filter(isAsked).map((level) => ({ index: BY_LEVEL_DAY, key: `${level}#${day}` }));
  }
}
