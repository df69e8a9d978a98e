import * as z from 'zod';
import { NAMED_OBJECTS } from '../batch-result.ts';
import type { JudgedObject } from './judge-object.ts';

const count = z.number().nonnegative();

/** What tries of a batch have judged by rules alone, as the work bucket keeps it: no ledger tells it. */
export const judgedSchema = z.object({
  /** Base64 of a bit for each object of the batch, the lowest of the first byte for the first. */
  places: z.base64(),
  counts: z.object({
    closed: count,
    rejected: count,
    records: count,
    indexed: count,
    recordsRejected: count,
    findings: count,
  }),
  rejected: z.array(z.object({ key: z.string(), what: z.literal('rejected'), reason: z.string() })),
});

export type KeptJudged = z.infer<typeof judgedSchema>;

/** The objects of a batch that were judged to their end, by their places in it, and what they came to. */
export class JudgedBefore {
  readonly #places: Set<number>;
  readonly counts: KeptJudged['counts'];
  /** Some of those that can't be read. */
  readonly rejected: KeptJudged['rejected'];

  constructor(kept?: KeptJudged) {
    this.#places = new Set(placesIn(Buffer.from(kept?.places ?? '', 'base64')));
    this.counts = {
      closed: 0,
      rejected: 0,
      records: 0,
      indexed: 0,
      recordsRejected: 0,
      findings: 0,
      ...kept?.counts,
    };
    this.rejected = [...(kept?.rejected ?? [])];
  }

  get places(): readonly number[] {
    return [...this.#places];
  }

  add(place: number, key: string, { records, indexed, rejected, findings, reason }: JudgedObject): void {
    this.#places.add(place);
    this.counts.records += records;
    this.counts.indexed += indexed;
    this.counts.recordsRejected += rejected;
    this.counts.findings += findings;
    this.counts[reason === undefined ? 'closed' : 'rejected']++;
    if (reason !== undefined && this.rejected.length < NAMED_OBJECTS) {
      this.rejected.push({ key, what: 'rejected', reason });
    }
  }

  kept(): KeptJudged {
    const bits = Buffer.alloc(Math.ceil((Math.max(-1, ...this.#places) + 1) / 8));
    for (const place of this.#places) bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
    return { places: bits.toString('base64'), counts: this.counts, rejected: this.rejected };
  }
}

function placesIn(bits: Buffer): readonly number[] {
  return Array.from({ length: bits.length * 8 }, (_, place) => place).filter(
    (place) => ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0,
  );
}
