import { type Receipt, readEvent } from '../cloudtrail/event.ts';
import {
  ContentFault,
  type LogObjectItem,
  type LogObjectLimits,
  type LogObjectSummary,
  readLogObject,
} from '../cloudtrail/log-object.ts';
import type { CloudTrailObjectKey } from '../cloudtrail/object-key.ts';
import type { Ledger, LedgerRow, QuarantineNote, Rejection } from '../index/ledger.ts';
import { type EffectDependencies, EventEffects } from './event-effects.ts';
import type { SourceObject } from './object-source.ts';
import type { Quarantine } from './quarantine.ts';

/** What processing needs of the world: the function, the backfill and the command line each bring their own. */
export interface ProcessorDependencies extends EffectDependencies {
  readonly ledger: Ledger;
  readonly createQuarantine: () => Quarantine;
  /** Told of an object whose content changed after it was indexed. */
  readonly reportOverwritten: (object: SourceObject, before: LedgerRow) => Promise<void>;
  readonly limits: LogObjectLimits;
}

export interface ObjectRequest {
  readonly object: SourceObject;
  readonly parsedKey: CloudTrailObjectKey;
  readonly notifiedAt?: string;
  /** Whether the function's time is nearly over: then the place is noted, to be gone on from. */
  readonly mustStop: () => boolean;
}

export interface ObjectOutcome {
  /** `skipped`: this version was closed before. `continue`: time was up, the place is noted. */
  readonly status: 'closed' | 'rejected' | 'skipped' | 'continue';
  readonly records: number;
  readonly indexed: number;
  readonly rejected: number;
  readonly findings: number;
  readonly reason?: string;
}

/** How many rejections the ledger names; the quarantine bucket has them all. */
const NAMED_REJECTIONS = 5;

/**
 * Processes one version of a log object: reads, classifies, judges, indexes and closes it in the ledger, last.
 * Doing it again, or twice at once, changes nothing.
 * @throws errors of access; then nothing is closed, and another try goes on.
 */
export async function processObject(
  dependencies: ProcessorDependencies,
  request: ObjectRequest,
): Promise<ObjectOutcome> {
  const { ledger, now } = dependencies;
  const { object, parsedKey, notifiedAt } = request;
  const versions = await ledger.versions(object.bucket, object.key);
  const own = versions.find(({ version }) => version === object.version);
  if (own?.closedAt !== undefined) {
    object.close();
    return {
      status: 'skipped',
      records: own.records,
      indexed: own.indexed,
      rejected: own.rejected,
      findings: own.findings,
    };
  }
  await ledger.open(object, {
    account: parsedKey.account,
    region: parsedKey.region,
    deliveredAt: object.deliveredAt,
    ...(notifiedAt !== undefined && { notifiedAt }),
    now: now(),
  });
  const before = versions.find(({ version, status }) => version !== object.version && status === 'closed');
  if (before !== undefined) return compareWithBefore(dependencies, object, before);
  return new ObjectReading(dependencies, request, own).run();
}

/** A later version with the same content is closed; one with other content is reported, and the good rows stay. */
async function compareWithBefore(
  dependencies: ProcessorDependencies,
  object: SourceObject,
  before: LedgerRow,
): Promise<ObjectOutcome> {
  const { ledger, now, limits } = dependencies;
  const nothing = { records: 0, indexed: 0, rejected: 0, findings: 0 };
  const content = await summarize(object, limits);
  if (content !== undefined && content.sha256 === before.sha256) {
    await ledger.close(object, { ...nothing, now: now(), rejections: [], content, sameAs: before.version });
    return { status: 'closed', ...nothing };
  }
  await dependencies.reportOverwritten(object, before);
  const reason = `version ${before.version} of this object was indexed with other content`;
  await ledger.close(object, { ...nothing, now: now(), rejections: [], ...(content && { content }), reason });
  return { status: 'rejected', ...nothing, reason };
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

/** A call's time was over before it came to the record where the last one stopped: another try may get further. */
class OutOfTime extends Error {
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
  #records: number;
  #indexed: number;
  #rejected: number;

  constructor(dependencies: ProcessorDependencies, request: ObjectRequest, noted: LedgerRow | undefined) {
    this.#dependencies = dependencies;
    this.#request = request;
    this.#effects = new EventEffects(dependencies);
    this.#quarantine = dependencies.createQuarantine();
    const { bucket, key, version } = request.object;
    this.#receipt = { bucket, key, version };
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
    const reading = readLogObject(object.body, this.#dependencies.limits, this.#from);
    try {
      for (;;) {
        const { done, value } = await reading.next();
        if (done) return await this.#close({ content: value });
        await this.#take(value);
        if (!mustStop()) continue;
        if (this.#records > this.#from) return await this.#pause();
        // Noting the same place again would go on for ever: as a failed try it is counted.
        if (this.#from > 0) throw new OutOfTime(`the time was up before record ${this.#from} was reached again`);
        return await this.#pause();
      }
    } catch (error) {
      if (error instanceof ContentFault) return await this.#close({ reason: error.message });
      throw error;
    } finally {
      // Alerts under way are waited for, also when the object couldn't be read on.
      await this.#effects.settle();
      object.close();
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
      const result = readEvent(item.value, receipt);
      if (result.ok) {
        await this.#effects.add(result.event, item.bytes);
        this.#indexed++;
      } else await this.#reject(receipt, result.reason, item.bytes);
    }
  }

  async #reject(receipt: Receipt, reason: string, bytes?: Buffer, more: { judged?: true } = {}): Promise<void> {
    this.#rejected++;
    if (this.#rejections.length < NAMED_REJECTIONS) this.#rejections.push({ index: receipt.index, reason });
    const record = bytes?.toString('utf8');
    await this.#quarantine.add({ receipt, reason, ...(record !== undefined && { record }), ...more });
  }

  /** Everything that was begun is finished before the ledger says so. */
  async #finish(): Promise<void> {
    for (const { receipt, reason, bytes } of await this.#effects.flush()) {
      this.#indexed--;
      await this.#reject(receipt, reason, bytes, { judged: true });
    }
    await this.#quarantine.flush();
    await this.#effects.finish();
  }

  async #pause(): Promise<ObjectOutcome> {
    await this.#finish();
    const counts = this.#counts();
    await this.#dependencies.ledger.checkpoint(this.#request.object, {
      ...counts,
      resumeAt: this.#records,
      rejections: this.#rejections,
      ...this.#quarantined(),
    });
    return { status: 'continue', ...counts };
  }

  async #close(end: { content: LogObjectSummary } | { reason: string }): Promise<ObjectOutcome> {
    await this.#finish();
    const { ledger, now } = this.#dependencies;
    const counts = this.#counts();
    await ledger.close(this.#request.object, {
      now: now(),
      ...counts,
      rejections: this.#rejections,
      ...this.#quarantined(),
      ...('content' in end
        ? { content: { sha256: end.content.sha256, bytes: end.content.bytes } }
        : { reason: end.reason }),
    });
    return 'content' in end ? { status: 'closed', ...counts } : { status: 'rejected', ...counts, reason: end.reason };
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
