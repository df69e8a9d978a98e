import type { SNSClient } from '@aws-sdk/client-sns';
import type { Channel } from './channel.ts';
import { chatChannel } from './chat-channel.ts';
import { peopleChannel } from './people-channel.ts';
import { programsChannel } from './programs-channel.ts';
import type { AlertTopics } from './publish-to-topic.ts';

/** The clients and targets that the channels of a deployment send with and to. */
export interface ChannelTargets {
  readonly sns: SNSClient;
  readonly topics: AlertTopics;
}

/** The channels of a deployment. They are tried at the same time, so their order means nothing. */
export function allChannels({ sns, topics }: ChannelTargets): readonly Channel[] {
  return [
    peopleChannel(sns, topics.byLevel),
    programsChannel(sns, topics.alerts),
    ...(topics.chat === undefined ? [] : [chatChannel(sns, topics.chat)]),
  ];
}
