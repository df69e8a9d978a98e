import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Channel } from './channel.ts';
import type { ChannelFilter } from './channel-filter.ts';
import { chatChannel } from './chat-channel.ts';
import { peopleChannel } from './people-channel.ts';
import { programsChannel } from './programs-channel.ts';
import type { AlertTopics } from './publish-to-topic.ts';
import { queuedChannel } from './queued-channel.ts';

/** The clients and targets that the channels of a deployment send with and to. */
export interface ChannelTargets {
  readonly sns: SNSClient;
  readonly topics: AlertTopics;
  /** The channels of `alerts.channels`, each with a queue of its own. */
  readonly queued?: QueuedTargets;
}

export interface QueuedTargets {
  readonly sqs: SQSClient;
  readonly filters: readonly ChannelFilter[];
  /** A queue's URL up to the channel's name. */
  readonly queuePrefix: string;
}

/** The channels of a deployment. They are tried at the same time, so their order means nothing. */
export function allChannels({ sns, topics, queued }: ChannelTargets): readonly Channel[] {
  // Where that topic carries another format, it has a queue.
  const isQueued = queued?.filters.some(({ name }) => name === 'programs') ?? false;
  return [
    peopleChannel(sns, topics.byLevel),
    ...(isQueued ? [] : [programsChannel(sns, topics.alerts)]),
    ...(topics.chat === undefined ? [] : [chatChannel(sns, topics.chat)]),
    ...(queued === undefined ? [] : queuedChannels(queued)),
  ];
}

function queuedChannels({ sqs, filters, queuePrefix }: QueuedTargets): readonly Channel[] {
  return filters.map((filter) => queuedChannel({ filter, sqs, queueUrl: queuePrefix + filter.name }));
}
