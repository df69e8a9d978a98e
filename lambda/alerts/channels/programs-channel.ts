import type { SNSClient } from '@aws-sdk/client-sns';
import { jsonMessage } from '../messages/json-message.ts';
import { stormJson } from '../messages/storm-message.ts';
import type { Channel } from './channel.ts';
import { publish } from './publish-to-topic.ts';
import { QUEUED_MESSAGE } from './queued-channel.ts';

/** JSON of the published schema for programs: one topic for all levels. */
export function programsChannel(sns: SNSClient, topicArn: string): Channel {
  return {
    name: 'programs',
    formerMessage: QUEUED_MESSAGE,
    render: (notice, deployment) => ({
      body: notice.kind === 'storm' ? stormJson(notice, deployment) : jsonMessage(notice, deployment),
    }),
    send: (message, { attributes }, signal) => publish({ sns, topicArn }, message, attributes, signal),
  };
}
