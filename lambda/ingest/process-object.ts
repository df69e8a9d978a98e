import { derivedFields } from '../cloudtrail/derived-fields.ts';
import { type CloudTrailEvent, type Receipt, readEvent } from '../cloudtrail/event.ts';
import {
  ContentFault,
  type LogObjectItem,
  type LogObjectLimits,
  type LogObjectSummary,
  readLogObject,
} from '../cloudtrail/log-object.ts';
import type { CloudTrailObjectKey } from '../cloudtrail/object-key.ts';
import type { Detector } from '../detection/index.ts';
import { type Finding, findingOf } from '../findings/finding.ts';
import { type EventRow, eventRows, type ResourceRow, type RowOptions } from '../index/event-row.ts';
import type { KnownDaysWriter } from '../index/known-days.ts';
import type { Ledger, LedgerRow, Rejection } from '../index/ledger.ts';
import type { RefusedRow, RowWriter } from '../index/row-writer.ts';
import type { Correlator } from '../runtime/correlator.ts';
import { BoundedTasks } from './bounded-tasks.ts';
import type { SourceObject } from './object-source.ts';
import type { Quarantine } from './quarantine.ts';

/** What processing needs of the world: the function, the backfill and the command line each bring their own. */
export interface ProcessorDependencies {
  readonly ledger: Ledger;
  readonly detector: Detector;
  readonly correlator: Correlator;
  readonly createRowWriter: () => RowWriter<EventRow | ResourceRow>;
  readonly knownDays: KnownDaysWriter;
  readonly createQuarantine: () => Quarantine;
  /** Records a finding and sends its alert. */
  readonly report: (finding: Finding) => Promise<'new' | 'known'>;
  /** Told of an object whose content changed after it was indexed. */
  readonly reportOverwritten: (object: SourceObject, before: LedgerRow) => Promise<void>;
  readonly limits: LogObjectLimits;
  readonly rows: Omit<RowOptions, 'now'>;
  readonly now: () => Date;
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

/** One pass over an object: from its beginning, or from where the last call stopped. */
class ObjectReading {
  readonly #dependencies: ProcessorDependencies;
  readonly #request: ObjectRequest;
  readonly #writer: RowWriter<EventRow | ResourceRow>;
  readonly #quarantine: Quarantine;
  readonly #tasks = new BoundedTasks();
  readonly #receipt: Omit<Receipt, 'index'>;
  readonly #from: number;
  readonly #rejections: Rejection[];
  #records: number;
  #indexed: number;
  #rejected: number;
  #findings: number;

  constructor(dependencies: ProcessorDependencies, request: ObjectRequest, noted: LedgerRow | undefined) {
    this.#dependencies = dependencies;
    this.#request = request;
    this.#writer = dependencies.createRowWriter();
    this.#quarantine = dependencies.createQuarantine();
    const { bucket, key, version } = request.object;
    this.#receipt = { bucket, key, version };
    // Only a place that was noted counts: numbers of a call that died are numbers of records to be read again.
    const resumed = noted?.resumeAt !== undefined ? noted : undefined;
    this.#from = resumed?.resumeAt ?? 0;
    this.#records = this.#from;
    this.#indexed = resumed?.indexed ?? 0;
    this.#rejected = resumed?.rejected ?? 0;
    this.#findings = resumed?.findings ?? 0;
    this.#rejections = [...(resumed?.rejections ?? [])];
  }

  async run(): Promise<ObjectOutcome> {
    const { object, mustStop } = this.#request;
    const reading = readLogObject(object.body, this.#dependencies.limits, this.#from);
    try {
      for (;;) {
        const { done, value } = await reading.next();
        if (done) return await this.#close({ content: value });
        await this.#take(value);
        if (mustStop()) return await this.#pause();
      }
    } catch (error) {
      if (error instanceof ContentFault) return await this.#close({ reason: error.message });
      throw error;
    } finally {
      // Alerts under way are waited for, also when the object couldn't be read on.
      await this.#tasks.settle();
      object.close();
    }
  }

  async #take(items: readonly LogObjectItem[]): Promise<void> {
    for (const item of items) {
      this.#records = item.index + 1;
      const receipt = { ...this.#receipt, index: item.index };
      const result = 'problem' in item ? { ok: false as const, reason: item.problem } : readEvent(item.value, receipt);
      if (result.ok) await this.#index(result.event);
      else await this.#reject(receipt, result.reason, item.bytes);
    }
  }

  async #index(event: CloudTrailEvent): Promise<void> {
    const { detector, correlator, report, rows, now } = this.#dependencies;
    const derived = derivedFields(event);
    for (const match of detector.match(event.record, derived)) {
      this.#findings++;
      await this.#tasks.add(() => report(findingOf(event, match)));
    }
    const observing = correlator.observing(event, derived);
    if (observing !== undefined) await this.#tasks.add(observing);
    await this.#dependencies.knownDays.noteEvent(event.account, event.eventTime);
    for (const row of eventRows(event, { ...rows, now: now() })) await this.#writer.add(row);
    this.#indexed++;
  }

  async #reject(receipt: Receipt, reason: string, bytes?: Buffer): Promise<void> {
    this.#rejected++;
    if (this.#rejections.length < NAMED_REJECTIONS) this.#rejections.push({ index: receipt.index, reason });
    await this.#quarantine.add({ receipt, reason, ...(bytes !== undefined && { record: bytes.toString('utf8') }) });
  }

  /** Everything that was begun is finished before the ledger says so. */
  async #finish(): Promise<void> {
    for (const refused of await this.#writer.flush()) await this.#rejectRow(refused);
    await this.#quarantine.flush();
    await this.#tasks.finish();
  }

  /** The table refused a row: the record counts as rejected, once, though it has further rows. */
  async #rejectRow({ row, reason }: RefusedRow<EventRow | ResourceRow>): Promise<void> {
    if (!('receipt' in row)) return;
    this.#indexed--;
    await this.#reject(row.receipt, `the index refused it: ${reason}`);
  }

  async #pause(): Promise<ObjectOutcome> {
    await this.#finish();
    const counts = this.#counts();
    await this.#dependencies.ledger.checkpoint(this.#request.object, {
      ...counts,
      resumeAt: this.#records,
      rejections: this.#rejections,
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
      ...('content' in end
        ? { content: { sha256: end.content.sha256, bytes: end.content.bytes } }
        : { reason: end.reason }),
    });
    return 'content' in end ? { status: 'closed', ...counts } : { status: 'rejected', ...counts, reason: end.reason };
  }

  #counts(): { records: number; indexed: number; rejected: number; findings: number } {
    return {
      records: this.#records,
      indexed: this.#indexed,
      rejected: this.#rejected,
      findings: this.#findings,
    };
  }
}
