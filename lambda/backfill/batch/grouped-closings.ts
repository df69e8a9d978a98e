import type { EffectDependencies } from '../../ingest/event-effects.ts';
import { type ObjectLedger, pagesOf } from '../../ingest/process-object.ts';
import type { ClosedTogether, Closing, Ledger, ObjectVersion, Reading } from '../../store/ledger/ledger.ts';
import type { EventSummary } from '../../store/segments/summary.ts';
import { encodePages } from '../../store/segments/table/page-rows.ts';
import { type HeldSummaries, MOST_BYTES, MOST_EVENTS } from './held-summaries.ts';

/** A transaction takes 100 writes: rows of the ledger, and pages of up to 300 KB. */
const MOST_OBJECTS = 80;

/** An object that was read, and waits for its row and its pages to be written. */
interface Waiting extends ClosedTogether {
  readonly summaries: readonly EventSummary[];
  readonly bytes: number;
  readonly resolve: (isClosed: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupedClosingsOptions extends Pick<EffectDependencies, 'segments' | 'now'> {
  readonly ledger: Ledger;
  /** Noted in the row of each object. */
  readonly run: string;
  /** Called when an object begins to wait, and when objects have ceased to. */
  readonly onChange: () => void;
}

/**
 * Closes objects in groups: the rows of up to 80 objects and the pages that hold the events of all of them are one
 * transaction. Whoever closes an object waits until its group is written: when it is full, or when `flush` is called.
 */
export class GroupedClosings {
  readonly #options: GroupedClosingsOptions;
  #group: Waiting[] = [];
  #events = 0;
  #bytes = 0;
  #writing = 0;

  constructor(options: GroupedClosingsOptions) {
    this.#options = options;
  }

  /** Objects that wait: for their group to be full, or to be written. */
  get waiting(): number {
    return this.#group.length + this.#writing;
  }

  /** Objects whose group isn't being written yet. */
  get open(): number {
    return this.#group.length;
  }

  /** The ledger for the processing of one object, whose summaries are held: it closes the object in a group. */
  ledgerOf(held: HeldSummaries): ObjectLedger {
    const { ledger } = this.#options;
    return {
      ...plainLedger(ledger, this.#options.run),
      checkpoint: (object, checkpoint, reading) =>
        ledger.checkpoint(object, checkpoint, {
          ...reading,
          indexed: pagesOf(this.#options, object, encodePages(held.takeSummaries())),
        }),
      close: (object, closing, reading) => this.#close(object, closing, reading, held),
    };
  }

  /** Writes the group that isn't full. Those who wait hear whether it was written. */
  flush(): void {
    const group = this.#group;
    if (group.length === 0) return;
    this.#group = [];
    this.#events = 0;
    this.#bytes = 0;
    this.#writing += group.length;
    void this.#write(group).finally(() => {
      this.#writing -= group.length;
      this.#options.onChange();
    });
  }

  #close(object: ObjectVersion, closing: Closing, reading: Reading, held: HeldSummaries): Promise<boolean> {
    const { resumedAt, opening } = reading;
    return new Promise((resolve, reject) => {
      const { bytes } = held;
      const summaries = held.takeSummaries();
      if (this.#events + summaries.length > MOST_EVENTS || this.#bytes + bytes > MOST_BYTES) this.flush();
      this.#group.push({
        object,
        closing: { ...closing, backfill: this.#options.run },
        reading: { resumedAt, ...(opening && { opening }) },
        summaries,
        bytes,
        resolve,
        reject,
      });
      this.#events += summaries.length;
      this.#bytes += bytes;
      if (this.#group.length >= MOST_OBJECTS) this.flush();
      this.#options.onChange();
    });
  }

  /** Never throws. */
  async #write(group: readonly Waiting[]): Promise<void> {
    const { ledger } = this.#options;
    let left = group;
    try {
      for (let first = left[0]; first !== undefined; first = left[0]) {
        const pages = encodePages(left.flatMap(({ summaries }) => summaries));
        const refused = new Set(await ledger.closeTogether(left, pagesOf(this.#options, first.object, pages)));
        // One that another function was faster with takes its events out of the pages, and the others are closed.
        for (const [place, { resolve }] of left.entries()) {
          if (refused.size === 0 || refused.has(place)) resolve(refused.size === 0);
        }
        left = refused.size === 0 ? [] : left.filter((_, place) => !refused.has(place));
      }
    } catch (error) {
      for (const { reject } of left) reject(error);
    }
  }
}

/** The ledger for the processing of an object by itself: its row names the backfill that closed it. */
export function plainLedger(ledger: Ledger, run: string): ObjectLedger {
  return {
    versions: (bucket, key) => ledger.versions(bucket, key),
    noteOrigin: (origin) => ledger.noteOrigin(origin),
    open: (object, opening, unnoted) => ledger.open(object, opening, unnoted),
    checkpoint: (object, checkpoint, reading) => ledger.checkpoint(object, checkpoint, reading),
    close: (object, closing, reading) => ledger.close(object, { ...closing, backfill: run }, reading),
    closeAnyway: (object, closing) => ledger.closeAnyway(object, closing),
    forgetTries: (object) => ledger.forgetTries(object),
  };
}
