import type { CheckedRecord, CloudTrailEvent, Receipt } from '../cloudtrail/cloudtrail-event.ts';
import { fieldsOf } from '../cloudtrail/derived-fields.ts';
import type { Directory } from '../cloudtrail/directory.ts';
import type { Detector, Membership } from '../detection/index.ts';
import { findingOf } from '../findings/event-finding.ts';
import type { Finding } from '../findings/finding.ts';
import { joined } from '../findings/joined-findings.ts';
import type { Correlator } from '../runtime/correlator.ts';
import { BoundedTasks } from '../shared/concurrency.ts';
import { isFaultOfAccess } from '../shared/faults.ts';
import type { RowWriter } from '../store/dynamo/row-writer.ts';
import { type EventRow, eventRows, type ResourceRow, type RowOptions } from '../store/rows/event-row.ts';
import { hasRows, type RowScope } from '../store/rows/notable.ts';
import { summaryOf } from '../store/segments/summary.ts';
import type { PageBody } from '../store/segments/table/page-rows.ts';
import { CollectedPages, type PageCollector } from './collected-pages.ts';
import { type Observation, Observations } from './observations.ts';
import { processingReason } from './processing-reason.ts';

/** Tasks that run at the same time; each is a few calls. An alert doesn't wait for the indexing of later events. */
const CONCURRENCY = 8;

/** Bytes of records whose events wait for their rows at most: what is held of a large object stays bounded. */
const MAX_JUDGED_BYTES = 16 * 1024 * 1024;

/** What the effects of events need from outside. */
export interface EffectDependencies {
  readonly detector: Detector;
  readonly correlator: Pick<Correlator, 'ofEvent' | 'unitOf' | 'observe'>;
  readonly createRowWriter: () => RowWriter<EventRow | ResourceRow>;
  /** Records a finding and sends its alert, or adds it to that of another finding of its event. */
  readonly report: (finding: Finding, leaders?: readonly Finding[]) => Promise<'new' | 'known'>;
  /** Which events have rows, and for how long. */
  readonly rows: Omit<RowOptions, 'now'> & { readonly scope: RowScope };
  /** Where pages go. */
  readonly segments: {
    /** Physical name of the table. */
    readonly table: string;
    readonly pageShards: number;
  };
  /** What collects the events of an object for its pages: each in pages of its own where nothing is said. */
  readonly createPages?: () => PageCollector;
  /** What is known beside the records. */
  readonly directory?: Directory;
  readonly now: () => Date;
}

/** An event that no further try can process: the table refused its row, or its processing threw. */
export interface RefusedEvent {
  readonly receipt: Receipt;
  readonly reason: string;
  /** The record's bytes; absent if the table refused the row after they were released. */
  readonly bytes?: Buffer;
  /** Whether its findings are among those that were counted. */
  readonly judged: boolean;
}

/** Where a record's bytes are to be had: only quarantine asks for them. */
export interface RecordSource {
  readonly bytes: Buffer;
  /** About how many they are, where that is known without them. */
  readonly size?: number;
}

/** A record that was read. */
export interface EffectiveRecord {
  readonly checked: CheckedRecord;
  readonly receipt: Receipt;
  readonly source: RecordSource;
}

/** An event whose rows are to be written. */
interface Notable {
  readonly event: CloudTrailEvent;
  readonly source: RecordSource;
}

/** An event that waits for its correlations. */
interface ObservedEvent extends Observation {
  readonly receipt: Receipt;
  readonly source: RecordSource;
}

/**
 * What events set off, wherever they were read from: each is judged, correlated, has rows where it stands out, and is
 * collected for the pages of its object, which the caller writes. Alerts come first: they are begun as events are read, and
 * rows and pages wait until they are sent. All of it is idempotent. An event whose processing throws
 * anything but a fault of access is refused, and the others go on.
 */
export class EventEffects {
  readonly #dependencies: EffectDependencies;
  readonly #writer: RowWriter<EventRow | ResourceRow>;
  readonly #tasks = new BoundedTasks(CONCURRENCY);
  readonly #observations = new Observations<ObservedEvent>();
  /** The records of rows that are being written. They are few. */
  readonly #sources = new WeakMap<EventRow | ResourceRow, RecordSource>();
  /** Indexes of the records that were refused: each is refused once, even if several of its effects fail. */
  readonly #refusedIndexes = new Set<number>();
  readonly #pages: PageCollector;
  #notable: Notable[] = [];
  #judgedBytes = 0;
  #refused: RefusedEvent[] = [];
  #findings = 0;
  #failed = 0;

  constructor(dependencies: EffectDependencies) {
    this.#dependencies = dependencies;
    this.#writer = dependencies.createRowWriter();
    this.#pages = dependencies.createPages?.() ?? new CollectedPages();
  }

  /** Matches of detection rules so far. */
  get findings(): number {
    return this.#findings;
  }

  /** Events whose processing threw, so far. */
  get failed(): number {
    return this.#failed;
  }

  /** Judges a record, and begins its alerts. @throws faults of access (`isFaultOfAccess`), also those of earlier events. */
  async add({ checked, receipt, source }: EffectiveRecord): Promise<void> {
    let known: CloudTrailEvent | undefined;
    const event = (): CloudTrailEvent => {
      known ??= checked.classify();
      return known;
    };
    let judgement: { readonly findings: readonly Finding[]; readonly memberships: readonly Membership[] };
    try {
      judgement = this.#judge(checked, event);
    } catch (error) {
      this.#refuseFailed({ receipt, bytes: source.bytes, judged: false }, error);
      return;
    }
    const { findings, memberships } = judgement;
    this.#findings += findings.length;
    for (const { finding, leaders } of joined(findings)) {
      await this.#tasks.add(() => this.#isolated(receipt, source, () => this.#dependencies.report(finding, leaders)));
    }
    if (memberships.length > 0 && this.#observations.add({ event: event(), receipt, source, memberships })) {
      await this.#observe();
    }
    this.#judgedBytes += source.size ?? source.bytes.length;
    try {
      const { rows } = this.#dependencies;
      const levels = findings.map(({ level }) => level);
      this.#pages.add(summaryOf(event()));
      if (hasRows(rows.scope, event(), levels)) this.#notable.push({ event: event(), source });
    } catch (error) {
      this.#refuseFailed({ receipt, bytes: source.bytes, judged: true }, error);
    }
  }

  #judge(
    { record, eventTime }: CheckedRecord,
    event: () => CloudTrailEvent,
  ): { readonly findings: readonly Finding[]; readonly memberships: readonly Membership[] } {
    const { detector, correlator } = this.#dependencies;
    const { matches, memberships } = detector.judge(record, Date.parse(eventTime), () => fieldsOf(record, event));
    return {
      findings: matches.map((match) => findingOf(event(), match)),
      // No correlation names most events.
      memberships: memberships.length === 0 ? memberships : correlator.ofEvent(memberships, event()),
    };
  }

  async #writeRows(): Promise<void> {
    const notable = this.#notable;
    this.#notable = [];
    this.#judgedBytes = 0;
    for (const { event, source } of notable) {
      for (const row of this.#rowsOf(event, source)) {
        this.#sources.set(row, source);
        await this.#writer.add(row);
      }
    }
    for (const { row, reason } of await this.#writer.flush()) {
      // An event is refused once, although it has further rows.
      if (!('receipt' in row)) continue;
      const bytes = this.#sources.get(row)?.bytes;
      const { receipt } = row;
      this.#refuse({ receipt, reason: `the index refused it: ${reason}`, judged: true, ...(bytes && { bytes }) });
    }
  }

  #rowsOf(event: CloudTrailEvent, source: RecordSource): readonly (EventRow | ResourceRow)[] {
    const { rows, now } = this.#dependencies;
    try {
      return eventRows(event, { rowDays: rows.rowDays, now: now() });
    } catch (error) {
      this.#refuseFailed({ receipt: event.receipt, bytes: source.bytes, judged: true }, error);
      return [];
    }
  }

  async #observe(): Promise<void> {
    const { correlator } = this.#dependencies;
    for (const unit of this.#observations.take((membership) => correlator.unitOf(membership))) {
      await this.#tasks.add(() => this.#observeUnit(unit));
    }
  }

  /** @throws faults of access (`isFaultOfAccess`): anything else refuses the events that it comes from. */
  async #observeUnit(unit: readonly ObservedEvent[]): Promise<void> {
    const { correlator } = this.#dependencies;
    const observeEach = async (): Promise<void> => {
      for (const { receipt, source, memberships } of unit) {
        await this.#isolated(receipt, source, () => correlator.observe(memberships));
      }
    };
    if (unit.length === 1) {
      await observeEach();
      return;
    }
    try {
      await correlator.observe(unit.flatMap(({ memberships }) => memberships));
    } catch (error) {
      if (isFaultOfAccess(error)) throw error;
      // Which of the events it comes from shows only when each is observed alone.
      await observeEach();
    }
  }

  /** @throws faults of access (`isFaultOfAccess`): anything else refuses the event alone. */
  async #isolated(receipt: Receipt, source: RecordSource, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isFaultOfAccess(error)) throw error;
      this.#refuseFailed({ receipt, bytes: source.bytes, judged: true }, error);
    }
  }

  #refuseFailed(event: Omit<RefusedEvent, 'reason'>, error: unknown): void {
    if (this.#refuse({ ...event, reason: processingReason(error) })) this.#failed++;
  }

  #refuse(event: RefusedEvent): boolean {
    if (this.#refusedIndexes.has(event.receipt.index)) return false;
    this.#refusedIndexes.add(event.receipt.index);
    this.#refused.push(event);
    return true;
  }

  /** Whether so much was collected that `finish` is to be called before more is added. */
  get mustFinish(): boolean {
    return this.#pages.isEnough || this.#judgedBytes >= MAX_JUDGED_BYTES;
  }

  /** Whether the pages so far are to be written before more is added. */
  get mustWritePages(): boolean {
    return this.#pages.isFull;
  }

  /** The pages of the events that were finished since the last call: without those that were refused. */
  takePages(): readonly PageBody[] {
    return this.#pages.take();
  }

  /** The events that were refused since the last call; each of them once in all. */
  takeRefused(): readonly RefusedEvent[] {
    return this.#refused.splice(0);
  }

  /**
   * Waits until everything that was begun is done, alerts above all; then writes the rows, and makes pages of the events so
   * far. What was refused on the way is there to be taken.
   * @throws faults of access.
   */
  async finish(): Promise<void> {
    await this.#observe();
    await this.#tasks.finish();
    await this.#writeRows();
    for (const { summary, error } of this.#pages.seal((index) => this.#refusedIndexes.has(index))) {
      this.#refuseFailed({ receipt: summary.receipt, judged: true }, error);
    }
  }

  /** Waits for everything in progress, whether it succeeds or fails. */
  async settle(): Promise<void> {
    await this.#tasks.settle();
  }
}
