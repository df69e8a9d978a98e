import type { SeenValue, Sight } from '../../detection/index.ts';

/** Values that a process remembers: some 10 MB. */
const MAX_KNOWN = 50_000;

/**
 * Values that this process has read or written. A row may have moved on meanwhile, but only to later days, so what is
 * known by this is known.
 */
export class KnownValues {
  readonly #values = new Map<string, SeenValue>();

  get({ name }: Sight): SeenValue | undefined {
    return this.#values.get(name);
  }

  set({ name }: Sight, value: SeenValue): void {
    this.#values.delete(name);
    this.#values.set(name, value);
    if (this.#values.size <= MAX_KNOWN) return;
    for (const oldest of this.#values.keys()) {
      this.#values.delete(oldest);
      return;
    }
  }

  /** Whether an event changes nothing, and fires for nothing. */
  has(sight: Sight): boolean {
    const known = this.#values.get(sight.name);
    if (known === undefined || sight.day < known.first || sight.day > known.last) return false;
    const { identity } = sight.member;
    return known.winner !== identity && !known.earlier.includes(identity);
  }
}
