import type { CloudTrailEvent, Receipt } from '../cloudtrail/cloudtrail-event.ts';
import { derivedFields } from '../cloudtrail/derived-fields.ts';
import type { Detector, Membership } from '../detection/index.ts';
import { findingOf } from '../findings/event-finding.ts';
import type { Finding } from '../findings/finding.ts';
import type { Correlator } from '../runtime/correlator.ts';
import { BoundedTasks } from '../shared/concurrency.ts';
import { isFaultOfAccess } from '../shared/faults.ts';
import type { RowWriter } from '../store/dynamo/row-writer.ts';
import { type EventRow, eventRows, type ResourceRow, type RowOptions } from '../store/rows/event-row.ts';
import { hasRows, type RowScope } from '../store/rows/notable.ts';
import { type EventSummary, summaryOf } from '../store/segments/summary.ts';
import type { PageBody } from '../store/segments/table/page-rows.ts';
import { CollectedPages, type PageCollector } from './collected-pages.ts';
import { type Observation, Observations } from './observations.ts';
import { processingReason } from './processing-reason.ts';

/** Tasks that run at the same time; each is a few calls. An alert doesn't wait for the indexing of later events. */
const CONCURRENCY = 8;

/** What the effects of events need from outside. */
export interface EffectDependencies {
  readonly detector: Detector;
  readonly correlator: Pick<Correlator, 'membershipsOf' | 'unitOf' | 'observe'>;
  readonly createRowWriter: () => RowWriter<EventRow | ResourceRow>;
  /** Records a finding and sends its alert. */
  readonly report: (finding: Finding) => Promise<'new' | 'known'>;
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

/** An event that waits for its correlations. */
interface ObservedEvent extends Observation {
  readonly event: CloudTrailEvent;
  readonly bytes: Buffer;
}

/** The results for an event, before anything is written. */
interface Effects {
  readonly findings: readonly Finding[];
  /** None for an event that no correlation names. */
  readonly memberships: readonly Membership[];
  readonly rows: readonly (EventRow | ResourceRow)[];
  readonly summary: EventSummary;
}

/**
 * What events set off, wherever they were read from: each is judged, correlated, has rows where it stands out, and is
 * collected for the pages of its object, which the caller writes. All of it is idempotent. An event whose processing throws
 * anything but a fault of access is refused, and the others go on.
 */
export class EventEffects {
  readonly #dependencies: EffectDependencies;
  readonly #writer: RowWriter<EventRow | ResourceRow>;
  readonly #tasks = new BoundedTasks(CONCURRENCY);
  readonly #observations = new Observations<ObservedEvent>();
  /** The records' bytes of rows that are being written. They are few. */
  readonly #bytes = new WeakMap<EventRow | ResourceRow, Buffer>();
  /** Indexes of the records that were refused: each is refused once, even if several of its effects fail. */
  readonly #refusedIndexes = new Set<number>();
  readonly #pages: PageCollector;
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

  /** @throws faults of access (`isFaultOfAccess`), also those of earlier events. */
  async add(event: CloudTrailEvent, bytes: Buffer): Promise<void> {
    const { receipt } = event;
    let effects: Effects;
    try {
      effects = this.#effectsOf(event);
    } catch (error) {
      this.#refuseFailed({ receipt, bytes, judged: false }, error);
      return;
    }
    const { findings, memberships } = effects;
    this.#findings += findings.length;
    for (const finding of findings) {
      await this.#tasks.add(() => this.#isolated(receipt, bytes, () => this.#dependencies.report(finding)));
    }
    if (memberships.length > 0 && this.#observations.add({ event, bytes, memberships })) await this.#observe();
    this.#pages.add(effects.summary);
    for (const row of effects.rows) {
      this.#bytes.set(row, bytes);
      await this.#writer.add(row);
    }
  }

  #effectsOf(event: CloudTrailEvent): Effects {
    const { detector, correlator, rows, now } = this.#dependencies;
    const derived = derivedFields(event);
    const findings = [...detector.match(event.record, derived)].map((match) => findingOf(event, match));
    const levels = findings.map(({ level }) => level);
    return {
      findings,
      memberships: correlator.membershipsOf(event, derived),
      rows: hasRows(rows.scope, event, levels) ? eventRows(event, { rowDays: rows.rowDays, now: now() }) : [],
      summary: summaryOf(event),
    };
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
      for (const { event, bytes, memberships } of unit) {
        await this.#isolated(event.receipt, bytes, () => correlator.observe(memberships));
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
  async #isolated(receipt: Receipt, bytes: Buffer, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isFaultOfAccess(error)) throw error;
      this.#refuseFailed({ receipt, bytes, judged: true }, error);
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
    return this.#pages.isEnough;
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
   * Writes the rows that are left, waits until everything that was begun is done, and makes pages of the events so far.
   * What was refused on the way is there to be taken.
   * @throws faults of access.
   */
  async finish(): Promise<void> {
    const refused = await this.#writer.flush();
    await this.#observe();
    await this.#tasks.finish();
    for (const { row, reason } of refused) {
      // An event is refused once, although it has further rows.
      if (!('receipt' in row)) continue;
      const bytes = this.#bytes.get(row);
      const { receipt } = row;
      this.#refuse({ receipt, reason: `the index refused it: ${reason}`, judged: true, ...(bytes && { bytes }) });
    }
    for (const { summary, error } of this.#pages.seal((index) => this.#refusedIndexes.has(index))) {
      this.#refuseFailed({ receipt: summary.receipt, judged: true }, error);
    }
  }

  /** Waits for everything in progress, whether it succeeds or fails. */
  async settle(): Promise<void> {
    await this.#tasks.settle();
  }
}
