import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { type Change, updateExpression } from '../dynamo/update-expression.ts';
import { AccountRegions } from './account-regions.ts';
import { objectName, readVersions } from './object-versions.ts';

/** One version of a log object. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  /** The version id, or the ETag if the bucket isn't versioned. */
  readonly version: string;
}

/** The counts of an object's records, so far or in all. */
export interface RecordCounts {
  /** Members of `Records`. */
  readonly records: number;
  readonly indexed: number;
  readonly rejected: number;
  readonly findings: number;
}

/** A record that wasn't indexed. */
export interface Rejection {
  readonly index: number;
  readonly reason: string;
}

/**
 * What its digest says about a log object: its content is what CloudTrail wrote, or it was modified, or the object is
 * missing; `unvouched` if the digest of its time doesn't name it.
 */
export const DIGEST_STATUSES = ['verified', 'modified', 'missing', 'unvouched'] as const;
export type DigestStatus = (typeof DIGEST_STATUSES)[number];

/** The copies of an object's rejected records, as noted by the function that put them into the quarantine bucket. */
const quarantineNoteSchema = z.object({
  bucket: z.string(),
  /** By the index of each copy's first record. */
  copies: z.record(
    z.string(),
    z.object({
      /** SHA-256 of the uncompressed copy: only what ingest has put there is ever read again. */
      sha256: z.string(),
      /** Records that were later read from the copy and now count as `indexed`, and their findings. */
      recovered: z.number(),
      findings: z.number(),
    }),
  ),
});

export type QuarantineNote = z.infer<typeof quarantineNoteSchema>;

export const ledgerRowSchema = z.object({
  object: z.string(),
  version: z.string(),
  status: z.enum(['open', 'closed', 'rejected', 'missing']),
  account: z.string().optional(),
  awsRegion: z.string().optional(),
  deliveredAt: z.string().optional(),
  notifiedAt: z.string().optional(),
  readAt: z.string().optional(),
  closedAt: z.string().optional(),
  sha256: z.string().optional(),
  bytes: z.number().optional(),
  records: z.number().default(0),
  indexed: z.number().default(0),
  rejected: z.number().default(0),
  findings: z.number().default(0),
  rejections: z.array(z.object({ index: z.number(), reason: z.string() })).default([]),
  quarantine: quarantineNoteSchema.optional(),
  reason: z.string().optional(),
  resumeAt: z.number().optional(),
  attempts: z.number().default(0),
  /** Tries in a row that have begun without a noted end: their functions died, or are still running. */
  unfinished: z.number().default(0),
  /** Tries that failed by anything except a fault of access. */
  faults: z.number().default(0),
  lastError: z.string().optional(),
  sameAs: z.string().optional(),
  digestStatus: z.enum(DIGEST_STATUSES).optional(),
  digest: z.string().optional(),
});

/**
 * The state of one version of a log object. `open`: in progress. `closed`: read to its end. `rejected`: its content
 * can't be read to its end, with the reason; the records before the fault are indexed. `missing`: a digest names it,
 * but it was never there.
 */
export type LedgerRow = z.infer<typeof ledgerRowSchema>;

export interface Opening {
  readonly account: string;
  readonly region: string;
  /** When the object was put into the bucket, ISO 8601. */
  readonly deliveredAt: string;
  readonly notifiedAt?: string;
  readonly now: Date;
}

export interface Checkpoint extends RecordCounts {
  /** Index of the first record that must still be read. */
  readonly resumeAt: number;
  readonly rejections: readonly Rejection[];
  /** Absent if no record was rejected so far. */
  readonly quarantine?: QuarantineNote;
}

export interface Closing extends RecordCounts {
  readonly now: Date;
  readonly rejections: readonly Rejection[];
  /** Absent if no record was rejected. */
  readonly quarantine?: QuarantineNote;
  /** Known when the object was read to its end. */
  readonly content?: { readonly sha256: string; readonly bytes: number };
  /** Why the object was rejected; absent if it was read to its end. */
  readonly reason?: string;
  /** The version of this object with the same content, which was indexed before. */
  readonly sameAs?: string;
}

/** What was read from one copy of rejected records. */
export interface Recovery {
  /** The index of the copy's first record: its name in the row. */
  readonly copy: string;
  /** The indexes of the records that are events now. */
  readonly recovered: ReadonlySet<number>;
  /** Their findings that weren't counted before. */
  readonly findings: number;
}

/** Counters of the tries of an object. */
const TRIES = ['unfinished', 'faults'] as const;

/** The ledger: one row for each version of a log object. */
export class Ledger {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #accountRegions: AccountRegions;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
    this.#accountRegions = new AccountRegions(client, table);
  }

  /** The rows of all known versions of an object, read consistently. */
  async versions(bucket: string, key: string): Promise<readonly LedgerRow[]> {
    const rows = await readVersions(this.#client, this.#table, { bucket, key });
    return rows.map((row) => ledgerRowSchema.parse(row));
  }

  /**
   * Notes that reading begins, also if it was begun before. If another function has closed the object in the meantime,
   * its row stays as it is.
   */
  async open(object: ObjectVersion, opening: Opening): Promise<void> {
    const { account, region, deliveredAt, notifiedAt, now } = opening;
    const time = now.toISOString();
    await this.#accountRegions.note({ account, region });
    await this.#updateUnclosed(object, {
      set: {
        status: 'open',
        account,
        awsRegion: region,
        deliveredAt,
        accountRegionDay: `${account}#${region}#${deliveredAt.slice(0, 10)}`,
        readAt: time,
      },
      setOnce: { notifiedAt: notifiedAt ?? time },
      count: ['attempts', 'unfinished'],
    });
  }

  /**
   * Notes how far reading came, so that the next call continues from there. Does nothing if another function has closed
   * the object in the meantime, because the counts in its row are complete.
   */
  async checkpoint(object: ObjectVersion, { rejections, ...checkpoint }: Checkpoint): Promise<void> {
    await this.#updateUnclosed(object, { set: { ...checkpoint, rejections }, remove: ['unfinished'] });
  }

  /** Notes the final state of the object: the last write about it. */
  async close(object: ObjectVersion, closing: Closing): Promise<void> {
    const { now, content, reason, sameAs, quarantine, ...counts } = closing;
    await this.#update(object, {
      set: {
        status: reason === undefined ? 'closed' : 'rejected',
        closedAt: now.toISOString(),
        ...counts,
        // Each counter is named, because other members of the content aren't counters.
        ...(content !== undefined && { sha256: content.sha256, bytes: content.bytes }),
        ...(reason !== undefined && { reason }),
        ...(sameAs !== undefined && { sameAs }),
        ...(quarantine !== undefined && { quarantine }),
      },
      // If this reading rejected nothing, the copies of an earlier one must not be read again.
      remove: [
        'resumeAt',
        ...TRIES,
        ...(quarantine === undefined ? ['quarantine'] : []),
        ...(sameAs === undefined ? ['sameAs'] : []),
      ],
    });
  }

  /**
   * Corrects the counts of a closed object by what was read from one of its copies. The result is the same however
   * often the copy is read. False if the row has changed since it was read: then nothing is written.
   * @param row as it is, with a note of the copy.
   */
  async recover(object: ObjectVersion, row: LedgerRow, { copy, recovered, findings }: Recovery): Promise<boolean> {
    const { quarantine, closedAt } = row;
    const before = quarantine?.copies[copy];
    if (quarantine === undefined || before === undefined || closedAt === undefined) return false;
    const more = recovered.size - before.recovered;
    const counts = {
      indexed: row.indexed + more,
      rejected: row.rejected - more,
      findings: row.findings + findings - before.findings,
      rejections: row.rejections.filter(({ index }) => !recovered.has(index)),
      quarantine: {
        ...quarantine,
        copies: { ...quarantine.copies, [copy]: { ...before, recovered: recovered.size, findings } },
      },
    };
    return this.#updateIf(object, { set: counts }, 'closedAt = :closedAt AND #quarantine = :before', {
      ':closedAt': closedAt,
      ':before': quarantine,
    });
  }

  /**
   * Lets a version be read again from its beginning, with all of its tries. Its rows overwrite themselves. Its counts
   * and its hash stay until then.
   */
  async reopen(object: ObjectVersion): Promise<void> {
    await this.#update(object, {
      set: { status: 'open' },
      remove: ['closedAt', 'resumeAt', 'reason', 'sameAs', ...TRIES],
    });
  }

  /**
   * Notes why a try failed, even if the row couldn't be opened.
   * @param counts whether it counts as one of the few tries that an object has: anything except a fault of access.
   * @returns how many such failures it has had, this one included; 0 if it doesn't count.
   */
  async fail(object: ObjectVersion, error: string, counts: boolean): Promise<number> {
    const attributes = await this.#update(object, {
      set: { lastError: error },
      setOnce: { status: 'open' },
      remove: ['unfinished'],
      ...(counts && { count: ['faults'] }),
    });
    return counts ? Number(attributes.faults) : 0;
  }

  /** Gives an object all of its tries again. */
  async forgetTries(object: ObjectVersion): Promise<void> {
    await this.#updateIf(object, { remove: TRIES }, `attribute_exists(#${TRIES[0]}) OR attribute_exists(#${TRIES[1]})`);
  }

  async #updateUnclosed(object: ObjectVersion, change: Change): Promise<void> {
    await this.#updateIf(object, change, 'attribute_not_exists(closedAt)');
  }

  async #updateIf(
    object: ObjectVersion,
    change: Change,
    condition: string,
    values: Readonly<Record<string, unknown>> = {},
  ): Promise<boolean> {
    try {
      await this.#update(object, change, condition, values);
      return true;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return false;
    }
  }

  async #update(
    object: ObjectVersion,
    change: Change,
    condition?: string,
    values: Readonly<Record<string, unknown>> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const { ExpressionAttributeValues, ...expressions } = updateExpression(change);
    const allValues = { ...ExpressionAttributeValues, ...values };
    const { Attributes = {} } = await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { object: objectName(object.bucket, object.key), version: object.version },
        ...expressions,
        ...(Object.keys(allValues).length > 0 && { ExpressionAttributeValues: allValues }),
        ...(condition !== undefined && { ConditionExpression: condition }),
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return Attributes;
  }
}
