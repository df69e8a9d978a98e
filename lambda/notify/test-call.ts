import * as z from 'zod';

/** A call by the command line: a marked message, sent at once, whatever the channel's levels and hours are. */
export const testCallSchema = z.object({ test: z.object({ channel: z.string(), message: z.string() }) });

/** What became of a test. */
export const testAnswerSchema = z.object({
  isTaken: z.boolean(),
  /** What the other side answered, or why it could not be asked, in one line without secrets. */
  answer: z.string(),
});

export type TestAnswer = z.infer<typeof testAnswerSchema>;
