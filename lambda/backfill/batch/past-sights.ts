import { dayOf, type Membership } from '../../detection/index.ts';
import type { FirstSeen } from '../../runtime/first-seen/first-seen.ts';

/** What rules of type `first_seen` do with the events of a batch. */
export interface SightsOfBatch {
  /** Learns from events of the past. */
  readonly teacher: Pick<FirstSeen, 'isKnown' | 'observe'>;
  /** Judges new events, which ingest finds closed once they were read here. */
  readonly judge: Pick<FirstSeen, 'isKnown' | 'observe'>;
}

/** Memberships that wait at most: each is of another value or day. */
const MAX_WAITING = 5_000;

/**
 * The values that a batch brings to rules of type `first_seen`. Of those of the past one event a day is enough, whichever it
 * is; new events are judged as ingest judges them.
 */
export class PastSights {
  readonly #sights: SightsOfBatch;
  readonly #seen = new Set<string>();
  #past: Membership[] = [];
  readonly #fresh: Membership[] = [];

  constructor(sights: SightsOfBatch) {
    this.#sights = sights;
  }

  /** Those of an event's memberships that may change anything. */
  newOf(memberships: readonly Membership[], isNew: boolean): readonly Membership[] {
    const { teacher, judge } = this.#sights;
    if (isNew) return memberships.filter((membership) => !judge.isKnown(membership));
    return memberships.filter((membership) => !this.#seen.has(nameOf(membership)) && !teacher.isKnown(membership));
  }

  /** @throws faults of access. */
  async add(memberships: readonly Membership[], isNew: boolean): Promise<void> {
    if (isNew) {
      this.#fresh.push(...memberships);
      return;
    }
    for (const membership of memberships) {
      this.#seen.add(nameOf(membership));
      this.#past.push(membership);
    }
    if (this.#past.length >= MAX_WAITING) await this.#teach();
  }

  /** Writes what the batch has brought, and reports what is new of today. @throws faults of access. */
  async conclude(): Promise<void> {
    await this.#teach();
    await this.#sights.judge.observe(this.#fresh.splice(0));
  }

  async #teach(): Promise<void> {
    const past = this.#past;
    this.#past = [];
    this.#seen.clear();
    await this.#sights.teacher.observe(past);
  }
}

function nameOf({ key, member }: Membership): string {
  return [key.correlation, key.group, member.rule, JSON.stringify(member.fields), dayOf(member.eventTime)].join('\n');
}
