import type { Level } from '../../detection/index.ts';
import { printable } from '../../shared/printable.ts';
import type { Notice, NoticeKind } from '../messages/alert-notice.ts';
import { STORM_RULE_ID } from '../noise/alert-storm.ts';
import type { ChannelMessage, MessageAttributes } from './channel.ts';

/** A notice that is ready to be sent, as the alert's row keeps it until every channel is done. */
export interface AlertPublication {
  readonly kind: NoticeKind;
  readonly level: Level;
  readonly attributes: MessageAttributes;
  /** The message for each channel, by the channel's name. */
  readonly messages: Readonly<Record<string, ChannelMessage>>;
}

/** The attributes of a notice's messages. Values come from the event: they are printable and bounded. */
export function attributesOf(notice: Notice): MessageAttributes {
  if (notice.kind === 'storm') return { kind: 'storm', ruleId: STORM_RULE_ID, level: notice.storm.level };
  const { kind, alert } = notice;
  const { finding, level } = alert;
  return {
    kind,
    ruleId: printable(finding.ruleId, 256),
    level,
    account: printable(finding.account, 64),
    region: printable(finding.region, 64),
    action: printable(finding.action, 256),
    actorKind: finding.actorKind,
  };
}
