import type { Level } from '../detection/index.ts';
import { printable } from '../shared/printable.ts';
import { chatMessage } from './chat-message.ts';
import { jsonMessage } from './json-message.ts';
import type { FindingNotice } from './notice.ts';
import { textMessage } from './text-message.ts';

/** A message that is ready to be sent, as the alert's row keeps it until it was. */
export interface AlertPublication {
  readonly level: Level;
  readonly subject: string;
  readonly text: string;
  readonly json: string;
  /** A custom notification for chat applications; not there where the deployment has no topic for them. */
  readonly chat?: string;
  /** Sent as message attributes, for subscribers' filter policies. One that is empty isn't sent. */
  readonly attributes: Readonly<Record<AttributeName, string>>;
}

export type AttributeName = 'kind' | 'ruleId' | 'level' | 'account' | 'region' | 'action' | 'actorKind';

/** What messages need to know of the deployment. */
export interface MessageSettings {
  readonly deployment: string;
  /** Whether there is a topic for chat applications. */
  readonly chat: boolean;
}

/** A notice in every form that a topic takes. */
export function publicationOf(notice: FindingNotice, { deployment, chat }: MessageSettings): AlertPublication {
  const { alert, kind } = notice;
  const { finding, level } = alert;
  const { subject, body } = textMessage(notice, deployment);
  return {
    level,
    subject,
    text: body,
    json: jsonMessage(notice, deployment),
    ...(chat && { chat: chatMessage(notice, deployment) }),
    attributes: {
      kind,
      ruleId: printable(finding.ruleId, 256),
      level,
      account: printable(finding.account, 64),
      region: printable(finding.region, 64),
      action: printable(finding.action, 256),
      actorKind: finding.actorKind,
    },
  };
}
