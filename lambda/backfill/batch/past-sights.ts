import { type Correlations, dayOf, type Membership, sightNames } from '../../detection/index.ts';
import type { FirstSeen } from '../../runtime/first-seen/first-seen.ts';

/** Learns values from events of the past. */
export type Teacher = Pick<FirstSeen, 'isKnown' | 'observe'>;

/** Memberships that wait at most: each is of another value or day. */
const MAX_WAITING = 5_000;

/** What a batch teaches rules of type `first_seen`. Of each value one event a day is enough, whichever it is. */
export class PastSights {
  readonly #correlations: Correlations;
  readonly #teacher: Teacher | undefined;
  readonly #seen = new Set<string>();
  #waiting: Membership[] = [];

  /** @param teacher nothing is learnt without one. */
  constructor(correlations: Correlations, teacher: Teacher | undefined) {
    this.#correlations = correlations;
    this.#teacher = teacher;
  }

  /** Those of an event's memberships that may teach anything. */
  newOf(memberships: readonly Membership[]): readonly Membership[] {
    const teacher = this.#teacher;
    if (teacher === undefined) return [];
    return memberships.filter(
      (membership) => !this.#seen.has(this.#nameOf(membership)) && !teacher.isKnown(membership),
    );
  }

  /** @throws faults of access. */
  async add(memberships: readonly Membership[]): Promise<void> {
    for (const membership of memberships) {
      this.#seen.add(this.#nameOf(membership));
      this.#waiting.push(membership);
    }
    if (this.#waiting.length >= MAX_WAITING) await this.teach();
  }

  /** Writes what was seen so far. @throws faults of access. */
  async teach(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#seen.clear();
    await this.#teacher?.observe(waiting);
  }

  #nameOf(membership: Membership): string {
    return `${dayOf(membership.member.eventTime)}\n${sightNames(this.#correlations, membership)}`;
  }
}
