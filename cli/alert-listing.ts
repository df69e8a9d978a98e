import type { AlertRow } from '../lambda/index/alert-row.ts';
import type { Listing } from './output/listing.ts';
import { levelStyle } from './output/style.ts';
import type { Zone } from './time/zone.ts';

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

function whatBecame(alert: AlertRow, time: (text: string) => string): string {
  const { collapsedInto, sentAt, findings, summarySentAt, kind, dueAt } = alert;
  if (collapsedInto !== undefined) return `not sent by itself: the storm ${collapsedInto} stands for it`;
  if (sentAt === undefined) return 'not sent yet: sweep tries again';
  if (findings === undefined) return `sent ${time(sentAt)}; summed up from ${time(dueAt ?? sentAt)} on`;
  const counted = kind === 'storm' ? `stands for ${findings} alerts` : `${findings} findings`;
  return `sent ${time(sentAt)}; ${counted}${summarySentAt === undefined ? '' : `, summed up ${time(summarySentAt)}`}`;
}
