import { checkRecord, type Receipt } from '../cloudtrail/cloudtrail-event.ts';
import {
  ContentFault,
  type LogObjectItem,
  type LogObjectLimits,
  type LogObjectSummary,
  readLogObject,
} from '../cloudtrail/log/log-object.ts';
import type { CloudTrailObjectKey } from '../cloudtrail/log/object-key.ts';
import { readSmallOrLarge } from '../cloudtrail/log/read-log-object.ts';
import { assertMayLive } from '../runtime/queue/object-tries.ts';
import { FaultOfAccess } from '../shared/faults.ts';
import type {
  Closing,
  Ledger,
  LedgerRow,
  ObjectPages,
  ObjectVersion,
  Opening,
  QuarantineNote,
  Reading,
  RecordCounts,
  Rejection,
} from '../store/ledger/ledger.ts';
import { pageShardOf } from '../store/segments/table/keys.ts';
import type { PageBody } from '../store/segments/table/page-rows.ts';
import { type EffectDependencies, EventEffects } from './event-effects.ts';
import type { SourceObject } from './object-source.ts';
import { processingReason } from './processing-reason.ts';
import type { Quarantine } from './quarantine.ts';

/** The ledger as the processing of an object uses it. */
export type ObjectLedger = Pick<
  Ledger,
  'versions' | 'noteOrigin' | 'open' | 'checkpoint' | 'close' | 'closeAnyway' | 'forgetTries'
>;

/** What processing needs from outside: each caller brings its own. */
export interface ProcessorDependencies extends EffectDependencies {
  /** The ledger, or what stands before it. */
  readonly ledger: ObjectLedger;
  readonly createQuarantine: () => Quarantine;
  /** Called for an object whose content changed after it was indexed. */
  readonly reportOverwritten: (object: SourceObject, before: LedgerRow) => Promise<void>;
  readonly limits: LogObjectLimits;
}

export interface ObjectRequest {
  /** Opened by the caller, who closes it. */
  readonly object: SourceObject;
  /** The ledger's rows of every version of it, read before it was opened. */
  readonly versions: readonly LedgerRow[];
  readonly parsedKey: CloudTrailObjectKey;
  readonly notifiedAt?: string;
  /** How often the message was received that names it, this time included. */
  readonly receives: number;
  /** Whether the function's time is nearly over: then the place is noted, to be gone on from. */
  readonly mustStop: () => boolean;
}

export interface ObjectOutcome {
  /**
   * `skipped`: this version was closed before, or by another function meanwhile. `continue`: time was up, or another
   * function reads it too and is further: the place is noted.
   */
  readonly status: 'closed' | 'rejected' | 'skipped' | 'continue';
  readonly records: number;
  readonly indexed: number;
  readonly rejected: number;
  readonly findings: number;
  /** Records among the rejected ones of this call whose processing threw an exception of the code. */
  readonly failed: number;
  readonly reason?: string;
}

/** How many rejections the ledger names. The quarantine bucket has all of them. */
const NAMED_REJECTIONS = 5;

/**
 * Processes one version of a log object: reads, classifies, judges, indexes and closes it in the ledger, last.
 * Doing it again, or twice at once, changes nothing.
 * @throws GivenUp where functions have died over it three times; OutOfTime, a FaultOfAccess, where the time was up before
 *   anything new was read; anything else as it came. It closes nothing then, and another try goes on.
 */
export async function processObject(
  dependencies: ProcessorDependencies,
  request: ObjectRequest,
): Promise<ObjectOutcome> {
  const { ledger, now } = dependencies;
  const { object, versions, receives } = request;
  const own = versions.find(({ version }) => version === object.version);
  if (own?.closedAt !== undefined) return skipped(own);
  assertMayLive({
    unfinished: own?.unfinished ?? 0,
    begunAt: own?.readAt,
    now: now(),
    forget: () => ledger.forgetTries(object),
  });
  const opening = openingOf(request, now());
  // The first try is noted when it has ended: most end well, and then one write tells it all.
  if (receives > 1) await ledger.open(object, opening, silentBefore(own));
  else await ledger.noteOrigin(opening);
  const row: RowBefore = { own, ...(receives === 1 && { opening }) };
  const before = indexedBefore(versions, object, own);
  // An open row with a hash is one that is to be read again: as the only one to count, where both have one content.
  const isReadAgain = own?.sha256 !== undefined && own.sha256 === before?.sha256;
  if (before !== undefined && !isReadAgain) return compareWithBefore(dependencies, object, before, row);
  return new ObjectReading(dependencies, request, row, before).run();
}

/** What the ledger had of the object when its reading began. */
interface RowBefore {
  readonly own: LedgerRow | undefined;
  /** Where it isn't noted yet that this try has begun. */
  readonly opening?: Opening;
}

/** What the ledger notes of a try that begins. */
export function openingOf(
  { object, parsedKey, notifiedAt }: Pick<ObjectRequest, 'object' | 'parsedKey' | 'notifiedAt'>,
  now: Date,
): Opening {
  return {
    account: parsedKey.account,
    region: parsedKey.region,
    deliveredAt: object.deliveredAt,
    ...(notifiedAt !== undefined && { notifiedAt }),
    now,
  };
}

/**
 * Tries before this one that nothing was noted of: the first, where the message comes again and the row neither counts a
 * try that hasn't ended nor says why one has failed. It died, or its function did, over another object.
 */
export function silentBefore(own: Pick<LedgerRow, 'unfinished' | 'lastError'> | undefined): number {
  return own === undefined || (own.unfinished === 0 && own.lastError === undefined) ? 1 : 0;
}

/**
 * Another version that was read to its end. If that one repeats a third version, it counts no records of its own. A
 * version that is to be read again isn't compared with such a one, because then none of them would be read.
 */
function indexedBefore(
  versions: readonly LedgerRow[],
  { version: opened }: SourceObject,
  own: LedgerRow | undefined,
): LedgerRow | undefined {
  const closed = versions.filter(({ version, status }) => version !== opened && status === 'closed');
  return closed.find(({ sameAs }) => sameAs === undefined) ?? (own?.sha256 === undefined ? closed[0] : undefined);
}

/** The outcome of a version that was closed before. */
export function skipped({ records, indexed, rejected, findings }: RecordCounts): ObjectOutcome {
  return { status: 'skipped', records, indexed, rejected, findings, failed: 0 };
}

const NOTHING = { records: 0, indexed: 0, rejected: 0, findings: 0 };

/**
 * A later version with the same content is closed; one with other content is reported, and the rows of the first
 * version stay.
 */
async function compareWithBefore(
  dependencies: ProcessorDependencies,
  object: SourceObject,
  before: LedgerRow,
  row: RowBefore,
): Promise<ObjectOutcome> {
  const { ledger, now, limits } = dependencies;
  const close = async (closing: Omit<Closing, 'now' | 'rejections'>): Promise<ObjectOutcome | undefined> => {
    const isClosed = await ledger.close(object, { ...closing, now: now(), rejections: [] }, readingOf(row));
    return isClosed ? undefined : overtaken(ledger, object);
  };
  const content = await summarize(object, limits);
  if (content !== undefined && content.sha256 === before.sha256) {
    const other = await close({ ...NOTHING, content, sameAs: before.version });
    return other ?? { status: 'closed', ...NOTHING, failed: 0 };
  }
  await dependencies.reportOverwritten(object, before);
  const reason = `version ${before.version} of this object was indexed with other content`;
  const other = await close({ ...NOTHING, ...(content && { content }), reason });
  return other ?? { status: 'rejected', ...NOTHING, failed: 0, reason };
}

function readingOf({ own, opening }: RowBefore): Reading {
  return { resumedAt: own?.resumeAt, ...(opening && { opening }) };
}

/**
 * What to say of an object whose row another function has changed while it was read here: it was closed, with all of its
 * pages, or that function came to another place, and another call goes on from there.
 */
async function overtaken(ledger: ObjectLedger, object: SourceObject): Promise<ObjectOutcome> {
  const row = (await ledger.versions(object.bucket, object.key)).find(({ version }) => version === object.version);
  if (row?.closedAt !== undefined) return skipped(row);
  return { ...skipped(row ?? NOTHING), status: 'continue' };
}

async function summarize(object: SourceObject, limits: LogObjectLimits): Promise<LogObjectSummary | undefined> {
  const reading = readLogObject(object.body, limits, Number.POSITIVE_INFINITY);
  try {
    for (;;) {
      const { done, value } = await reading.next();
      if (done) return value;
    }
  } catch (error) {
    if (error instanceof ContentFault) return undefined;
    throw error;
  }
}

/** A call's time was over before it reached the record where the last call stopped. Another try may get further. */
class OutOfTime extends FaultOfAccess {
  override readonly name = 'OutOfTime';
}

/** One pass over an object: from its beginning, or from where the last call stopped. */
class ObjectReading {
  readonly #dependencies: ProcessorDependencies;
  readonly #request: ObjectRequest;
  readonly #effects: EventEffects;
  readonly #quarantine: Quarantine;
  readonly #receipt: Omit<Receipt, 'index'>;
  readonly #from: number;
  readonly #rejections: Rejection[];
  readonly #findingsBefore: number;
  /** Another version with the same content that counts its records, until this one does. */
  readonly #twin: LedgerRow | undefined;
  #failed = 0;
  #records: number;
  #indexed: number;
  #rejected: number;
  /** What the next write to the ledger goes by. */
  #row: Reading;

  constructor(
    dependencies: ProcessorDependencies,
    request: ObjectRequest,
    row: RowBefore,
    twin: LedgerRow | undefined,
  ) {
    this.#dependencies = dependencies;
    this.#twin = twin;
    this.#request = request;
    this.#effects = new EventEffects(dependencies);
    this.#quarantine = dependencies.createQuarantine();
    const { bucket, key, version } = request.object;
    this.#receipt = { bucket, key, version };
    const noted = row.own;
    this.#row = readingOf(row);
    // Only a place that was noted counts: numbers of a call that died are numbers of records to be read again.
    const resumed = noted?.resumeAt !== undefined ? noted : undefined;
    this.#from = resumed?.resumeAt ?? 0;
    this.#records = this.#from;
    this.#indexed = resumed?.indexed ?? 0;
    this.#rejected = resumed?.rejected ?? 0;
    this.#findingsBefore = resumed?.findings ?? 0;
    this.#rejections = [...(resumed?.rejections ?? [])];
    if (resumed?.quarantine !== undefined) this.#quarantine.resume(resumed.quarantine);
  }

  async run(): Promise<ObjectOutcome> {
    const { object, mustStop } = this.#request;
    const reading = readSmallOrLarge(object, this.#dependencies.limits, this.#from);
    try {
      for (;;) {
        const { done, value } = await reading.next();
        if (done) return await this.#close({ content: value });
        await this.#take(value);
        if (mustStop()) {
          // Noting the same place again would go on for ever: as a failed try it is counted.
          if (this.#from > 0 && this.#records <= this.#from) {
            throw new OutOfTime(`the time was up before record ${this.#from} was reached again`);
          }
          return await this.#pause();
        }
        if (this.#effects.mustFinish) await this.#finishEffects();
        if (!this.#effects.mustWritePages) continue;
        const other = await this.#checkpoint();
        if (other !== undefined) return other;
      }
    } catch (error) {
      if (error instanceof ContentFault) return await this.#close({ reason: error.message });
      throw error;
    } finally {
      // Waits for alerts in progress, even if the object couldn't be read to its end.
      await this.#effects.settle();
    }
  }

  async #take(items: readonly LogObjectItem[]): Promise<void> {
    for (const item of items) {
      this.#records = item.index + 1;
      const receipt = { ...this.#receipt, index: item.index };
      if ('problem' in item) {
        await this.#reject(receipt, item.problem, item.bytes);
        continue;
      }
      const result = this.#read(item.value, receipt);
      if (result.ok) {
        await this.#effects.add({ checked: result.checked, receipt, source: item });
        this.#indexed++;
      } else await this.#reject(receipt, result.reason, item.bytes);
    }
    await this.#rejectRefused();
  }

  #read(value: unknown, receipt: Receipt): ReturnType<typeof checkRecord> {
    try {
      return checkRecord(value, receipt, this.#dependencies.directory);
    } catch (error) {
      this.#failed++;
      return { ok: false, reason: processingReason(error) };
    }
  }

  /** Effects that failed after they were begun. */
  async #rejectRefused(): Promise<void> {
    for (const { receipt, reason, bytes, judged } of this.#effects.takeRefused()) {
      this.#indexed--;
      await this.#reject(receipt, reason, bytes, judged ? { judged } : {});
    }
  }

  async #reject(receipt: Receipt, reason: string, bytes?: Buffer, more: { judged?: true } = {}): Promise<void> {
    this.#rejected++;
    if (this.#rejections.length < NAMED_REJECTIONS) this.#rejections.push({ index: receipt.index, reason });
    const record = bytes?.toString('utf8');
    await this.#quarantine.add({ receipt, reason, ...(record !== undefined && { record }), ...more });
  }

  async #finishEffects(): Promise<void> {
    await this.#effects.finish();
    await this.#rejectRefused();
  }

  /** Everything that was begun is finished before the ledger says so. */
  async #finish(): Promise<void> {
    await this.#finishEffects();
    await this.#quarantine.flush();
  }

  async #pause(): Promise<ObjectOutcome> {
    return (await this.#checkpoint()) ?? { status: 'continue', ...this.#counts(), failed: this.#failures };
  }

  /** Notes the place with the pages up to it. Returns what to say where another function has changed the row. */
  async #checkpoint(): Promise<ObjectOutcome | undefined> {
    await this.#finish();
    const { ledger } = this.#dependencies;
    const { object } = this.#request;
    const isNoted = await ledger.checkpoint(
      object,
      { ...this.#counts(), resumeAt: this.#records, rejections: this.#rejections, ...this.#quarantined() },
      this.#reading(),
    );
    if (!isNoted) return overtaken(ledger, object);
    this.#row = { resumedAt: this.#records };
    return undefined;
  }

  #reading(): Reading {
    return { ...this.#row, indexed: pagesOf(this.#dependencies, this.#request.object, this.#effects.takePages()) };
  }

  async #close(end: { content: LogObjectSummary } | { reason: string }): Promise<ObjectOutcome> {
    await this.#finish();
    const { ledger, now } = this.#dependencies;
    const counts = this.#counts();
    if ('content' in end) await this.#replaceTwin(end.content);
    const { object } = this.#request;
    const isClosed = await ledger.close(
      object,
      {
        now: now(),
        ...counts,
        rejections: this.#rejections,
        ...this.#quarantined(),
        ...('content' in end
          ? { content: { sha256: end.content.sha256, bytes: end.content.bytes } }
          : { reason: end.reason }),
      },
      this.#reading(),
    );
    if (!isClosed) return overtaken(ledger, object);
    const failed = this.#failures;
    return 'content' in end
      ? { status: 'closed', ...counts, failed }
      : { status: 'rejected', ...counts, failed, reason: end.reason };
  }

  /**
   * Only one of two versions with the same content counts its records. This is written before this version is closed,
   * because otherwise a crash would leave two that count.
   */
  async #replaceTwin({ sha256, bytes }: LogObjectSummary): Promise<void> {
    if (this.#twin?.sha256 !== sha256) return;
    const { ledger, now } = this.#dependencies;
    const { bucket, key, version: sameAs } = this.#request.object;
    const twin: ObjectVersion = { bucket, key, version: this.#twin.version };
    await ledger.closeAnyway(twin, { ...NOTHING, now: now(), rejections: [], content: { sha256, bytes }, sameAs });
  }

  get #failures(): number {
    return this.#failed + this.#effects.failed;
  }

  #quarantined(): { quarantine?: QuarantineNote } {
    const { note } = this.#quarantine;
    return note === undefined ? {} : { quarantine: note };
  }

  #counts(): { records: number; indexed: number; rejected: number; findings: number } {
    return {
      records: this.#records,
      indexed: this.#indexed,
      rejected: this.#rejected,
      findings: this.#findingsBefore + this.#effects.findings,
    };
  }
}

/** What of an object's events is to become visible with the ledger's row. */
export function pagesOf(
  { segments, now }: Pick<EffectDependencies, 'segments' | 'now'>,
  object: Pick<ObjectVersion, 'bucket' | 'key'>,
  pages: readonly PageBody[],
): ObjectPages {
  return { table: segments.table, shard: pageShardOf(object, segments.pageShards), pages, now };
}
