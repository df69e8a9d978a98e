import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { QueuedMessage } from '../alerts/channels/queued-message.ts';
import { type ResolvedMessage, resolvedMessageSchema } from '../alerts/messages/resolved-message.ts';
import type { EarlierDeliveries } from '../store/alerts/alert-deliveries.ts';

/** A call by the command line: an alert all of whose findings are marked as false. */
export const resolveCallSchema = z.object({ resolve: resolvedMessageSchema });

/** Into which channels' queues the message went: those whose receivers have something to end. */
export const resolveAnswerSchema = z.object({ queued: z.array(z.string()) });

export type ResolveAnswer = z.infer<typeof resolveAnswerSchema>;

export interface ResolveTargets {
  readonly sqs: SQSClient;
  /** A queue's URL up to the channel's name. */
  readonly queuePrefix: string;
  /** Names of channels whose receivers can resolve. */
  readonly channels: readonly string[];
}

/**
 * Queues that an alert is resolved, for each channel by itself. May be called again: to resolve twice does nothing more.
 * @throws the SDK's error, if a queue didn't take it; the others have it then.
 */
export async function queueResolved(
  { sqs, queuePrefix, channels }: ResolveTargets,
  resolved: ResolvedMessage,
): Promise<ResolveAnswer> {
  const { alertId, level } = resolved;
  const message: QueuedMessage = { version: 1, alertId, kind: 'resolved', level, message: JSON.stringify(resolved) };
  const sent = await Promise.allSettled(
    channels.map((name) =>
      sqs.send(new SendMessageCommand({ QueueUrl: queuePrefix + name, MessageBody: JSON.stringify(message) })),
    ),
  );
  const failed = sent.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return { queued: [...channels] };
}

/** What is done with a resolved message, after what became of the alert's first message. */
export type Resolving = 'send' | 'wait' | 'nothing-to-resolve';

/** Queues keep no order: what resolves an alert must not overtake the alert, which would then open an incident for ever. */
export function resolving({ isTaken, first }: EarlierDeliveries): Resolving {
  if (!isTaken || first?.state === 'given-up') return 'nothing-to-resolve';
  return first?.state === 'delivered' ? 'send' : 'wait';
}

/**
 * Whether a message would open again what was resolved: a copy of the alert, or a summary of no more findings than were
 * marked as false.
 */
export function isResolvedAlready({ resolved }: EarlierDeliveries, findings: number): boolean {
  return resolved?.state === 'delivered' && findings <= (resolved.findings ?? 0);
}
