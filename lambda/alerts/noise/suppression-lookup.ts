import type { Finding } from '../../findings/finding.ts';
import { covers, type Suppression } from './suppression.ts';

/** How long a rule's suppressions are remembered: new and ended ones take effect within this time. */
const MEMORY_MILLISECONDS = 30_000;

export interface SuppressionSource {
  /** The suppressions of a rule that are in force. @throws faults of access (`isFaultOfAccess`). */
  ofRule(ruleId: string, now: Date): Promise<readonly Suppression[]>;
}

/** Finds the suppression that covers a finding. A rule that fires a thousand times is looked up once. */
export class SuppressionLookup {
  readonly #source: SuppressionSource;
  readonly #now: () => Date;
  readonly #known = new Map<string, { readonly at: number; readonly found: Promise<readonly Suppression[]> }>();

  constructor(source: SuppressionSource, now: () => Date) {
    this.#source = source;
    this.#now = now;
  }

  /** @throws faults of access (`isFaultOfAccess`). */
  async find(finding: Finding): Promise<Suppression | undefined> {
    const now = this.#now();
    const suppressions = await this.#ofRule(finding.ruleId, now);
    return suppressions.find((suppression) => covers(suppression, finding, now));
  }

  #ofRule(ruleId: string, now: Date): Promise<readonly Suppression[]> {
    const known = this.#known.get(ruleId);
    if (known !== undefined && now.getTime() - known.at < MEMORY_MILLISECONDS) return known.found;
    const found = this.#source.ofRule(ruleId, now);
    this.#known.set(ruleId, { at: now.getTime(), found });
    // A failed lookup must not be remembered: the next finding asks again.
    found.catch(() => this.#known.delete(ruleId));
    return found;
  }
}
