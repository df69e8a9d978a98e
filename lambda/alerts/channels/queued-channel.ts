import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { jsonMessage } from '../messages/json-message.ts';
import { stormJson } from '../messages/storm-message.ts';
import type { Channel } from './channel.ts';
import { type ChannelFilter, takes } from './channel-filter.ts';
import type { QueuedMessage } from './queued-message.ts';

/** The queues' messages share one copy in an alert's row, which must leave room for those of the topics. */
const MAX_MESSAGE_BYTES = 60 * 1024;

/** The message that all queued channels share. No channel has this name: a name has no colon. */
export const QUEUED_MESSAGE = 'queues:';

export interface QueuedChannelOptions {
  readonly filter: ChannelFilter;
  readonly sqs: SQSClient;
  readonly queueUrl: string;
}

/**
 * A channel with a queue and a function behind it. For the alert it is done once the message is in the queue: a server
 * that is slow or down never holds up the function that reads the log.
 */
export function queuedChannel({ filter, sqs, queueUrl }: QueuedChannelOptions): Channel {
  return {
    name: filter.name,
    sharedMessage: QUEUED_MESSAGE,
    render: (notice, deployment) => {
      if (!takes(filter, notice)) return undefined;
      const body =
        notice.kind === 'storm' ? stormJson(notice, deployment) : jsonMessage(notice, deployment, MAX_MESSAGE_BYTES);
      return { body };
    },
    send: async ({ body }, { alertId, kind, level }, abortSignal) => {
      const message: QueuedMessage = { version: 1, alertId, kind, level, message: body };
      const command = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) });
      await sqs.send(command, { abortSignal });
    },
  };
}
