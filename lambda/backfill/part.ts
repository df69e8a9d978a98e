import * as z from 'zod';
import { backfillRequestSchema } from './backfill-request.ts';

const count = z.number().int().nonnegative();
const batches = z.array(z.object({ id: z.string(), objects: count, bytes: count }));

/** What a part of the list holds, as the work bucket keeps it. */
export const partSchema = z.object({
  /** Its lines. */
  batches,
  /** Batches of an earlier attempt that are done. */
  skipped: batches,
  /** Objects that another function had read before. */
  before: z.object({ objects: count, bytes: count }),
  /** The earliest UTC day of the keys of these. */
  firstBefore: z.iso.date().optional(),
  /** Whether nothing comes behind it. */
  isLast: z.boolean(),
});

export type Part = z.infer<typeof partSchema>;

/** What a backfill was asked for, as the work bucket keeps it. */
export const keptRequestSchema = z.object({
  request: backfillRequestSchema,
  maxConcurrency: z.number(),
  toleratedFailurePercentage: z.number(),
  begunAt: z.string(),
});

export type KeptRequest = z.infer<typeof keptRequestSchema>;
