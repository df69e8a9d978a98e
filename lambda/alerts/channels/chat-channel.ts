import type { SNSClient } from '@aws-sdk/client-sns';
import { chatMessage } from '../messages/chat-message.ts';
import { stormChat } from '../messages/storm-message.ts';
import type { Channel } from './channel.ts';
import { publish } from './publish-to-topic.ts';

/** Custom notifications for Amazon Q Developer in chat applications: one topic for all levels. */
export function chatChannel(sns: SNSClient, topicArn: string): Channel {
  return {
    name: 'chat',
    render: (notice, deployment) => ({
      body: notice.kind === 'storm' ? stormChat(notice, deployment) : chatMessage(notice, deployment),
    }),
    send: (message, { attributes }, signal) => publish({ sns, topicArn }, message, attributes, signal),
  };
}
