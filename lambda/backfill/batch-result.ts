import * as z from 'zod';

const count = z.number().nonnegative();

/** Objects that a result names; the others of it are counted. */
export const NAMED_OBJECTS = 20;

/** What became of the objects of a batch, each counted once. */
export const batchResultSchema = z.object({
  batch: z.string(),
  day: z.string(),
  /** The sum of `closed`, `rejected`, `before` and `left`; of `closed`, `rejected` and `left` where rules only judge. */
  objects: count,
  /** Read to their end: by this backfill, in this attempt or an earlier one. */
  closed: count,
  /** Their content can't be read, or not to its end. */
  rejected: count,
  /** Read by another function while the backfill was on its way to them. */
  before: count,
  /** Not read, or not to their end: another attempt reads them. */
  left: count,
  /** Records of those that are closed or rejected. */
  records: count,
  indexed: count,
  recordsRejected: count,
  /** Matches of detection rules. */
  findings: count,
  /** Firings of correlations. */
  correlated: count,
  /** Compressed bytes that were read. */
  bytes: count,
  /** What this and earlier tries of the batch took of DynamoDB, as far as they lived to tell. */
  writeUnits: count,
  readUnits: count,
  /** Seconds of the function. */
  seconds: count,
  /** Some of the objects that were rejected or left, with the reason. */
  named: z.array(z.object({ key: z.string(), what: z.enum(['rejected', 'left']), reason: z.string() })),
});

export type BatchResult = z.infer<typeof batchResultSchema>;
