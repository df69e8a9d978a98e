import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { ITEM_BYTES, meteredRows } from '../dynamo/queries/metered-query.ts';
import { type Meter, ReadMeter } from '../dynamo/queries/read-meter.ts';
import { type Change, updateExpression } from '../dynamo/update-expression.ts';
import { AccountRegions } from './account-regions.ts';
import { type DigestStatus, type LedgerEntry, ledgerEntrySchema, type ObjectVersion } from './ledger.ts';
import { objectName, readVersions } from './object-versions.ts';

const digestRowSchema = z.object({
  kind: z.literal('digest'),
  object: z.string(),
  version: z.string(),
  account: z.string(),
  awsRegion: z.string(),
  deliveredAt: z.string(),
  chain: z.string(),
  /** `pending`: valid, but some of its log objects or its predecessor haven't been found yet. */
  status: z.enum(['valid', 'pending', 'invalid']),
  problem: z.string().optional(),
  reason: z.string().optional(),
  digestStart: z.string().optional(),
  digestEnd: z.string().optional(),
  sha256: z.string().optional(),
  signature: z.string().optional(),
  /** The end of the digest that was the chain's newest before this one. */
  endBefore: z.string().optional(),
  logs: z.number().default(0),
  verified: z.number().default(0),
  modified: z.number().default(0),
  missing: z.number().default(0),
  unread: z.number().default(0),
  unnotified: z.number().default(0),
  skipped: z.number().default(0),
  checks: z.number().default(0),
  recheckAt: z.string().optional(),
});

/** The state of one version of a digest. */
export type DigestRow = z.infer<typeof digestRowSchema>;

/** What the index by account, region and day holds of a row. */
const digestEntrySchema = digestRowSchema.pick({
  kind: true,
  object: true,
  version: true,
  status: true,
  deliveredAt: true,
  digestStart: true,
  unnotified: true,
});

export type DigestEntry = z.infer<typeof digestEntrySchema>;

/** The result of a check; the row's keys come from the object. */
export type DigestRecord = Omit<DigestRow, 'kind' | 'object' | 'version'>;

/** The tries of a version of a digest, and its row once it was checked. */
const digestTriesSchema = z.object({
  version: z.string(),
  unfinished: z.number().default(0),
  begunAt: z.string().optional(),
});

export interface DigestTries {
  readonly version: string;
  /** Tries in a row that have begun without a noted end: their functions died, or are still running. */
  readonly unfinished: number;
  /** When the last of them began, ISO 8601. */
  readonly begunAt?: string | undefined;
  /** Absent if no check has finished so far. */
  readonly row?: DigestRow;
}

/** A log object that a digest names and that couldn't be read, because it isn't there. */
export interface MissingLogObject {
  readonly bucket: string;
  readonly key: string;
  readonly account: string;
  readonly region: string;
  /** The end of the hour in which it was delivered. */
  readonly deliveredAt: string;
  readonly digest: string;
}

/** The digests' part of the ledger: a row for each digest, and what the digests say about log objects. */
export class DigestLedger {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #accountRegions: AccountRegions;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
    this.#accountRegions = new AccountRegions(client, table);
  }

  /** The rows of every version of a digest that was seen, read consistently. */
  async digests(bucket: string, key: string): Promise<readonly DigestRow[]> {
    return (await this.tries(bucket, key)).flatMap(({ row }) => row ?? []);
  }

  /** The tries of every version of a digest that was seen, read consistently. */
  async tries(bucket: string, key: string): Promise<readonly DigestTries[]> {
    const rows = await readVersions(this.#client, this.#table, { bucket, key });
    return rows.map((row) => {
      const tries = digestTriesSchema.parse(row);
      const wasChecked = typeof row === 'object' && row !== null && 'status' in row;
      return { ...tries, ...(wasChecked && { row: digestRowSchema.parse(row) }) };
    });
  }

  /** Notes that a check of a digest begins. Its result, or a failure that is noted, ends it. */
  async begin(object: ObjectVersion, now: Date): Promise<void> {
    await this.#change(object, { set: { kind: 'digest', begunAt: now.toISOString() }, count: ['unfinished'] });
  }

  /**
   * Notes why a check failed.
   * @param counts whether it counts as one of the few tries that a digest has: anything except a fault of access.
   * @returns how many such failures it has had since it was last checked, this one included; 0 if it doesn't count.
   */
  async fail(object: ObjectVersion, error: string, counts: boolean): Promise<number> {
    const attributes = await this.#change(object, {
      set: { kind: 'digest', lastError: error },
      remove: ['unfinished'],
      ...(counts && { count: ['faults'] }),
    });
    return counts ? Number(attributes.faults) : 0;
  }

  /** Gives a digest all of its tries again. */
  async forgetTries(object: ObjectVersion): Promise<void> {
    await this.#change(object, { set: { kind: 'digest' }, remove: ['unfinished', 'faults'] });
  }

  async #change(object: ObjectVersion, change: Change): Promise<Readonly<Record<string, unknown>>> {
    const { Attributes = {} } = await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { object: objectName(object.bucket, object.key), version: object.version },
        ...updateExpression(change),
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return Attributes;
  }

  /** Writes the result of a check of a digest: the last write about it. */
  async record(object: ObjectVersion, record: DigestRecord): Promise<void> {
    await this.#accountRegions.note({ account: record.account, region: record.awsRegion });
    await this.#client.send(
      new PutCommand({
        TableName: this.#table,
        Item: {
          kind: 'digest',
          object: objectName(object.bucket, object.key),
          version: object.version,
          accountRegionDay: `${record.account}#${record.awsRegion}#${record.deliveredAt.slice(0, 10)}`,
          ...record,
        },
      }),
    );
  }

  /** Notes in the row of a log object what its digest says about it. False if there is no such row. */
  async vouch(object: ObjectVersion, digestStatus: DigestStatus, digest: string): Promise<boolean> {
    return this.#note(object, { set: { digestStatus, digest } });
  }

  /**
   * Notes that the digest of its hour doesn't name a log object. If a digest has vouched for it in the meantime, that
   * stays.
   */
  async unvouch(object: ObjectVersion): Promise<boolean> {
    return this.#note(object, { set: { digestStatus: 'unvouched' } }, 'attribute_not_exists(digestStatus)');
  }

  async #note(
    object: ObjectVersion,
    change: Parameters<typeof updateExpression>[0],
    condition?: string,
  ): Promise<boolean> {
    try {
      const expressions = updateExpression(change);
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { object: objectName(object.bucket, object.key), version: object.version },
          ...expressions,
          ExpressionAttributeNames: { ...expressions.ExpressionAttributeNames, '#object': 'object' },
          ConditionExpression: ['attribute_exists(#object)', ...(condition === undefined ? [] : [condition])].join(
            ' AND ',
          ),
        }),
      );
      return true;
    } catch (error) {
      if (isConditionFailure(error)) return false;
      throw error;
    }
  }

  /** Writes the row of a log object that was gone before anybody read it. */
  async recordMissing({ bucket, key, account, region, deliveredAt, digest }: MissingLogObject): Promise<void> {
    await this.#client.send(
      new PutCommand({
        TableName: this.#table,
        Item: {
          object: objectName(bucket, key),
          version: 'missing',
          status: 'missing',
          account,
          awsRegion: region,
          deliveredAt,
          accountRegionDay: `${account}#${region}#${deliveredAt.slice(0, 10)}`,
          digestStatus: 'missing' satisfies DigestStatus,
          digest,
        },
      }),
    );
  }

  /** What the index holds of log objects delivered from one time (included) to another (not included), the earliest first. */
  async *logObjects(account: string, region: string, from: string, to: string): AsyncGenerator<LedgerEntry> {
    for await (const row of this.rows(account, region, from, to)) if (row.kind !== 'digest') yield row;
  }

  /**
   * What the index holds of log objects and digests delivered from one time (included) to another (not included).
   * @throws ReadLimitReached
   */
  async *rows(
    account: string,
    region: string,
    from: string,
    to: string,
    meter: Meter = new ReadMeter(),
  ): AsyncGenerator<DigestEntry | (LedgerEntry & { readonly kind?: undefined })> {
    for (const day of days(from, to)) {
      const input = {
        TableName: this.#table,
        IndexName: 'by-account-region-day',
        KeyConditionExpression: 'accountRegionDay = :day AND deliveredAt BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':day': `${account}#${region}#${day}`, ':from': from, ':to': to },
      };
      for await (const item of meteredRows({ client: this.#client, input, meter, maxRowBytes: ITEM_BYTES })) {
        if (item.deliveredAt === to) continue;
        yield item.kind === 'digest' ? digestEntrySchema.parse(item) : ledgerEntrySchema.parse(item);
      }
    }
  }
}

const DAY_MILLISECONDS = 86_400_000;

/** The days that a time range touches, `YYYY-MM-DD`. */
function days(from: string, to: string): readonly string[] {
  const found: string[] = [];
  const end = Date.parse(to);
  for (let at = Date.parse(`${from.slice(0, 10)}T00:00:00Z`); at < end; at += DAY_MILLISECONDS) {
    found.push(new Date(at).toISOString().slice(0, 10));
  }
  return found;
}
