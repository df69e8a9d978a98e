import type { CorrelationFinding } from '../correlation/correlation-finding.ts';
import type { Correlations, Membership } from '../correlation/linked-correlations.ts';
import { firstSeenFinding, groupFullFinding, MAX_VALUES_A_GROUP } from './first-seen-finding.ts';
import { type SeenValue, SPARE_DAYS, takeSight } from './seen-value.ts';
import { chainsOfSight, daysOf, inOrderOfTime, type Sight, sightsOf } from './sights.ts';
import { dateOf, dayOf } from './utc-day.ts';

interface Fired {
  readonly findings: CorrelationFinding[];
  readonly chained: Membership[];
}

interface Group {
  readonly values: Map<string, SeenValue>;
  /** The day, by the clock, on which it was found full. */
  fullSince?: number;
}

/** The values of `first_seen` rules, kept in memory: for files, and for the tests of rules. */
export class MemoryFirstSeen {
  readonly #correlations: Correlations;
  readonly #groups = new Map<string, Group>();
  #since: number | undefined;

  /** @param since from when on rules learn, in milliseconds; -Infinity where all was learnt before. Default: `startAt`. */
  constructor(correlations: Correlations, since?: number) {
    this.#correlations = correlations;
    this.#since = since === undefined ? undefined : dayOf(since);
  }

  /** Rules learn from this time on, in milliseconds, unless an earlier call or the constructor has said from when. */
  startAt(time: number): void {
    this.#since ??= dayOf(time);
  }

  /**
   * Judges events in the order of eventTime.
   * @param at the clock, in milliseconds.
   * @returns what fires, and the chains that it belongs to.
   */
  observe(memberships: readonly Membership[], at: number): Fired {
    return this.#take(memberships, at, false);
  }

  /** Learns the values of events, which never fire. */
  teach(memberships: readonly Membership[]): void {
    for (const membership of memberships) this.#take([membership], membership.member.eventTime, true);
  }

  #take(memberships: readonly Membership[], at: number, teaches: boolean): Fired {
    const sights = memberships.flatMap((membership) => {
      const rule = this.#correlations.firstSeen(membership.key.correlation);
      return rule === undefined ? [] : sightsOf(rule, membership);
    });
    if (sights.length > 1) sights.sort(inOrderOfTime);
    const fired: Fired = { findings: [], chained: [] };
    for (const sight of sights) this.#judge(sight, { today: dayOf(at), teaches, fired });
    return fired;
  }

  #judge(sight: Sight, { today, teaches, fired }: { today: number; teaches: boolean; fired: Fired }): void {
    const { rule, day, member, groupName, name } = sight;
    const { timespan, learning } = daysOf(rule);
    const group = this.#groups.get(groupName) ?? { values: new Map<string, SeenValue>() };
    this.#groups.set(groupName, group);
    const known = group.values.get(name);
    if (known === undefined && isFull(group, today - timespan - SPARE_DAYS)) {
      const full = teaches ? undefined : fullFinding(sight, group, today, timespan);
      if (full !== undefined) fired.findings.push(full);
      return;
    }
    const isLearnt = teaches || day < (this.#since ?? day) + learning;
    const { value, fires } = takeSight(known, { day, identity: member.identity, isLearnt }, timespan);
    group.values.set(name, value);
    if (!fires || teaches || !rule.metadata.finding) return;
    const finding = firstSeenFinding(sight);
    fired.findings.push(finding);
    fired.chained.push(...chainsOfSight(this.#correlations, sight, finding.findingId));
  }
}

/** Whether it has no place for one more, once those are forgotten that were last seen before a day. */
function isFull({ values }: Group, oldest: number): boolean {
  if (values.size < MAX_VALUES_A_GROUP) return false;
  for (const [name, { last }] of values) if (last < oldest) values.delete(name);
  return values.size >= MAX_VALUES_A_GROUP;
}

/** One finding a timespan. */
function fullFinding(sight: Sight, group: Group, today: number, timespan: number): CorrelationFinding | undefined {
  if (group.fullSince !== undefined && today - group.fullSince <= timespan) return undefined;
  group.fullSince = today;
  return groupFullFinding(sight, dateOf(today));
}
