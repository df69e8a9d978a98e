import { isInForce, type Suppression } from '../../../lambda/alerts/noise/suppression.ts';
import type { Listing } from '../../output/listing.ts';
import { relativeTime } from '../../time/relative-time.ts';
import type { Zone } from '../../time/time-zone.ts';

/** How suppressions are shown. */
export function suppressionListing(zone: Zone, now: Date): Listing<Suppression> {
  const stateOf = (it: Suppression): 'active' | 'expired' | 'ended' =>
    isInForce(it, now) ? 'active' : it.endedAt === undefined ? 'expired' : 'ended';
  const endText = (it: Suppression): string => {
    const end = new Date(it.endedAt ?? it.until);
    return `${zone.format(end)}, ${relativeTime(end, now)}`;
  };
  return {
    columns: [
      {
        title: 'Suppression, state',
        parts: [
          { title: 'Suppression', text: ({ suppressionId }) => suppressionId, keep: 'always' },
          { title: 'State', text: stateOf, style: (it) => (stateOf(it) === 'active' ? 'warning' : 'faint') },
        ],
      },
      {
        title: 'Rule, who',
        parts: [
          { title: 'Rule id', text: ({ ruleId }) => ruleId },
          { title: 'Who', text: ({ actor, account }) => [actor ?? 'any actor', account ?? 'any account'].join(', ') },
        ],
      },
      {
        title: 'Until, by, reason',
        parts: [
          { title: 'Until', text: endText },
          { title: 'By', text: ({ createdBy }) => createdBy, style: () => 'faint' },
          { title: 'Reason', text: ({ reason }) => reason },
        ],
      },
    ],
    json: (it) => ({
      suppressionId: it.suppressionId,
      state: stateOf(it),
      ruleId: it.ruleId,
      actor: it.actor,
      account: it.account,
      until: it.until,
      reason: it.reason,
      createdBy: it.createdBy,
      createdAt: it.createdAt,
      endedBy: it.endedBy,
      endedAt: it.endedAt,
    }),
    csv: {
      suppressionId: ({ suppressionId }) => suppressionId,
      state: stateOf,
      ruleId: ({ ruleId }) => ruleId,
      actor: ({ actor }) => actor,
      account: ({ account }) => account,
      until: ({ until }) => until,
      reason: ({ reason }) => reason,
      createdBy: ({ createdBy }) => createdBy,
      createdAt: ({ createdAt }) => createdAt,
      endedBy: ({ endedBy }) => endedBy,
      endedAt: ({ endedAt }) => endedAt,
    },
    nothing: 'No suppressions.',
  };
}
