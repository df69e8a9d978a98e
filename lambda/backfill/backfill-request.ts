import * as z from 'zod';

/** A UTC day, `YYYY-MM-DD`. */
const day = z.iso.date();

/**
 * What a backfill is to read, and what for: the same for all of its attempts.
 * The days are those of the keys, both included: CloudTrail puts an object under the UTC day on which it wrote it.
 */
export const backfillRequestSchema = z.object({
  since: day,
  until: day,
  /** Only objects of these accounts; of all where the list is empty. */
  accounts: z.array(z.string().regex(/^\d{12}$/)).default([]),
  /** Only objects of these regions; of all where the list is empty. */
  regions: z.array(z.string().min(1)).default([]),
  /**
   * Only these rules judge the events, by their ids, and nothing is indexed. Undefined where objects are read as ingest
   * reads them.
   */
  rules: z.array(z.string().min(1)).min(1).optional(),
  /** Whether findings alert, as those of new events do. Otherwise they are recorded only. */
  alert: z.boolean().default(false),
});

export type BackfillRequest = z.infer<typeof backfillRequestSchema>;

/** Names a backfill. It is a part of keys and of names of executions. */
export const runSchema = z.string().regex(/^[0-9a-z-]{1,60}$/);

/** The place in the list of objects from which a lister goes on. */
export const cursorSchema = z.object({
  /** How many parts were listed before. */
  part: z.number().int().nonnegative(),
  /** The bucket, the day and the prefix behind which it goes on; from the beginning where there is none. */
  at: z.object({ bucket: z.string(), day, after: z.string() }).optional(),
});

export type Cursor = z.infer<typeof cursorSchema>;

/** What an execution of the state machine is started with. */
export const executionInputSchema = z.object({
  run: runSchema,
  /** 1, and one more each time that it is resumed. */
  attempt: z.number().int().positive(),
  request: backfillRequestSchema,
  next: cursorSchema.default({ part: 0 }),
  /** Batches that are read at the same time; as the deployment's settings have it where it is left out. */
  maxConcurrency: z.number().int().positive().optional(),
  /** Per cent of a part's batches that may fail before the rest is given up; as the settings have it where it is left out. */
  toleratedFailurePercentage: z.number().min(0).max(100).optional(),
});

export type ExecutionInput = z.infer<typeof executionInputSchema>;

/** The name of the execution that makes an attempt at a backfill. */
export function executionName({ run, attempt }: Pick<ExecutionInput, 'run' | 'attempt'>): string {
  return `${run}-${attempt}`;
}

/** A name for a new backfill: they sort by time. */
export function newRun(now: Date, random: string): string {
  return `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').toLowerCase()}-${random}`;
}
