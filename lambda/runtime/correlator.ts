import type { CloudTrailEvent } from '../cloudtrail/cloudtrail-event.ts';
import {
  type CorrelationOutcome,
  type CorrelationStore,
  type Detector,
  type GroupKey,
  LATENESS,
  type Membership,
  observe,
  runAsync,
  settle,
} from '../detection/index.ts';
import { correlatedFinding } from '../findings/correlated-finding.ts';
import { correlationContext } from '../findings/correlation-context.ts';
import type { Finding } from '../findings/finding.ts';
import type { FirstSeen } from './first-seen/first-seen.ts';
import { Turns } from './keyed-turns.ts';

export interface CorrelatorDependencies {
  readonly detector: Detector;
  readonly store: CorrelationStore;
  /** Records a finding and sends its alert. */
  readonly report: (finding: Finding) => Promise<unknown>;
  readonly now: () => Date;
  /** Judges by rules of type first_seen; none are judged without it. */
  readonly firstSeen?: Pick<FirstSeen, 'isKnown' | 'observe'>;
}

export interface SettleOptions {
  /** Whether the rest must wait for the next call. */
  readonly mustStop: () => boolean;
  /** Called for a group that could not be judged: it stays due. */
  readonly onFailure: (group: GroupKey, error: unknown) => void;
}

export interface SettleOutcome {
  readonly fired: number;
  /** Groups that could not be judged. */
  readonly failed: number;
}

/** Correlates the events of functions that run at the same time, with a state that they share. */
export class Correlator {
  readonly #dependencies: CorrelatorDependencies;
  #failedLast: ReadonlySet<string> = new Set();
  /** The groups that events are being added to. Works on one group run in the order in which they were begun. */
  readonly #groups = new Turns();

  constructor(dependencies: CorrelatorDependencies) {
    this.#dependencies = dependencies;
  }

  /** Memberships of an event that may change anything, with what findings of their correlations tell of it. */
  ofEvent(memberships: readonly Membership[], event: CloudTrailEvent): readonly Membership[] {
    const { detector, firstSeen } = this.#dependencies;
    const split = detector.correlations.split(memberships);
    const news = split.firstSeen.filter((membership) => firstSeen?.isKnown(membership) === false);
    if (split.others.length + news.length === 0) return [];
    const context = correlationContext(event);
    return [...split.others, ...news].map(({ key, member }) => ({ key, member: { ...member, context } }));
  }

  /** Memberships with the same name must be observed together; the others may be observed at the same time. */
  unitOf({ key }: Membership): string {
    return this.#dependencies.detector.correlations.unitOf(key);
  }

  /**
   * Adds events to their groups, and reports what fires. Each group is written, read and claimed once for all of them.
   * Works on one group run in the order in which they are begun. Doing it again, also for some of the events, changes
   * nothing.
   */
  async observe(memberships: readonly Membership[]): Promise<void> {
    const { detector, store, now, firstSeen } = this.#dependencies;
    const split = detector.correlations.split(memberships);
    const groups = new Set(memberships.map(({ key }) => `${key.correlation}\n${key.group}`));
    const outcome = await this.#groups.take([...groups], async () => {
      const seen = split.firstSeen.length === 0 ? [] : await firstSeen?.observe(split.firstSeen);
      const options = { now: now().getTime(), lateness: LATENESS };
      const ran = await runAsync(observe(detector.correlations, split.others, options), store);
      ran.chained.push(...(seen ?? []));
      if (ran.chained.length === 0) await this.#conclude(ran);
      return ran;
    });
    // Not while it holds its groups: one of the chains may be among them.
    if (outcome.chained.length > 0) await this.#conclude(outcome);
  }

  /**
   * Judges the windows that are over, and reports what earlier functions left unreported. If a group throws, the others
   * still have their turns. Groups that threw in the last call come last in this one.
   * @throws the error, if the groups that are due can't be read.
   */
  async settleDue({ mustStop, onFailure }: SettleOptions): Promise<SettleOutcome> {
    const { detector, store, now } = this.#dependencies;
    const time = now().getTime();
    const keys = (await store.due(time)).map((key) => ({ key, name: JSON.stringify(key) }));
    const failed = new Set<string>();
    let fired = 0;
    for (const { key, name } of keys.toSorted((a, b) => this.#rankOf(a.name) - this.#rankOf(b.name))) {
      if (mustStop()) break;
      try {
        const outcome = await runAsync(settle(detector.correlations, key, { now: time, lateness: LATENESS }), store);
        fired += outcome.findings.length;
        await this.#conclude(outcome);
      } catch (error) {
        failed.add(name);
        onFailure(key, error);
      }
    }
    this.#failedLast = failed;
    return { fired, failed: failed.size };
  }

  #rankOf(name: string): number {
    return this.#failedLast.has(name) ? 1 : 0;
  }

  /** A firing is acknowledged only when its findings are stored. Until then it is reported again. */
  async #conclude({ findings, unacknowledged, chained }: CorrelationOutcome): Promise<void> {
    const { report, store } = this.#dependencies;
    for (const finding of findings) await report(correlatedFinding(finding));
    if (chained.length > 0) await this.observe(chained);
    for (const { key, firingIds } of unacknowledged) await store.acknowledge(key, firingIds);
  }
}
