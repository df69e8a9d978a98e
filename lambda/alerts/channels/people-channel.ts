import type { SNSClient } from '@aws-sdk/client-sns';
import { stormText } from '../messages/storm-message.ts';
import { textMessage } from '../messages/text-message.ts';
import type { Channel } from './channel.ts';
import { type AlertTopics, publish } from './publish-to-topic.ts';

/** Text for people: one topic for each level. */
export function peopleChannel(sns: SNSClient, byLevel: AlertTopics['byLevel']): Channel {
  return {
    name: 'people',
    render: (notice, deployment) =>
      notice.kind === 'storm' ? stormText(notice, deployment) : textMessage(notice, deployment),
    send: async (message, { level, attributes }, signal) => {
      if (level === 'informational') return;
      await publish({ sns, topicArn: byLevel[level] }, message, attributes, signal);
    },
  };
}
