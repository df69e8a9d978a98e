import type { AlertRow } from '../../../lambda/store/alerts/alert-row.ts';
import { counted } from '../../inputs/load-rules.ts';
import type { Listing } from '../../output/listing.ts';
import { levelStyle } from '../../output/text-style.ts';
import type { Zone } from '../../time/time-zone.ts';

/** How alerts are shown. */
export function alertListing(zone: Zone): Listing<AlertRow> {
  const time = (text: string): string => zone.format(new Date(text));
  return {
    columns: [
      {
        title: 'Window, level',
        parts: [
          { title: 'Window', text: ({ windowStart, windowEnd }) => `${time(windowStart)} to ${time(windowEnd)}` },
          { title: 'Level', text: ({ level }) => level, style: ({ level }) => levelStyle(level) },
        ],
      },
      {
        title: 'Alert, rule',
        parts: [
          { title: 'Alert', text: ({ alertId }) => alertId, keep: 'always' },
          { title: 'Rule', text: ({ ruleId }) => ruleId, style: () => 'faint', keep: 'always' },
        ],
      },
      {
        title: 'Who, what became of it',
        parts: [
          { title: 'Who', text: ({ actor, account }) => [actor, account].filter(Boolean).join(', ') },
          { title: 'What', text: (alert) => whatBecame(alert, time) },
        ],
      },
    ],
    json: (alert) => ({ ...alert }),
    csv: {
      alertId: ({ alertId }) => alertId,
      kind: ({ kind }) => kind,
      ruleId: ({ ruleId }) => ruleId,
      level: ({ level }) => level,
      account: ({ account }) => account,
      actor: ({ actor }) => actor,
      windowStart: ({ windowStart }) => windowStart,
      windowEnd: ({ windowEnd }) => windowEnd,
      sentAt: ({ sentAt }) => sentAt,
      collapsedInto: ({ collapsedInto }) => collapsedInto,
      findings: ({ findings }) => findings,
      summarySentAt: ({ summarySentAt }) => summarySentAt,
    },
    nothing: 'No alerts.',
  };
}

/** What became of an alert, in a sentence. @param time shows a time. */
export function whatBecame(alert: AlertRow, time: (text: string) => string): string {
  return [mainPart(alert, time), ...lateChannels(alert, time)].join('; ');
}

function mainPart(alert: AlertRow, time: (text: string) => string): string {
  const { collapsedInto, sentAt, findings, summarySentAt, kind, summaryDueAt, dueAt } = alert;
  if (alert.state === 'set-aside') return "set aside: the deployed version couldn't read its row";
  if (collapsedInto !== undefined) return `not sent by itself: the storm ${collapsedInto} stands for it`;
  if (sentAt === undefined && findings === undefined) return 'not sent yet: sweep tries again';
  const sent = sentAt === undefined ? 'not sent' : `sent ${time(sentAt)}`;
  const until = summaryDueAt ?? dueAt ?? sentAt;
  if (findings === undefined) return until === undefined ? sent : `${sent}; summed up from ${time(until)} on`;
  const count = kind === 'storm' ? `stands for ${counted(findings, 'alert')}` : counted(findings, 'finding');
  return `${sent}; ${count}${summarySentAt === undefined ? '' : `, summed up ${time(summarySentAt)}`}`;
}

/** Channels without a queue: what is sent to them is with SNS. */
const TOPICS: readonly string[] = ['people', 'programs', 'chat'];

const STATES = { delivered: 'took it', failing: 'did not take it', 'given-up': 'was given up' } as const;

/** The channels that are late with something, were given up with it, or have receivers that answered. */
function lateChannels(
  { channels = {}, summary, givenUp = [], deliveries = [] }: AlertRow,
  time: (text: string) => string,
): string[] {
  const late = (states: NonNullable<AlertRow['channels']>, what: string): string[] =>
    Object.entries(states).flatMap(([name, { state, tries, nextTry, error }]) =>
      state === 'pending' && tries > 0
        ? [
            `${name} failed ${tries} times${what}, tried again ${nextTry === undefined ? 'at once' : time(nextTry)} (${error})`,
          ]
        : [],
    );
  return [
    ...late(channels, ''),
    ...late(summary?.channels ?? {}, ' with the summary'),
    ...Object.entries(channels).flatMap(([name, { state }]) =>
      state === 'sent' && !TOPICS.includes(name) && !deliveries.some(({ channel }) => channel === name)
        ? [`${name} has it in its queue`]
        : [],
    ),
    ...deliveries.map(
      ({ channel, notice, state, at, tries, answer }) =>
        `${channel} ${STATES[state]} ${time(at)}${notice === 'summary' ? ', the summary' : ''}, try ${tries} (${answer})`,
    ),
    ...givenUp.map(
      ({ channel, at, tries, notice, error }) =>
        `${channel} was given up ${time(at)} after ${tries} tries${notice === 'summary' ? ' with the summary' : ''} (${error})`,
    ),
  ];
}
