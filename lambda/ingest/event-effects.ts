import { derivedFields } from '../cloudtrail/derived-fields.ts';
import type { CloudTrailEvent, Receipt } from '../cloudtrail/event.ts';
import type { Detector } from '../detection/index.ts';
import { type Finding, findingOf } from '../findings/finding.ts';
import { type EventRow, eventRows, type ResourceRow, type RowOptions } from '../index/event-row.ts';
import type { KnownDaysWriter } from '../index/known-days.ts';
import type { RowWriter } from '../index/row-writer.ts';
import type { Correlator } from '../runtime/correlator.ts';
import { BoundedTasks } from '../shared/concurrency.ts';

/** Tasks under way at once: each is a few calls. An alert doesn't wait for the indexing of what follows. */
const CONCURRENCY = 8;

/** What the effects of events need of the world. */
export interface EffectDependencies {
  readonly detector: Detector;
  readonly correlator: Correlator;
  readonly createRowWriter: () => RowWriter<EventRow | ResourceRow>;
  readonly knownDays: KnownDaysWriter;
  /** Records a finding and sends its alert. */
  readonly report: (finding: Finding) => Promise<'new' | 'known'>;
  readonly rows: Omit<RowOptions, 'now'>;
  readonly now: () => Date;
}

/** An event whose row the table can't hold, whatever is tried. */
export interface RefusedEvent {
  readonly receipt: Receipt;
  readonly reason: string;
  /** The record's bytes; absent where the table took the row back before it refused it. */
  readonly bytes?: Buffer;
}

/** What events set off, wherever they were read from: each is judged, correlated and indexed. All of it is idempotent. */
export class EventEffects {
  readonly #dependencies: EffectDependencies;
  readonly #writer: RowWriter<EventRow | ResourceRow>;
  readonly #tasks = new BoundedTasks(CONCURRENCY);
  /** Rows under way are few: their records' bytes go with them. */
  readonly #bytes = new WeakMap<EventRow | ResourceRow, Buffer>();
  #findings = 0;

  constructor(dependencies: EffectDependencies) {
    this.#dependencies = dependencies;
    this.#writer = dependencies.createRowWriter();
  }

  /** Matches of detection rules so far. */
  get findings(): number {
    return this.#findings;
  }

  /** @throws errors of access, also those of earlier events. */
  async add(event: CloudTrailEvent, bytes: Buffer): Promise<void> {
    const { detector, correlator, report, knownDays, rows, now } = this.#dependencies;
    const derived = derivedFields(event);
    for (const match of detector.match(event.record, derived)) {
      this.#findings++;
      await this.#tasks.add(() => report(findingOf(event, match)));
    }
    const observing = correlator.observing(event, derived);
    if (observing !== undefined) await this.#tasks.add(observing);
    await knownDays.noteEvent(event.account, event.eventTime);
    for (const row of eventRows(event, { ...rows, now: now() })) {
      this.#bytes.set(row, bytes);
      await this.#writer.add(row);
    }
  }

  /**
   * Writes the rows that are left. The events that the table refused come back, each once, though it has further rows.
   * @throws errors of access.
   */
  async flush(): Promise<readonly RefusedEvent[]> {
    const refused = await this.#writer.flush();
    return refused.flatMap(({ row, reason }) => {
      if (!('receipt' in row)) return [];
      const bytes = this.#bytes.get(row);
      return [{ receipt: row.receipt, reason: `the index refused it: ${reason}`, ...(bytes && { bytes }) }];
    });
  }

  /** Waits until everything that was begun is done. @throws the first error of access. */
  async finish(): Promise<void> {
    await this.#tasks.finish();
  }

  /** Waits for what is under way, whatever became of it. */
  async settle(): Promise<void> {
    await this.#tasks.settle();
  }
}
