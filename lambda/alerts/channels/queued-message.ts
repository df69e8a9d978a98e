import * as z from 'zod';
import { NOTICE_KINDS } from '../messages/alert-notice.ts';

/**
 * What waits in a channel's queue: the alert in the published form. The function behind the queue gives it the form of
 * the receiver, so that no other function holds the code for it.
 */
export const queuedMessageSchema = z.object({
  version: z.literal(1),
  alertId: z.string().min(1),
  /** `resolved` is for receivers that have something to end: see resolved-message.ts. */
  kind: z.enum([...NOTICE_KINDS, 'resolved']),
  level: z.string(),
  /** JSON of the published schema, or of a resolved message. */
  message: z.string(),
});

export type QueuedMessage = z.infer<typeof queuedMessageSchema>;
