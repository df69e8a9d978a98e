import type { SNSClient } from '@aws-sdk/client-sns';
import type { MessageAttributes } from '../../alerts/channels/channel.ts';
import { publish } from '../../alerts/channels/publish-to-topic.ts';
import type { AlertMessage } from '../../alerts/messages/message-schema.ts';
import { STORM_RULE_ID } from '../../alerts/noise/alert-storm.ts';
import { printable } from '../../shared/printable.ts';
import { ocsfFinding } from './ocsf.ts';
import type { Receiver } from './receiver.ts';

export interface ProgramsTopicOptions {
  readonly sns: SNSClient;
  readonly topicArn: string;
}

/** The topic for programs, where it carries Detection Findings of OCSF: with the attributes that it has in any format. */
export function programsTopicReceiver(target: ProgramsTopicOptions): Receiver {
  return {
    send: async ({ message }, signal) => {
      const body = JSON.stringify(ocsfFinding(message));
      await publish(target, { body }, attributesOf(message), signal);
      return 'SNS: published as OCSF';
    },
  };
}

function attributesOf(message: AlertMessage): MessageAttributes {
  const { kind, level } = message;
  if (kind === 'storm') return { kind, ruleId: STORM_RULE_ID, level };
  const { rule, finding, account, region } = message;
  return {
    kind,
    ruleId: printable(rule.id, 256),
    level,
    account: printable(account, 64),
    region: printable(region, 64),
    action: printable(finding.action, 256),
    actorKind: finding.actorKind,
  };
}
