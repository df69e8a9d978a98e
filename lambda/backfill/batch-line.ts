import { createHash } from 'node:crypto';
import * as z from 'zod';
import { backfillRequestSchema, runSchema } from './backfill-request.ts';

/** A log object as a listing of its bucket has it. */
export interface ListedObject {
  readonly key: string;
  /** Bytes, as they are stored. */
  readonly size: number;
  /** When it was put into the bucket, ISO 8601. */
  readonly deliveredAt: string;
}

/**
 * A batch as the state machine hands it to the function that reads it: at most 256 KB, so that keys are written without
 * what they share.
 */
export const batchLineSchema = z.object({
  /** Of this form. */
  v: z.literal(1),
  run: runSchema,
  /** The same for the same objects. */
  batch: z.string().regex(/^[0-9a-f]{20}$/),
  request: backfillRequestSchema,
  bucket: z.string(),
  /** The UTC day of all keys. */
  day: z.iso.date(),
  /** What keys begin with, and the rest of each. */
  keys: z.array(z.tuple([z.string(), z.array(z.string())])),
});

export type BatchLine = z.infer<typeof batchLineSchema>;

/** The keys of a batch, in order, each once. */
export function keysOf({ keys }: Pick<BatchLine, 'keys'>): readonly string[] {
  return keys.flatMap(([prefix, rests]) => rests.map((rest) => `${prefix}${rest}`));
}

/**
 * Keys of one day, in order, without what they share: `…/ACCOUNT_CloudTrail_REGION_YYYYMMDDT` is the same for those of an
 * account and region.
 */
export function packKeys(keys: readonly string[]): BatchLine['keys'] {
  const groups: [string, string[]][] = [];
  for (const key of keys) {
    const prefix = sharedPart(key);
    const last = groups.at(-1);
    if (last?.[0] === prefix) last[1].push(key.slice(prefix.length));
    else groups.push([prefix, [key.slice(prefix.length)]]);
  }
  return groups;
}

/** Bytes that a key adds to a line, where it begins as the one before does. */
export function packedBytes(key: string): number {
  return Buffer.byteLength(JSON.stringify(key.slice(sharedPart(key).length))) + 1;
}

/** What a key has in common with others of its account, region and day. */
export function sharedPart(key: string): string {
  const [head = ''] = /^.*_\d{8}T/s.exec(key) ?? [];
  return head;
}

/** The id of a batch with these keys. */
export function batchId(bucket: string, keys: readonly string[]): string {
  const hash = createHash('sha256').update(bucket);
  for (const key of keys) hash.update(`\n${key}`);
  return hash.digest('hex').slice(0, 20);
}
