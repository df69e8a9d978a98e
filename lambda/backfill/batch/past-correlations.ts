import type { CloudTrailEvent } from '../../cloudtrail/cloudtrail-event.ts';
import { createDetector, type Detector, type Membership, type RuleSet } from '../../detection/index.ts';
import { correlatedFinding, correlationContext } from '../../findings/correlated-finding.ts';
import type { Finding } from '../../findings/finding.ts';
import type { EffectDependencies } from '../../ingest/event-effects.ts';

/** An event of a batch that belongs to groups of correlations. */
interface PastEvent {
  readonly eventTime: number;
  readonly eventID: string;
  readonly memberships: readonly Membership[];
}

/**
 * The correlations of one batch: its events are taken in the order of eventTime, once all of them were read, as a scan
 * takes those of its files. Their state is kept in memory alone. That of new events would have expired already, and
 * sweep would alert on what was due years ago.
 */
export class PastCorrelations implements Pick<EffectDependencies['correlator'], 'ofEvent' | 'unitOf' | 'observe'> {
  readonly #detector: Detector;
  readonly #ruleSet: RuleSet;
  readonly #events: PastEvent[] = [];

  /** @param detector of the same rules. */
  constructor(detector: Detector, ruleSet: RuleSet) {
    this.#detector = detector;
    this.#ruleSet = ruleSet;
  }

  /** The groups of correlations that an event belongs to: none for most events. */
  membershipsOf(event: CloudTrailEvent, derived: object): readonly Membership[] {
    return this.ofEvent(this.#detector.memberships(event.record, Date.parse(event.eventTime), derived), event);
  }

  /** Memberships of an event, with what findings of their correlations tell of it. */
  ofEvent(memberships: readonly Membership[], event: CloudTrailEvent): readonly Membership[] {
    const { others } = this.#detector.correlations.split(memberships);
    if (others.length === 0) return others;
    const context = correlationContext(event);
    return others.map(({ key, member }) => ({ key, member: { ...member, context } }));
  }

  /** All that an object brings is taken together: it only waits. */
  unitOf(): string {
    return 'batch';
  }

  /** Keeps events until all were read. */
  async observe(memberships: readonly Membership[]): Promise<void> {
    for (const membership of memberships) {
      const { eventTime, eventID } = membership.member;
      this.#events.push({ eventTime, eventID, memberships: [membership] });
    }
  }

  /** What fires, in the order of time. A window that is open at the end of the batch counts as closed. */
  *conclude(): Generator<Finding> {
    if (this.#events.length === 0) return;
    const detector = createDetector(this.#ruleSet);
    for (const { eventTime, memberships } of this.#events.sort(inOrder)) {
      for (const firing of detector.observe(memberships, eventTime)) yield correlatedFinding(firing);
    }
    for (const firing of detector.settle(Number.POSITIVE_INFINITY)) yield correlatedFinding(firing);
  }
}

/** By eventTime, and those of one time by their ids: which object an event was in makes no difference. */
function inOrder(a: PastEvent, b: PastEvent): number {
  if (a.eventTime !== b.eventTime) return a.eventTime - b.eventTime;
  if (a.eventID === b.eventID) return 0;
  return a.eventID < b.eventID ? -1 : 1;
}
