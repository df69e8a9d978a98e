import * as z from 'zod';

const count = z.number().nonnegative();

/** Objects that a result names; the others of it are counted. */
export const NAMED_OBJECTS = 20;

const uncorrelatedSchema = z.object({
  /** Of the correlation. */
  ruleId: z.string(),
  /** Of the batch, as far as it was read. */
  events: count,
});

/** A correlation that was not judged over a batch, or not to the end of it. */
export type Uncorrelated = z.infer<typeof uncorrelatedSchema>;

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
  /** Firings of correlations over the batch. Those that new objects set off are of the table that ingest shares: none counts. */
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
  /** Correlations that were given up: too many of the events belong to them, or the time was over twice. */
  uncorrelated: z.array(uncorrelatedSchema).default([]),
});

export type BatchResult = z.infer<typeof batchResultSchema>;
