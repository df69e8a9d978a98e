import type { CloudTrailEvent } from '../../cloudtrail/cloudtrail-event.ts';
import { createDetector, type Detector, type Membership, type RuleSet } from '../../detection/index.ts';
import { correlatedFinding, correlationContext } from '../../findings/correlated-finding.ts';
import type { Finding } from '../../findings/finding.ts';
import type { EffectDependencies } from '../../ingest/event-effects.ts';
import { PastSights, type SightsOfBatch } from './past-sights.ts';

/** What events of objects are shown to. */
export interface ShownEvents extends Pick<EffectDependencies['correlator'], 'ofEvent' | 'unitOf' | 'observe'> {
  /** The groups of correlations that an event belongs to: none for most events. */
  membershipsOf(event: CloudTrailEvent, derived: object): readonly Membership[];
}

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
export class PastCorrelations implements ShownEvents {
  readonly #detector: Detector;
  readonly #ruleSet: RuleSet;
  readonly #sights: PastSights;
  readonly #rules: ReadonlySet<string> | undefined;
  readonly #events: PastEvent[] = [];

  /**
   * @param detector of the same rules.
   * @param rules those that count; all where there are none.
   */
  constructor(detector: Detector, ruleSet: RuleSet, sights: SightsOfBatch, rules?: ReadonlySet<string>) {
    this.#detector = detector;
    this.#ruleSet = ruleSet;
    this.#sights = new PastSights(sights);
    this.#rules = rules;
  }

  /** The same for events of objects that ingest has not come to yet: rules of type first_seen judge them. */
  get ofNewObjects(): ShownEvents {
    return {
      membershipsOf: (event, derived) =>
        this.#kept(this.#detector.memberships(event.record, Date.parse(event.eventTime), derived), event, true),
      ofEvent: (memberships, event) => this.#kept(memberships, event, true),
      unitOf: () => this.unitOf(),
      observe: (memberships) => this.#observe(memberships, true),
    };
  }

  /** The groups of correlations that an event belongs to: none for most events. */
  membershipsOf(event: CloudTrailEvent, derived: object): readonly Membership[] {
    return this.ofEvent(this.#detector.memberships(event.record, Date.parse(event.eventTime), derived), event);
  }

  /** Memberships of an event, with what findings of their correlations tell of it. */
  ofEvent(memberships: readonly Membership[], event: CloudTrailEvent): readonly Membership[] {
    return this.#kept(memberships, event, false);
  }

  #kept(memberships: readonly Membership[], event: CloudTrailEvent, isNew: boolean): readonly Membership[] {
    const { firstSeen, others } = this.#detector.correlations.split(memberships);
    const counting = firstSeen.filter(({ key }) => this.#rules?.has(key.correlation) ?? true);
    const news = this.#sights.newOf(counting, isNew);
    if (others.length + news.length === 0) return [];
    const context = correlationContext(event);
    return [...others, ...news].map(({ key, member }) => ({ key, member: { ...member, context } }));
  }

  /** All that an object brings is taken together: it only waits. */
  unitOf(): string {
    return 'batch';
  }

  /** Keeps events until all were read. @throws faults of access. */
  async observe(memberships: readonly Membership[]): Promise<void> {
    await this.#observe(memberships, false);
  }

  async #observe(memberships: readonly Membership[], isNew: boolean): Promise<void> {
    const { firstSeen, others } = this.#detector.correlations.split(memberships);
    await this.#sights.add(firstSeen, isNew);
    for (const membership of others) {
      const { eventTime, eventID } = membership.member;
      this.#events.push({ eventTime, eventID, memberships: [membership] });
    }
  }

  /** Has rules of type first_seen learn what the events so far hold, and judge the new ones. @throws faults of access. */
  async concludeSights(): Promise<void> {
    await this.#sights.conclude();
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
