import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from './conditional.ts';
import { LEDGER_BOOKKEEPING } from './schema.ts';
import { updateExpression } from './update-expression.ts';

const AWAITING = 'awaiting-digest';

const chainSchema = z.object({
  version: z.string(),
  bucket: z.string(),
  account: z.string(),
  awsRegion: z.string(),
  trail: z.string(),
  lastKey: z.string(),
  lastEnd: z.string(),
  checkedUntil: z.string().optional(),
  dueAt: z.string().optional(),
  reports: z.number().default(0),
});

/** The digests of one trail, account and region, as far as they came. */
export interface ChainRow {
  readonly chain: string;
  readonly bucket: string;
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly lastKey: string;
  /** The end of the newest valid digest. */
  readonly lastEnd: string;
  /** Up to where every log object that was delivered is vouched for, or named as unvouched. */
  readonly checkedUntil?: string;
  /** When the next digest is overdue; absent where none is awaited (any more). */
  readonly dueAt?: string;
  /** How often it was reported that the next one is overdue. */
  readonly reports: number;
}

export interface ChainAdvance {
  readonly bucket: string;
  readonly chain: string;
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly key: string;
  readonly end: string;
  /** Absent for backfill digests, which nobody waits for. */
  readonly dueAt?: string;
}

/** The chains of digests: which is the newest of each, and when the next one must have come. */
export class DigestChains {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** The chain, read consistently; undefined before its first valid digest. */
  async find(bucket: string, chain: string): Promise<ChainRow | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: keyOf(bucket, chain), ConsistentRead: true }),
    );
    return Item === undefined ? undefined : toRow(Item);
  }

  /** Notes a valid digest; an older one than the newest changes nothing. */
  async advance({ bucket, chain, account, region, trail, key, end, dueAt }: ChainAdvance): Promise<void> {
    const awaiting = dueAt === undefined ? undefined : { state: AWAITING, dueAt };
    await this.#updateIf(
      bucket,
      chain,
      {
        set: { bucket, account, awsRegion: region, trail, lastKey: key, lastEnd: end, reports: 0, ...awaiting },
        ...(awaiting === undefined && { remove: ['state', 'dueAt'] }),
      },
      'attribute_not_exists(lastEnd) OR lastEnd < :lastEnd',
    );
  }

  /** Notes up to where the delivered log objects were compared with the digests. Never goes back. */
  async markChecked(bucket: string, chain: string, until: string): Promise<void> {
    await this.#updateIf(
      bucket,
      chain,
      { set: { checkedUntil: until } },
      'attribute_exists(lastEnd) AND (attribute_not_exists(checkedUntil) OR checkedUntil < :checkedUntil)',
    );
  }

  /** The chains whose next digest is overdue, the longest waiting first. */
  async *overdue(now: Date): AsyncGenerator<ChainRow> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        IndexName: 'by-state',
        KeyConditionExpression: '#state = :awaiting AND dueAt <= :now',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':awaiting': AWAITING, ':now': now.toISOString() },
      },
    );
    for await (const { Items = [] } of pages) for (const item of Items) yield toRow(item);
  }

  /**
   * Notes that it was reported how long the next digest is overdue.
   * @param nextReport when to look again; without one, nobody waits for the chain any more.
   */
  async reported({ bucket, chain, lastEnd, reports }: ChainRow, nextReport: Date | undefined): Promise<void> {
    await this.#updateIf(
      bucket,
      chain,
      {
        set: {
          reports: reports + 1,
          lastEnd,
          ...(nextReport !== undefined && { dueAt: nextReport.toISOString() }),
        },
        ...(nextReport === undefined && { remove: ['state', 'dueAt'] }),
      },
      'lastEnd = :lastEnd',
    );
  }

  /** Every chain. */
  async *list(): AsyncGenerator<ChainRow> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: '#object = :object',
        ExpressionAttributeNames: { '#object': 'object' },
        ExpressionAttributeValues: { ':object': LEDGER_BOOKKEEPING.digestChains },
      },
    );
    for await (const { Items = [] } of pages) for (const item of Items) yield toRow(item);
  }

  async #updateIf(
    bucket: string,
    chain: string,
    change: Parameters<typeof updateExpression>[0],
    condition: string,
  ): Promise<void> {
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: keyOf(bucket, chain),
          ...updateExpression(change),
          ConditionExpression: condition,
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }
}

/** When this deployment began to read: what was delivered before isn't its to vouch for. Noted once, for ever. */
export async function deploymentStart(client: DynamoDBDocumentClient, table: string, now: Date): Promise<string> {
  const key = { object: LEDGER_BOOKKEEPING.deployment, version: 'start' };
  try {
    await client.send(
      new PutCommand({
        TableName: table,
        Item: { ...key, startedAt: now.toISOString() },
        ConditionExpression: 'attribute_not_exists(startedAt)',
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
  const { Item } = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
  return z.object({ startedAt: z.string() }).parse(Item).startedAt;
}

function keyOf(bucket: string, chain: string): Record<string, string> {
  return { object: LEDGER_BOOKKEEPING.digestChains, version: `${bucket}|${chain}` };
}

function toRow(item: unknown): ChainRow {
  const { version, awsRegion, ...row } = chainSchema.parse(item);
  return { ...row, region: awsRegion, chain: version.slice(row.bucket.length + 1) };
}
