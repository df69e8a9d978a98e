import { type BatchLine, batchId, type ListedObject, packedBytes, packKeys, sharedPart } from '../batch-line.ts';
import type { Known } from './known-objects.ts';

/**
 * What a batch has at most. The function that reads it should take about two minutes: a child execution ends after five.
 * A line of more than 256 KB would be refused.
 */
export const BATCH_LIMITS = { objects: 4_000, seconds: 120, keyBytes: 200_000 } as const;

export type BatchLimits = { readonly [Name in keyof typeof BATCH_LIMITS]: number };

/** Brackets, quotes and commas of a group of keys. */
const GROUP_BYTES = 8;

/** What the function takes for an object, and for each megabyte of it as it is stored: measured, on one vCPU. */
export const SECONDS_AN_OBJECT = 0.008;
export const SECONDS_A_MEGABYTE = 1.6;

/** Objects that are read one after the other in one place. */
export interface Batch {
  readonly id: string;
  readonly bucket: string;
  readonly day: string;
  readonly keys: BatchLine['keys'];
  readonly objects: number;
  /** As they are stored. */
  readonly bytes: number;
  readonly seconds: number;
  /** Whether the backfill has read all of them already. */
  readonly isDone: boolean;
}

/** Seconds that the function takes for an object of so many bytes, as it is stored. */
export function secondsOf(size: number): number {
  return SECONDS_AN_OBJECT + (size / 1_000_000) * SECONDS_A_MEGABYTE;
}

/**
 * Makes batches of objects as they are listed: of one bucket and day, and of as many accounts and regions as there is
 * room for. The same objects make the same batches.
 */
export class Batches {
  readonly #limits: BatchLimits;
  #place: { bucket: string; day: string } | undefined;
  #objects: { readonly object: ListedObject; readonly isDone: boolean }[] = [];
  #bytes = 0;
  #keyBytes = 0;
  #shared = '';
  #seconds = 0;

  constructor(limits: BatchLimits = BATCH_LIMITS) {
    this.#limits = limits;
  }

  /** Adds an object. @returns the batch that is full before it; undefined where there is room. */
  add(bucket: string, day: string, object: ListedObject, known: Exclude<Known, 'before'>): Batch | undefined {
    const seconds = secondsOf(object.size);
    const shared = sharedPart(object.key);
    // What keys share is written once for all that follow each other.
    const keyBytes = packedBytes(object.key) + (shared === this.#shared ? 0 : GROUP_BYTES + shared.length);
    const isElsewhere = this.#place !== undefined && (this.#place.bucket !== bucket || this.#place.day !== day);
    const isFull =
      this.#objects.length >= this.#limits.objects ||
      this.#seconds + seconds > this.#limits.seconds ||
      this.#keyBytes + keyBytes > this.#limits.keyBytes;
    const full = isElsewhere || (isFull && this.#objects.length > 0) ? this.take() : undefined;
    this.#place = { bucket, day };
    this.#objects.push({ object, isDone: known === 'done' });
    this.#bytes += object.size;
    this.#keyBytes += keyBytes;
    this.#shared = shared;
    this.#seconds += seconds;
    return full;
  }

  /** What was added since the last batch; undefined where that is nothing. */
  take(): Batch | undefined {
    const place = this.#place;
    if (place === undefined || this.#objects.length === 0) return undefined;
    const keys = this.#objects.map(({ object }) => object.key);
    const batch: Batch = {
      id: batchId(place.bucket, keys),
      ...place,
      keys: packKeys(keys),
      objects: keys.length,
      bytes: this.#bytes,
      seconds: this.#seconds,
      isDone: this.#objects.every(({ isDone }) => isDone),
    };
    this.#objects = [];
    this.#bytes = 0;
    this.#keyBytes = 0;
    this.#shared = '';
    this.#seconds = 0;
    return batch;
  }
}
