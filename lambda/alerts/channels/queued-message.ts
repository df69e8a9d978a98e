import * as z from 'zod';
import { NOTICE_KINDS } from '../messages/alert-notice.ts';

/**
 * What waits in a channel's queue: the alert in the published form. The function behind the queue gives it the form of
 * the receiver, so that no other function holds the code for it.
 */
export const queuedMessageSchema = z.object({
  version: z.literal(1),
  alertId: z.string().min(1),
  kind: z.enum(NOTICE_KINDS),
  level: z.string(),
  /** JSON of the published schema. */
  message: z.string(),
});

export type QueuedMessage = z.infer<typeof queuedMessageSchema>;
