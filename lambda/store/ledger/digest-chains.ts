import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { type ReadRow, readRow } from '../dynamo/read-row.ts';
import { updateExpression } from '../dynamo/update-expression.ts';
import { LEDGER_BOOKKEEPING } from '../schema.ts';

const AWAITING = 'awaiting-digest';

/**
 * The state of rows that sweep couldn't read: they block no other row, and a version that can read them takes them
 * back.
 */
const SET_ASIDE = 'chain-set-aside';

/** The version of chain rows. The oldest rows have none. Members that a newer version adds are left as they are. */
const CHAIN_ROW_VERSION = 1;

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

/** How far the digests of one trail, account and region have come. */
export interface ChainRow {
  readonly chain: string;
  readonly bucket: string;
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly lastKey: string;
  /** The end of the newest valid digest. */
  readonly lastEnd: string;
  /** The time up to which every delivered log object is vouched for, or named as unvouched. */
  readonly checkedUntil?: string;
  /** When the next digest is overdue; absent if none is expected (any more). */
  readonly dueAt?: string;
  /** How many times the next one was reported as overdue. */
  readonly reports: number;
}

/** A chain whose next digest is overdue, or whose row this version can't read; `name` is the row's sort key. */
export type OverdueChain = ReadRow<ChainRow> & { readonly name: string };

export interface ChainAdvance {
  readonly bucket: string;
  readonly chain: string;
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly key: string;
  readonly end: string;
  /** Absent for backfill digests: none is expected at a certain time. */
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

  /**
   * The chain, read consistently; undefined before its first valid digest.
   * @throws Error for a row of another version that this one can't read. Its digests wait for the version that can.
   */
  async find(bucket: string, chain: string): Promise<ChainRow | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: keyOf(bucket, chain), ConsistentRead: true }),
    );
    if (Item === undefined) return undefined;
    const reading = readRow(Item, toRow);
    if ('row' in reading) return reading.row;
    throw new Error(`The row of the digest chain ${chain} was written by another version (${reading.unreadable}).`);
  }

  /** Notes a valid digest; one that is older than the newest changes nothing. */
  async advance({ bucket, chain, account, region, trail, key, end, dueAt }: ChainAdvance): Promise<void> {
    const awaiting = dueAt === undefined ? undefined : { state: AWAITING, dueAt };
    await this.#updateIf(
      bucket,
      chain,
      {
        set: {
          rowVersion: CHAIN_ROW_VERSION,
          bucket,
          account,
          awsRegion: region,
          trail,
          lastKey: key,
          lastEnd: end,
          reports: 0,
          ...awaiting,
        },
        ...(awaiting === undefined && { remove: ['state', 'dueAt'] }),
      },
      'attribute_not_exists(lastEnd) OR lastEnd < :lastEnd',
    );
  }

  /** Notes the time up to which the delivered log objects were compared with the digests. It never goes back. */
  async markChecked(bucket: string, chain: string, until: string): Promise<void> {
    await this.#updateIf(
      bucket,
      chain,
      { set: { checkedUntil: until } },
      'attribute_exists(lastEnd) AND (attribute_not_exists(checkedUntil) OR checkedUntil < :checkedUntil)',
    );
  }

  /** The chains whose next digest is overdue (those that wait longest first), and rows of chains that can't be read. */
  async *overdue(now: Date): AsyncGenerator<OverdueChain> {
    const query = this.#inState(AWAITING);
    const pages = paginateQuery(
      { client: this.#client },
      {
        ...query,
        KeyConditionExpression: `${query.KeyConditionExpression} AND dueAt <= :now`,
        ExpressionAttributeValues: { ...query.ExpressionAttributeValues, ':now': now.toISOString() },
      },
    );
    for await (const { Items = [] } of pages) {
      // The table's keys: each row has them.
      for (const item of Items) yield { name: String(item.version), ...readRow(item, toRow) };
    }
  }

  /** Sets a row aside that can't be read, so that it blocks no other. Does nothing if it is in another state by now. */
  async setAside(name: string, reason: string): Promise<void> {
    const change = { set: { state: SET_ASIDE, setAside: reason } };
    await this.#updateNamed(name, change, '#state = :awaiting', { ':awaiting': AWAITING });
  }

  /** Takes back the rows that were set aside (perhaps by an older version) and that this version can read. */
  async takeBack(): Promise<void> {
    for await (const { Items = [] } of paginateQuery({ client: this.#client }, this.#inState(SET_ASIDE))) {
      for (const item of Items) {
        if ('unreadable' in readRow(item, toRow)) continue;
        const change = { set: { state: AWAITING }, remove: ['setAside'] };
        await this.#updateNamed(String(item.version), change, '#state = :aside', { ':aside': SET_ASIDE });
      }
    }
  }

  /** How many rows are set aside. */
  async countSetAside(): Promise<number> {
    let count = 0;
    const pages = paginateQuery({ client: this.#client }, { ...this.#inState(SET_ASIDE), Select: 'COUNT' });
    for await (const page of pages) count += page.Count ?? 0;
    return count;
  }

  /**
   * Notes that the overdue digest was reported.
   * @param nextReport when to check again; without one, the chain's next digest is no longer expected.
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

  #inState(state: typeof AWAITING | typeof SET_ASIDE) {
    return {
      TableName: this.#table,
      IndexName: 'by-state',
      KeyConditionExpression: '#state = :state',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':state': state },
    };
  }

  #updateIf(
    bucket: string,
    chain: string,
    change: Parameters<typeof updateExpression>[0],
    condition: string,
  ): Promise<void> {
    return this.#updateNamed(nameOf(bucket, chain), change, condition);
  }

  async #updateNamed(
    name: string,
    change: Parameters<typeof updateExpression>[0],
    ConditionExpression: string,
    compared: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const expression = updateExpression(change);
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { object: LEDGER_BOOKKEEPING.digestChains, version: name },
          ...expression,
          ExpressionAttributeValues: { ...expression.ExpressionAttributeValues, ...compared },
          ConditionExpression,
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }
}

/**
 * When this deployment began to read. It doesn't vouch for what was delivered before. Noted once, and never changed.
 * @param source the bucket of a source, which may have been added later; the deployment itself without one.
 */
export async function deploymentStart(
  client: DynamoDBDocumentClient,
  table: string,
  now: Date,
  source?: string,
): Promise<string> {
  const key = { object: LEDGER_BOOKKEEPING.deployment, version: source === undefined ? 'start' : `start#${source}` };
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
  return { object: LEDGER_BOOKKEEPING.digestChains, version: nameOf(bucket, chain) };
}

function nameOf(bucket: string, chain: string): string {
  return `${bucket}|${chain}`;
}

function toRow(item: unknown): ChainRow {
  const { version, awsRegion, ...row } = chainSchema.parse(item);
  return { ...row, region: awsRegion, chain: version.slice(row.bucket.length + 1) };
}
