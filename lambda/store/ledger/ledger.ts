import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { type Change, updateExpression } from '../dynamo/update-expression.ts';
import type { PageBody } from '../segments/table/page-rows.ts';
import { transactPages, transactTogether } from '../segments/table/transact-pages.ts';
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
  /** The backfill that has closed it; absent if ingest has. */
  backfill: z.string().optional(),
  digestStatus: z.enum(DIGEST_STATUSES).optional(),
  digest: z.string().optional(),
});

/**
 * The state of one version of a log object. `open`: in progress. `closed`: read to its end. `rejected`: its content
 * can't be read to its end, with the reason; the records before the fault are indexed. `missing`: a digest names it,
 * but it was never there.
 */
export type LedgerRow = z.infer<typeof ledgerRowSchema>;

/** What the index by account, region and day holds of a row. */
export const ledgerEntrySchema = ledgerRowSchema.pick({
  object: true,
  version: true,
  status: true,
  deliveredAt: true,
  records: true,
  indexed: true,
  rejected: true,
  findings: true,
  reason: true,
  lastError: true,
  sameAs: true,
  backfill: true,
  digestStatus: true,
});

export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

export interface Opening {
  readonly account: string;
  readonly region: string;
  /** When the object was put into the bucket, ISO 8601. */
  readonly deliveredAt: string;
  readonly notifiedAt?: string;
  readonly now: Date;
}

/** Summaries of an object's events, which questions find from the moment on at which the ledger has the object's row. */
export interface ObjectPages {
  /** Physical name of the table of segments. */
  readonly table: string;
  readonly shard: number;
  readonly pages: readonly PageBody[];
  readonly now: () => Date;
}

/** What a write about a reading goes by. */
export interface Reading {
  /** The place where the last call stopped, as the row had it when the reading began: another one moves it. */
  readonly resumedAt: number | undefined;
  /** Where the row doesn't say yet that the reading has begun. */
  readonly opening?: Opening;
  readonly indexed?: ObjectPages;
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
  /** The backfill that has read it. */
  readonly backfill?: string;
}

/** The end of one of several objects that are closed together. */
export interface ClosedTogether {
  readonly object: ObjectVersion;
  readonly closing: Closing;
  readonly reading: Omit<Reading, 'indexed'>;
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

  /** Notes where an object comes from: once a process for each account and region. */
  async noteOrigin({ account, region, now }: Pick<Opening, 'account' | 'region' | 'now'>): Promise<void> {
    await this.#accountRegions.note({ account, region }, now);
  }

  /** The first day on which log objects of an account were read, `YYYY-MM-DD`; undefined if none is known. */
  async firstDayOf(account: string): Promise<string | undefined> {
    return this.#accountRegions.firstDayOf(account);
  }

  /**
   * Notes that reading begins, once more where it was begun before. Where another function has closed the object
   * meanwhile, its row stays as it is.
   * @param unnoted tries before this one that have begun, were not noted, and not told how they ended.
   */
  async open(object: ObjectVersion, opening: Opening, unnoted = 0): Promise<void> {
    await this.noteOrigin(opening);
    const { set, setOnce, count } = openingChange(opening);
    await this.#updateIf(
      object,
      { set: { status: 'open', ...set }, setOnce, count, add: { unfinished: 1 + unnoted } },
      UNCLOSED,
    );
  }

  /**
   * Notes how far reading came, together with the pages of what was read, so that the next call goes on from there. False
   * where another function has closed the object meanwhile, or come to another place: then nothing is written.
   */
  async checkpoint(object: ObjectVersion, checkpoint: Checkpoint, reading: Reading): Promise<boolean> {
    return this.#note(object, { set: { status: 'open', ...checkpoint }, remove: ['unfinished', 'lastError'] }, reading);
  }

  /**
   * Notes what became of the object, together with the pages of what was read: the last write about it.
   * @returns false where another function has closed it meanwhile, or come to another place: then nothing is written.
   */
  async close(object: ObjectVersion, closing: Closing, reading: Reading): Promise<boolean> {
    return this.#note(object, closingChange(closing), reading);
  }

  /**
   * Notes what became of several objects, at most 80, together with the pages that hold the events of all of them.
   * @returns the places of those that another function has closed meanwhile, or that it reads from another place: then
   *   nothing is written, of none of them. Empty where all of it was written.
   */
  async closeTogether(closings: readonly ClosedTogether[], indexed: ObjectPages): Promise<readonly number[]> {
    const [first, ...others] = closings.map(({ object, closing, reading }) => {
      const { change, condition, values } = notedChange(closingChange(closing), reading);
      return { Update: { ...this.#input(object, change, values), ConditionExpression: condition } };
    });
    if (first === undefined) return [];
    return transactTogether({ client: this.#client, changes: [first, ...others], ...indexed });
  }

  /** The same whatever the row says: for an object that another version stands in for. */
  async closeAnyway(object: ObjectVersion, closing: Closing): Promise<void> {
    await this.#update(object, closingChange(closing));
  }

  async #note(object: ObjectVersion, ending: Change, { indexed, ...reading }: Reading): Promise<boolean> {
    const { change, condition, values } = notedChange(ending, reading);
    return this.#updateIf(object, change, condition, values, indexed);
  }

  /**
   * Corrects the counts of a closed object by what was read from one of its copies, together with the pages of that: the
   * same however often the copy is read. False where the row isn't as it was when it was read: then nothing is changed.
   * @param row as it is, with a note of the copy.
   */
  async recover(
    object: ObjectVersion,
    row: LedgerRow,
    { copy, recovered, findings }: Recovery,
    indexed?: ObjectPages,
  ): Promise<boolean> {
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
    return this.#updateIf(
      object,
      { set: counts },
      'closedAt = :closedAt AND #quarantine = :before',
      { ':closedAt': closedAt, ':before': quarantine },
      indexed,
    );
  }

  /**
   * Lets a version be read again from its beginning, with all of its tries. Its rows overwrite themselves. Its counts
   * and its hash stay until then.
   */
  async reopen(object: ObjectVersion): Promise<void> {
    await this.#update(object, {
      set: { status: 'open' },
      remove: ['closedAt', 'resumeAt', 'reason', 'sameAs', 'lastError', ...TRIES],
    });
  }

  /**
   * Notes why a try failed, also where not even the row could be opened.
   * @param counts whether it is one of the few that an object has: anything but a fault of access.
   * @param opening where the row may not say yet that the reading had begun.
   * @returns how many of those it has had, this one included; 0 where it doesn't count.
   */
  async fail(object: ObjectVersion, error: string, counts: boolean, opening?: Opening): Promise<number> {
    const begun = opening === undefined ? undefined : openingChange(opening);
    const attributes = await this.#update(object, {
      set: { lastError: error, ...begun?.set },
      setOnce: { status: 'open', ...begun?.setOnce },
      remove: ['unfinished'],
      count: [...(begun?.count ?? []), ...(counts ? ['faults'] : [])],
    });
    return counts ? Number(attributes.faults) : 0;
  }

  /** Gives an object all of its tries again. */
  async forgetTries(object: ObjectVersion): Promise<void> {
    await this.#updateIf(object, { remove: TRIES }, `attribute_exists(#${TRIES[0]}) OR attribute_exists(#${TRIES[1]})`);
  }

  async #updateIf(
    object: ObjectVersion,
    change: Change,
    condition: string,
    values: Readonly<Record<string, unknown>> = {},
    indexed?: ObjectPages,
  ): Promise<boolean> {
    const input = { ...this.#input(object, change, values), ConditionExpression: condition };
    if (indexed !== undefined && indexed.pages.length > 0) {
      return transactPages({ client: this.#client, changes: [{ Update: input }], ...indexed });
    }
    try {
      await this.#client.send(new UpdateCommand(input));
      return true;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return false;
    }
  }

  async #update(object: ObjectVersion, change: Change): Promise<Readonly<Record<string, unknown>>> {
    const { Attributes = {} } = await this.#client.send(
      new UpdateCommand({ ...this.#input(object, change), ReturnValues: 'UPDATED_NEW' }),
    );
    return Attributes;
  }

  #input({ bucket, key, version }: ObjectVersion, change: Change, values: Readonly<Record<string, unknown>> = {}) {
    const { ExpressionAttributeValues, ...expressions } = updateExpression(change);
    const allValues = { ...ExpressionAttributeValues, ...values };
    return {
      TableName: this.#table,
      Key: { object: objectName(bucket, key), version },
      ...expressions,
      ...(Object.keys(allValues).length > 0 && { ExpressionAttributeValues: allValues }),
    };
  }
}

const UNCLOSED = 'attribute_not_exists(closedAt)';

/** A change of a row that holds only as long as nobody else has gone on with the object. */
function notedChange(change: Change, { resumedAt, opening }: Omit<Reading, 'indexed'>) {
  const begun = opening === undefined ? undefined : openingChange(opening);
  const condition = resumedAt === undefined ? 'attribute_not_exists(resumeAt)' : 'resumeAt = :resumedAt';
  return {
    change: {
      ...change,
      set: { ...begun?.set, ...change.set },
      ...(begun && { setOnce: begun.setOnce, count: begun.count }),
    },
    condition: `${UNCLOSED} AND ${condition}`,
    values: resumedAt === undefined ? {} : { ':resumedAt': resumedAt },
  };
}

function openingChange({ account, region, deliveredAt, notifiedAt, now }: Opening) {
  const time = now.toISOString();
  return {
    set: {
      account,
      awsRegion: region,
      deliveredAt,
      accountRegionDay: `${account}#${region}#${deliveredAt.slice(0, 10)}`,
      readAt: time,
    },
    setOnce: { notifiedAt: notifiedAt ?? time },
    count: ['attempts'],
  };
}

function closingChange({ now, content, reason, sameAs, quarantine, ...counts }: Closing): Change {
  return {
    set: {
      status: reason === undefined ? 'closed' : 'rejected',
      closedAt: now.toISOString(),
      ...counts,
      // By name: what else is known of the content, its records too, isn't what was counted.
      ...(content !== undefined && { sha256: content.sha256, bytes: content.bytes }),
      ...(reason !== undefined && { reason }),
      ...(sameAs !== undefined && { sameAs }),
      ...(quarantine !== undefined && { quarantine }),
    },
    // A reading that rejected nothing leaves no copy of an earlier one to be read.
    remove: [
      'resumeAt',
      ...TRIES,
      ...(quarantine === undefined ? ['quarantine'] : []),
      ...(sameAs === undefined ? ['sameAs'] : []),
    ],
  };
}
