import { namedId } from '../../../lambda/cloudtrail/directory.ts';
import { accountName, type Names } from '../../../lambda/directory/names.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import type { DeliveryState } from '../../../lambda/store/alerts/alert-deliveries.ts';
import type { AlertRow } from '../../../lambda/store/alerts/alert-row.ts';
import type { Listing } from '../../output/listing.ts';
import { levelStyle } from '../../output/text-style.ts';
import type { Zone } from '../../time/time-zone.ts';

/** How alerts are shown, each with the channels that are late or were given up. */
export function alertListing(zone: Zone, names: Names): Listing<AlertRow> {
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
          { title: 'Rule id', text: ({ ruleId }) => ruleId, style: () => 'faint', keep: 'always' },
        ],
      },
      {
        title: 'Who, what became of it',
        parts: [
          {
            title: 'Who',
            text: ({ actor, account }) =>
              [actor, account && namedId(account, accountName(names, account))].filter(Boolean).join(', '),
          },
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
  return [mainPart(alert, time), ...lateChannels(alert)].join('; ');
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

/** What isn't as it should be, in few words: `alert show` has the state of each channel. */
function lateChannels({ channels = {}, summary, givenUp = [], deliveries = [] }: AlertRow): string[] {
  const late = [channels, summary?.channels ?? {}].flatMap((states) =>
    Object.entries(states).flatMap(([name, { state, tries }]) => (state === 'pending' && tries > 0 ? [name] : [])),
  );
  const answered = (wanted: DeliveryState['state']): string[] =>
    deliveries.flatMap(({ channel, state }) => (state === wanted ? [channel] : []));
  const told = (names: readonly string[], what: string): string[] =>
    names.length === 0 ? [] : [`${[...new Set(names)].join(', ')} ${what}`];
  return [
    ...told([...late, ...answered('failing')], 'late'),
    ...told(answered('waiting'), 'waiting'),
    ...told([...givenUp.map(({ channel }) => channel), ...answered('given-up')], 'given up'),
  ];
}
