import type { Logger } from '@aws-lambda-powertools/logger';
import { type CloudTrailObjectKey, parseObjectKey } from '../../cloudtrail/log/object-key.ts';
import type { SourceObject } from '../../ingest/object-source.ts';
import {
  type ObjectOutcome,
  openingOf,
  type ProcessorDependencies,
  processObject,
} from '../../ingest/process-object.ts';
import { describeError } from '../../runtime/describe-error.ts';
import { GivenUp, noteFailure } from '../../runtime/queue/object-tries.ts';
import type { Ledger, LedgerRow } from '../../store/ledger/ledger.ts';
import { type BatchLine, keysOf } from '../batch-line.ts';
import { type BatchResult, NAMED_OBJECTS } from '../batch-result.ts';
import { GroupedClosings, plainLedger } from './grouped-closings.ts';
import { HeldSummaries } from './held-summaries.ts';
import { judgeObject } from './judge-object.ts';
import { isNewObject } from './new-objects.ts';
import type { PastCorrelations } from './past-correlations.ts';

/** Objects that are read at the same time: while some wait for S3 or the tables, others are judged. */
const READERS = 12;

/** Objects that are in progress: those that are read, and those whose row waits to be written. */
const MOST_HELD = 500;

export interface ReadBatchOptions {
  readonly line: BatchLine;
  /** Opens an object. The caller owns its body. @throws the SDK's errors. */
  readonly open: (bucket: string, key: string) => Promise<SourceObject>;
  /** What ingest's processing of an object needs, with the correlations of this batch. */
  readonly processor: Omit<ProcessorDependencies, 'ledger' | 'correlator' | 'createPages'>;
  readonly ledger: Ledger;
  readonly correlations: PastCorrelations;
  /** As ingest has it, for new objects: it finds them closed once they were read here. */
  readonly newProcessor: Omit<ProcessorDependencies, 'ledger' | 'createPages'>;
  /** Whether the function's time is nearly over: then no further object is begun. */
  readonly mustStop: () => boolean;
  /** Whether a try of this batch has begun and not ended: each object is then noted before it is read. */
  readonly isCareful: boolean;
  readonly logger: Logger;
}

/** What came of the objects of a batch, before units, seconds and correlations are known. */
export type ReadBatch = Omit<BatchResult, 'writeUnits' | 'readUnits' | 'seconds' | 'correlated' | 'uncorrelated'>;

/** What a try of a batch has come to. */
export interface BatchReadOut {
  readonly result: ReadBatch;
  /** Whether the correlations have seen every object that was read, in this try or an earlier one. */
  readonly isShown: boolean;
}

/** How an object is read. */
interface OneReading {
  readonly isAlone: boolean;
  /** Whether it is shown to the correlations where an earlier try has closed it. */
  readonly isShowing: boolean;
  readonly closing: Pick<ProcessorDependencies, 'ledger' | 'createPages'>;
  readonly onOpened?: (request: { object: SourceObject; parsedKey: CloudTrailObjectKey }) => void;
}

/** What became of one object. */
type End =
  | { readonly what: 'closed' | 'rejected'; readonly counts: Counts; readonly reason?: string }
  | { readonly what: 'before' }
  | { readonly what: 'left'; readonly reason: string };

type Counts = Pick<ObjectOutcome, 'records' | 'indexed' | 'rejected' | 'findings'>;

/**
 * Reads the objects of a batch: as ingest would, except that many of them are closed together. One that fails is tried
 * once more by itself, and the others aren't kept from being read.
 * Doing it again changes nothing: what is closed stays, and is only shown to the correlations again, after everything else.
 */
export async function readBatch(options: ReadBatchOptions): Promise<BatchReadOut> {
  return await new BatchReading(options).run();
}

class BatchReading {
  readonly #options: ReadBatchOptions;
  readonly #closings: GroupedClosings;
  readonly #ends = new Map<string, End>();
  /** Those that failed in company, and those over which a function may have died. */
  readonly #alone: string[] = [];
  /** Closed by an earlier try, and still to be shown to the correlations. */
  readonly #unshown = new Set<string>();
  #running = 0;
  #bytes = 0;
  #wake = (): void => {};

  constructor(options: ReadBatchOptions) {
    this.#options = options;
    const { ledger, line, processor } = options;
    this.#closings = new GroupedClosings({
      ledger,
      run: line.run,
      segments: processor.segments,
      now: processor.now,
      onChange: () => this.#wake(),
    });
  }

  async run(): Promise<BatchReadOut> {
    const { line, mustStop } = this.#options;
    const keys = keysOf(line);
    await this.#readAll(keys, false);
    for (const key of this.#alone.splice(0)) {
      if (!mustStop()) this.#ends.set(key, await this.#readAlone(key));
    }
    // Reading comes first: what a try has no time to show, the next one shows.
    await this.#readAll([...this.#unshown], true);
    for (const key of this.#alone.splice(0)) {
      if (!mustStop()) this.#ends.set(key, await this.#readAlone(key));
    }
    return { result: this.#result(keys), isShown: this.#unshown.size === 0 };
  }

  /** @param isShowing whether those that an earlier try has closed are to be shown to the correlations. */
  async #readAll(keys: readonly string[], isShowing: boolean): Promise<void> {
    const { mustStop } = this.#options;
    const waiting = keys.values();
    for (let next = waiting.next(); ; ) {
      if (next.done !== true && !mustStop() && this.#mayBegin) {
        this.#begin(next.value, isShowing);
        next = waiting.next();
        continue;
      }
      if (this.#running === 0) break;
      // Nobody is reading any more, and nobody can be begun: what waits would wait for ever.
      if (this.#running === this.#closings.waiting && this.#closings.open > 0) this.#closings.flush();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  get #mayBegin(): boolean {
    const reading = this.#running - this.#closings.waiting;
    return reading < READERS && this.#running < MOST_HELD;
  }

  #begin(key: string, isShowing: boolean): void {
    this.#running++;
    void this.#readTogether(key, isShowing)
      .then((end) => {
        if (end === 'alone') this.#alone.push(key);
        else this.#ends.set(key, end);
      })
      .finally(() => {
        this.#running--;
        this.#wake();
      });
  }

  /** Never throws. */
  async #readTogether(key: string, isShowing: boolean): Promise<End | 'alone'> {
    const held = new HeldSummaries();
    try {
      const closing = { ledger: this.#closings.ledgerOf(held), createPages: () => held };
      return await this.#read(key, { isAlone: false, isShowing, closing });
    } catch (error) {
      this.#options.logger.warn('An object is read again by itself', { key, error: describeError(error) });
      return 'alone';
    }
  }

  /** Never throws. */
  async #readAlone(key: string): Promise<End> {
    const { processor, ledger, line } = this.#options;
    let opened: { object: SourceObject; parsedKey: CloudTrailObjectKey } | undefined;
    try {
      const end = await this.#read(key, {
        isAlone: true,
        isShowing: true,
        closing: { ledger: plainLedger(ledger, line.run) },
        onOpened: (request) => {
          opened = request;
        },
      });
      return end === 'alone' ? { what: 'left', reason: 'it was left for a try by itself' } : end;
    } catch (error) {
      // What can't be had has no row: there may never have been such an object.
      const fail = async (reason: string, counts: boolean): Promise<number> =>
        opened === undefined ? 0 : ledger.fail(opened.object, reason, counts, openingOf(opened, processor.now()));
      const noted: unknown = await noteFailure(error, { fail, forget: async () => {} }).catch(
        (thrown: unknown) => thrown,
      );
      return { what: 'left', reason: noted instanceof GivenUp ? noted.message : describeError(noted) };
    }
  }

  /** @throws what the processing throws. */
  async #read(key: string, { isAlone, isShowing, closing, onOpened = () => {} }: OneReading): Promise<End | 'alone'> {
    const { ledger, line, open, isCareful, mustStop, processor, newProcessor, correlations } = this.#options;
    const { bucket, run } = line;
    const parsedKey = parseObjectKey(key);
    if (parsedKey?.kind !== 'log') return { what: 'left', reason: "its key isn't that of a log object" };
    const versions = await ledger.versions(bucket, key);
    const isNew = isNewObject(parsedKey, processor.now());
    const closed = versions.find((row) => isOf(run, row));
    // Ingest's correlations have seen a new one before it was closed, and its events are no part of this batch's.
    const mustBeShown = closed !== undefined && !isNew && correlations.areAsked;
    if (mustBeShown && !isShowing) {
      this.#unshown.add(key);
      return endOf(closed);
    }
    if (isCareful && !isAlone && versions.some(({ unfinished }) => unfinished > 0)) return 'alone';
    const object = this.#counted(await open(bucket, key));
    try {
      const own = versions.find(({ version }) => version === object.version);
      if (own !== undefined && isOf(run, own)) {
        if (mustBeShown) await this.#show(key, object);
        return endOf(own);
      }
      this.#unshown.delete(key);
      onOpened({ object, parsedKey });
      const outcome = await processObject(
        isNew ? { ...newProcessor, ...closing } : { ...processor, correlator: correlations, ...closing },
        { object, versions, parsedKey, receives: isCareful ? 2 : 1, mustStop },
      );
      // Its beginning was shown to the correlations of a function that has ended. What comes twice counts once.
      if (own?.resumeAt !== undefined && !isNew && correlations.areAsked && isRead(outcome)) this.#unshown.add(key);
      return await this.#endOf(object, outcome);
    } finally {
      object.close();
    }
  }

  /** Shows all events of an object to the correlations: their conclusions were not drawn yet. @throws faults of access. */
  async #show(key: string, object: SourceObject): Promise<void> {
    const { correlations, processor, mustStop } = this.#options;
    const { isCut } = await judgeObject(object, {
      correlations,
      limits: processor.limits,
      directory: processor.directory,
      mustStop,
    });
    if (!isCut) this.#unshown.delete(key);
  }

  #counted(object: SourceObject): SourceObject {
    const count = (bytes: number): void => {
      this.#bytes += bytes;
    };
    const body = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of object.body) {
        count(chunk.length);
        yield chunk;
      }
    };
    return { ...object, body: body(), close: () => object.close() };
  }

  async #endOf(object: SourceObject, outcome: ObjectOutcome): Promise<End> {
    const { ledger, line } = this.#options;
    if (outcome.status === 'continue') return { what: 'left', reason: 'the time was over before its end' };
    if (outcome.status !== 'skipped') {
      const { status, reason } = outcome;
      return { what: status, counts: outcome, ...(reason !== undefined && { reason }) };
    }
    const versions = await ledger.versions(object.bucket, object.key);
    const own = versions.find(({ version }) => version === object.version);
    // The answer may have been lost of a write that was done.
    return own !== undefined && isOf(line.run, own) ? endOf(own) : { what: 'before' };
  }

  #result(keys: readonly string[]): ReadBatch {
    const { batch, day } = this.#options.line;
    const sums = { closed: 0, rejected: 0, before: 0, left: 0 };
    const counts = { records: 0, indexed: 0, recordsRejected: 0, findings: 0 };
    const named: { key: string; what: 'rejected' | 'left'; reason: string }[] = [];
    for (const key of keys) {
      const end: End = this.#ends.get(key) ?? { what: 'left', reason: 'the time was over before it' };
      sums[end.what]++;
      if ((end.what === 'left' || end.what === 'rejected') && named.length < NAMED_OBJECTS) {
        named.push({ key, what: end.what, reason: end.reason ?? 'no reason is known' });
      }
      if (end.what !== 'closed' && end.what !== 'rejected') continue;
      counts.records += end.counts.records;
      counts.indexed += end.counts.indexed;
      counts.recordsRejected += end.counts.rejected;
      counts.findings += end.counts.findings;
    }
    return { batch, day, objects: keys.length, ...sums, ...counts, bytes: this.#bytes, named };
  }
}

function isRead({ status }: ObjectOutcome): boolean {
  return status === 'closed' || status === 'rejected';
}

function isOf(run: string, { closedAt, backfill }: LedgerRow): boolean {
  return closedAt !== undefined && backfill === run;
}

/** What the ledger says of an object that this backfill has closed. */
function endOf(row: LedgerRow): End {
  const { status, reason } = row;
  return { what: status === 'rejected' ? 'rejected' : 'closed', counts: row, ...(reason !== undefined && { reason }) };
}
