import type { CloudTrailEvent } from '../../cloudtrail/cloudtrail-event.ts';
import { createDetector, type Detector, type Membership, type RuleSet } from '../../detection/index.ts';
import { correlatedFinding } from '../../findings/correlated-finding.ts';
import { correlationContext } from '../../findings/correlation-context.ts';
import type { Finding } from '../../findings/finding.ts';
import type { EffectDependencies } from '../../ingest/event-effects.ts';
import type { Uncorrelated } from '../batch-result.ts';
import { CorrelationsInQuestion } from './correlations-in-question.ts';
import { PastSights, type Teacher } from './past-sights.ts';

/**
 * Events of correlations that are kept at most, an event once for each correlation that it belongs to. One takes 1.4 KB until
 * all were read, and a kilobyte more while it is judged: 714 MB in all, of the function's 1,769.
 */
export const MOST_MEMBERSHIPS = 300_000;

/** What a correlation has of the batch. */
interface Share {
  events: number;
  /** Undefined where it was given up. */
  kept: Membership[] | undefined;
}

export interface PastCorrelationsOptions {
  /** Only these rules count, by their ids; all where it is left out. */
  readonly rules?: ReadonlySet<string> | undefined;
  readonly mostMemberships?: number;
  /** What rules of type first_seen learn by; they learn nothing without it. */
  readonly teacher?: Teacher;
}

/**
 * The correlations of one batch: its events are taken in the order of eventTime, once all of them were read, as a scan
 * takes those of its files. Their state is kept in memory alone. That of new events would have expired already, and
 * sweep would alert on what was due years ago.
 *
 * Where they are too many, the correlation that most of them belong to is given up, with those that name it: each either sees
 * the whole batch or fires for none of it, so that another try finds nothing for other windows.
 */
export class PastCorrelations implements Pick<EffectDependencies['correlator'], 'ofEvent' | 'unitOf' | 'observe'> {
  readonly #detector: Detector;
  readonly #ruleSet: RuleSet;
  readonly #inQuestion: CorrelationsInQuestion;
  readonly #most: number;
  readonly #sights: PastSights;
  readonly #shares = new Map<string, Share>();
  #kept = 0;

  /** @param detector of the same rules. */
  constructor(
    detector: Detector,
    ruleSet: RuleSet,
    { rules, mostMemberships = MOST_MEMBERSHIPS, teacher }: PastCorrelationsOptions = {},
  ) {
    this.#detector = detector;
    this.#ruleSet = ruleSet;
    this.#inQuestion = new CorrelationsInQuestion(ruleSet, rules);
    this.#most = mostMemberships;
    this.#sights = new PastSights(detector.correlations, teacher);
  }

  /** Whether there is a correlation at all that events are to be shown to. */
  get areAsked(): boolean {
    return this.#inQuestion.ids.size > 0;
  }

  /** The groups of correlations that an event belongs to: none for most events. */
  membershipsOf(event: CloudTrailEvent, derived: object): readonly Membership[] {
    return this.ofEvent(this.#detector.memberships(event.record, Date.parse(event.eventTime), derived), event);
  }

  /** Memberships of an event, with what findings of their correlations tell of it. */
  ofEvent(memberships: readonly Membership[], event: CloudTrailEvent): readonly Membership[] {
    const { firstSeen, others } = this.#detector.correlations.split(memberships);
    const news = this.#sights.newOf(firstSeen.filter(({ key }) => this.#inQuestion.has(key.correlation)));
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
    const { firstSeen, others } = this.#detector.correlations.split(memberships);
    await this.#sights.add(firstSeen);
    for (const membership of others) {
      const { correlation } = membership.key;
      if (!this.#inQuestion.has(correlation)) continue;
      const share = this.#shareOf(correlation);
      share.events++;
      if (share.kept === undefined) continue;
      share.kept.push(membership);
      this.#kept++;
      if (this.#kept > this.#most) this.#giveUpLargest();
    }
  }

  /** Has rules of type first_seen learn from the events so far, which never fire. @throws faults of access. */
  async teach(): Promise<void> {
    await this.#sights.teach();
  }

  /** What was given up: no finding is made of it. */
  get givenUp(): readonly Uncorrelated[] {
    return this.#told(({ kept }) => kept === undefined);
  }

  /** All that are in question, with the events so far. */
  get all(): readonly Uncorrelated[] {
    for (const id of this.#inQuestion.ids) this.#shareOf(id);
    return this.#told(() => true);
  }

  /**
   * What fires, in the order of time: of an event nothing in most cases, so that the caller may stop between any two. A window
   * that is open at the end of the batch counts as closed.
   */
  *conclude(): Generator<readonly Finding[]> {
    const kept = [...this.#shares.values()].flatMap((share) => share.kept ?? []);
    if (kept.length === 0) return;
    const detector = createDetector(this.#ruleSet);
    for (const membership of kept.sort(inOrder)) {
      yield detector.observe([membership], membership.member.eventTime).map(correlatedFinding);
    }
    yield detector.settle(Number.POSITIVE_INFINITY).map(correlatedFinding);
  }

  #told(isOf: (share: Share) => boolean): readonly Uncorrelated[] {
    return [...this.#shares]
      .flatMap(([ruleId, share]) => (isOf(share) ? [{ ruleId, events: share.events }] : []))
      .toSorted((a, b) => (a.ruleId < b.ruleId ? -1 : 1));
  }

  #shareOf(correlation: string): Share {
    let share = this.#shares.get(correlation);
    if (share === undefined) {
      share = { events: 0, kept: [] };
      this.#shares.set(correlation, share);
    }
    return share;
  }

  #giveUpLargest(): void {
    const [largest] = [...this.#shares].toSorted(
      ([a, { kept: ofA = [] }], [b, { kept: ofB = [] }]) => ofB.length - ofA.length || (a < b ? -1 : 1),
    );
    if (largest === undefined) return;
    // Those that name it would see only a part of what they count.
    for (const id of [largest[0], ...this.#inQuestion.above(largest[0])]) {
      const share = this.#shareOf(id);
      this.#kept -= share.kept?.length ?? 0;
      share.kept = undefined;
    }
  }
}

/** By eventTime, and those of one time by their ids: which object an event was in makes no difference. */
function inOrder({ member: a }: Membership, { member: b }: Membership): number {
  if (a.eventTime !== b.eventTime) return a.eventTime - b.eventTime;
  if (a.eventID === b.eventID) return 0;
  return a.eventID < b.eventID ? -1 : 1;
}
