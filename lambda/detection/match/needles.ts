/** Characters that a needle may hold: all others are one class, that no needle can match. */
const ALPHABET = 128;

/**
 * Finds which of many texts occur in another, in one pass for any number of texts (Aho and Corasick, 1975). Needles are
 * ASCII and not empty.
 */
export class Needles<T> {
  /** The next state for each state and character. */
  readonly #next: Int32Array;
  /** What is found on reaching a state; undefined for most. */
  readonly #found: readonly (readonly T[] | undefined)[];

  constructor(needles: ReadonlyMap<string, readonly T[]>) {
    const children: Map<number, number>[] = [new Map()];
    const found: T[][] = [[]];
    for (const [needle, values] of needles) {
      let state = 0;
      for (let i = 0; i < needle.length; i++) {
        const code = needle.charCodeAt(i);
        let child = children[state]?.get(code);
        if (child === undefined) {
          child = children.length;
          children.push(new Map());
          found.push([]);
          children[state]?.set(code, child);
        }
        state = child;
      }
      found[state]?.push(...values);
    }
    this.#next = automatonOf(children, found);
    this.#found = found.map((values) => (values.length === 0 ? undefined : values));
  }

  /** Calls back for each value whose needle occurs, once for each occurrence. */
  search(text: string, visit: (value: T) => void): void {
    const next = this.#next;
    const found = this.#found;
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      state = code < ALPHABET ? (next[state * ALPHABET + code] ?? 0) : 0;
      const values = found[state];
      if (values !== undefined) for (const value of values) visit(value);
    }
  }
}

/** Whether a text can be a needle. */
export function isNeedle(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= ALPHABET) return false;
  return text !== '';
}

/** The trie with its gaps filled: where a state has no child for a character, the longest suffix that has one. */
function automatonOf<T>(children: readonly Map<number, number>[], found: T[][]): Int32Array {
  const next = new Int32Array(children.length * ALPHABET);
  const suffix = new Int32Array(children.length);
  const queue: number[] = [];
  for (const [code, child] of children[0] ?? []) {
    next[code] = child;
    queue.push(child);
  }
  for (let i = 0; i < queue.length; i++) {
    const state = queue[i] ?? 0;
    const fallback = suffix[state] ?? 0;
    found[state]?.push(...(found[fallback] ?? []));
    next.copyWithin(state * ALPHABET, fallback * ALPHABET, (fallback + 1) * ALPHABET);
    for (const [code, child] of children[state] ?? []) {
      suffix[child] = next[fallback * ALPHABET + code] ?? 0;
      next[state * ALPHABET + code] = child;
      queue.push(child);
    }
  }
  return next;
}
