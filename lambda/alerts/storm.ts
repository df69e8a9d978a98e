import { createHash } from 'node:crypto';
import type { Level } from '../detection/index.ts';
import { printable } from '../shared/printable.ts';
import { chatBody } from './chat-message.ts';
import { command } from './links.ts';
import type { AlertMessage } from './message-schema.ts';
import type { AlertPublication, MessageSettings } from './publication.ts';
import { subjectLine } from './text-message.ts';
import { type AlertWindow, windowAround } from './window.ts';

/** What `ruleId` says in a storm's row and attributes: no rule has this id. */
export const STORM_RULE_ID = 'trailwarden-alert-storm';

/** More alerts of a level in one minute of the clock than are sent one by one: one alert stands for the rest. */
export interface Storm {
  readonly alertId: string;
  readonly level: Level;
  readonly minute: AlertWindow;
  /** How many alerts of the level are sent one by one. */
  readonly limit: number;
}

/** What a storm stands for, once its minute is over. */
export interface CollapsedAlerts {
  readonly alerts: number;
  /** Rule ids and how many alerts each has, most first. */
  readonly rules: readonly (readonly [ruleId: string, alerts: number])[];
}

const NAMED_RULES = 10;

/** The storm of a level and the minute that `now` is in: the same for every function that is asked. */
export function stormOf(level: Level, now: Date, limit: number): Storm {
  const minute = windowAround(now.getTime(), 60_000);
  const alertId = createHash('sha256')
    .update([STORM_RULE_ID, level, minute.start].join('\n'))
    .digest('hex')
    .slice(0, 32);
  return { alertId, level, minute, limit };
}

/**
 * The storm's message: at once, for whoever waits for an alert, and again with what collapsed into it once its minute
 * is over.
 */
export function stormPublication(
  storm: Storm,
  { deployment, chat }: MessageSettings,
  collapsed?: CollapsedAlerts,
): AlertPublication {
  const { alertId, level, minute, limit } = storm;
  const show = command(deployment, 'alert', 'show', alertId);
  const title = `[${level.toUpperCase()}] Alert storm: ${collapsed === undefined ? `more than ${limit}` : `${limit} and ${collapsed.alerts} more`} ${level} alerts in a minute`;
  const rules = collapsed?.rules.slice(0, NAMED_RULES) ?? [];
  const lines = [
    `More than ${limit} alerts of level ${level} were to be sent in the minute from ${minute.start}.`,
    collapsed === undefined
      ? 'The further ones of this minute are recorded and not sent one by one. A second message says how many they were.'
      : `${collapsed.alerts} of them were recorded and not sent one by one: this message stands for them.`,
    'Critical alerts never collapse. Every finding is in the index.',
    ...rules.map(([ruleId, alerts]) => `${alerts} of rule ${ruleId}`),
  ];
  const message: AlertMessage = {
    kind: 'storm',
    version: 1,
    alertId,
    level,
    minute,
    limit,
    ...(collapsed && {
      collapsed: { alerts: collapsed.alerts, rules: rules.map(([id, alerts]) => ({ id, alerts })) },
    }),
    command: show,
  };
  return {
    level,
    subject: subjectLine(title, deployment),
    text: [...lines, '', 'Look at them:', `  ${show}`, '', `Alert ${alertId}`]
      .map((line) => printable(line))
      .join('\n'),
    json: JSON.stringify(message),
    ...(chat && {
      chat: chatBody({
        alertId,
        kind: 'storm',
        level,
        title,
        lines,
        nextSteps: [show],
        keywords: [],
        relatedResources: [],
        context: { ruleId: STORM_RULE_ID },
      }),
    }),
    attributes: { kind: 'storm', ruleId: STORM_RULE_ID, level, account: '', region: '', action: '', actorKind: '' },
  };
}
