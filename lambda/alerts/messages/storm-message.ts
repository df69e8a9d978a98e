import { counted } from '../../shared/counted.ts';
import { printable } from '../../shared/printable.ts';
import { STORM_RULE_ID } from '../noise/alert-storm.ts';
import type { StormNotice } from './alert-notice.ts';
import { chatBody } from './chat-message.ts';
import { command } from './event-links.ts';
import type { AlertMessage } from './message-schema.ts';
import { subjectLine, type TextMessage } from './text-message.ts';

const NAMED_RULES = 10;

/** The storm for people: first that there is one, and later what collapsed into it. */
export function stormText(notice: StormNotice, deployment: string): TextMessage {
  const { alertId } = notice.storm;
  const body = [...lines(notice), '', 'Look at them:', `  ${showCommand(notice, deployment)}`, '', `Alert ${alertId}`];
  return {
    subject: subjectLine(titleOf(notice), deployment),
    body: body.map((line) => printable(line)).join('\n'),
  };
}

/** The storm for programs, after the published schema. */
export function stormJson(notice: StormNotice, deployment: string): string {
  const { storm, collapsed } = notice;
  const { alertId, level, minute, limit } = storm;
  const message: AlertMessage = {
    kind: 'storm',
    version: 1,
    alertId,
    level,
    minute,
    limit,
    ...(collapsed && {
      collapsed: {
        alerts: collapsed.alerts,
        rules: namedRules(notice).map(([id, alerts]) => ({ id, alerts })),
      },
    }),
    command: showCommand(notice, deployment),
  };
  return JSON.stringify(message);
}

/** The storm for chat applications. */
export function stormChat(notice: StormNotice, deployment: string): string {
  const { alertId, level } = notice.storm;
  return chatBody({
    alertId,
    kind: 'storm',
    level,
    title: titleOf(notice),
    lines: lines(notice),
    nextSteps: [showCommand(notice, deployment)],
    keywords: [],
    relatedResources: [],
    context: { ruleId: STORM_RULE_ID },
  });
}

function titleOf({ storm: { level, limit }, collapsed }: StormNotice): string {
  const count = collapsed === undefined ? `more than ${limit}` : `${limit} and ${collapsed.alerts} more`;
  return `[${level.toUpperCase()}] Alert storm: ${count} ${level} alerts in a minute`;
}

function lines(notice: StormNotice): string[] {
  const { storm, collapsed } = notice;
  const { level, limit, minute } = storm;
  return [
    `More than ${counted(limit, 'alert')} of level ${level} were to be sent in the minute from ${minute.start}.`,
    collapsed === undefined
      ? 'The further ones of this minute are recorded and not sent one by one. A second message says how many they were.'
      : `${collapsed.alerts} of them were recorded and not sent one by one: this message stands for them.`,
    'Critical alerts never collapse. Every finding is in the index.',
    ...namedRules(notice).map(([ruleId, alerts]) => `${alerts} of rule ${ruleId}`),
  ];
}

function namedRules({ collapsed }: StormNotice): readonly (readonly [ruleId: string, alerts: number])[] {
  return collapsed?.rules.slice(0, NAMED_RULES) ?? [];
}

function showCommand({ storm }: StormNotice, deployment: string): string {
  return command(deployment, 'alert', 'show', storm.alertId);
}
