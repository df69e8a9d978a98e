import * as z from 'zod';

/** Every finding of an alert was marked as false: pagers end its incident. It is no alert, and no part of its schema. */
export const resolvedMessageSchema = z.object({
  version: z.literal(1),
  kind: z.literal('resolved'),
  alertId: z.string().min(1),
  level: z.string(),
  /** How many findings the alert had, all of which were marked. A summary of more of them opens it again. */
  findings: z.int().positive(),
});

export type ResolvedMessage = z.infer<typeof resolvedMessageSchema>;
