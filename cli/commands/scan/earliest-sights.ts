import type { CloudTrailEvent } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import { type Detector, dayOf, type Membership, sightNames } from '../../../lambda/detection/index.ts';
import { correlationContext } from '../../../lambda/findings/correlation-context.ts';

import type { Correlated } from './file-result.ts';

/**
 * What rules of type first_seen must see of a file: of each value, the earliest event of each UTC day. The others of that
 * day change nothing, and there may be as many as the file has records.
 */
export class EarliestSights {
  readonly #detector: Detector;
  readonly #earliest = new Map<string, Membership>();

  constructor(detector: Detector) {
    this.#detector = detector;
  }

  /** Keeps the memberships of an event that are of such rules, and returns the others. */
  take(memberships: readonly Membership[], event: () => CloudTrailEvent): readonly Membership[] {
    const { firstSeen, others } = this.#detector.correlations.split(memberships);
    for (const membership of firstSeen) {
      const { member } = membership;
      const day = dayOf(member.eventTime);
      const name = `${day}\n${sightNames(this.#detector.correlations, membership)}`;
      const before = this.#earliest.get(name)?.member;
      if (before !== undefined && !isEarlier(member, before)) continue;
      for (const each of withContext([membership], event())) this.#earliest.set(name, each);
    }
    return others;
  }

  all(): readonly Correlated[] {
    return [...this.#earliest.values()].map((membership) => ({
      eventTime: membership.member.eventTime,
      memberships: [membership],
    }));
  }
}

/** A correlation's finding describes its last event. */
export function withContext(memberships: readonly Membership[], event: CloudTrailEvent): readonly Membership[] {
  const context = correlationContext(event);
  return memberships.map(({ key, member }) => ({ key, member: { ...member, context } }));
}

function isEarlier(a: Membership['member'], b: Membership['member']): boolean {
  return a.eventTime === b.eventTime ? a.eventID < b.eventID : a.eventTime < b.eventTime;
}
