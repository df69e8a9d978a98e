import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { ChannelSettings } from '../alerts/channels/channel-settings.ts';
import { NotTakenError } from './errors/not-taken-error.ts';
import type { PostJson } from './https/post-json.ts';
import { eventBusReceiver } from './receivers/event-bus.ts';
import type { FindingBatches } from './receivers/finding-batches.ts';
import { pagerDutyReceiver } from './receivers/pagerduty.ts';
import { programsTopicReceiver } from './receivers/programs-topic.ts';
import type { Receiver } from './receivers/receiver.ts';
import { type HubPlace, securityHubReceiver } from './receivers/security-hub.ts';
import { slackReceiver } from './receivers/slack.ts';
import { teamsReceiver } from './receivers/teams.ts';
import { webhookReceiver } from './receivers/webhook.ts';
import type { SecretReader } from './secrets/secret-reader.ts';

export interface ReceiverParts {
  readonly post: PostJson;
  readonly secrets: SecretReader;
  readonly events: EventBridgeClient;
  readonly sns: SNSClient;
  /** ARN of the topic for programs. */
  readonly programsTopic: string;
  readonly hub: FindingBatches;
  readonly place: HubPlace;
  readonly now: () => Date;
  /** Replaces PagerDuty's host in tests. */
  readonly pagerDutyHost?: string;
}

/** The receiver of a channel. Nothing is read or sent before its first message. */
export function receiverOf(settings: ChannelSettings, parts: ReceiverParts): Receiver {
  const { post, secrets, now } = parts;
  const { type, name, secret: secretName, region, bus, format } = settings;
  const secret = async (): Promise<string> => {
    if (secretName === undefined) throw new NotTakenError(`The channel "${name}" has no secret: see alerts.channels.`);
    return secrets.read(secretName);
  };
  switch (type) {
    case 'webhook':
      return webhookReceiver({ post, secret, now });
    case 'slack':
      return slackReceiver(post, secret);
    case 'teams':
      return teamsReceiver(post, secret);
    case 'pagerduty':
      return pagerDutyReceiver({
        post,
        secret,
        ...(region !== undefined && { region }),
        ...(parts.pagerDutyHost !== undefined && { host: parts.pagerDutyHost }),
      });
    case 'eventbridge':
      return eventBusReceiver({ events: parts.events, bus: bus ?? '', ...(format !== undefined && { format }) });
    case 'topic':
      return programsTopicReceiver({ sns: parts.sns, topicArn: parts.programsTopic });
    case 'securityhub':
      return securityHubReceiver({ hub: parts.hub, place: parts.place, now });
  }
}
