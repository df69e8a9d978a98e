import type { RuleSet } from '../../detection/index.ts';

/** The correlations whose firings are wanted, and those that they name: what events are kept for. */
export class CorrelationsInQuestion {
  /** The rules that a correlation names, by its id. */
  readonly #below = new Map<string, readonly string[]>();
  readonly #wanted = new Set<string>();

  /** @param rules whose firings are wanted, by their ids; all of them where it is left out. */
  constructor({ rules: all }: RuleSet, rules?: ReadonlySet<string>) {
    for (const rule of all) if (rule.kind === 'correlation') this.#below.set(rule.metadata.id, rule.rules);
    const waiting = [...this.#below.keys()].filter((id) => rules?.has(id) ?? true);
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (this.#wanted.has(id)) continue;
      this.#wanted.add(id);
      waiting.push(...(this.#below.get(id) ?? []).filter((below) => this.#below.has(below)));
    }
  }

  get ids(): ReadonlySet<string> {
    return this.#wanted;
  }

  has(id: string): boolean {
    return this.#wanted.has(id);
  }

  /** Those that name a correlation, whether directly or not. */
  above(id: string): ReadonlySet<string> {
    const found = new Set<string>();
    const waiting = [id];
    for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
      for (const [above, named] of this.#below) {
        if (!named.includes(below) || found.has(above) || !this.#wanted.has(above)) continue;
        found.add(above);
        waiting.push(above);
      }
    }
    return found;
  }
}
