import { jsonTokens } from './json-text.ts';
import { below, hides, namesSecret, REDACTED, type Surroundings } from './secrets.ts';

/**
 * The tokens of a record's text with `"***"` in place of every secret, as `redact` does it for values. All others stay
 * as they are.
 * @param text must be JSON.
 */
export function redactedTokens(text: string): readonly string[] {
  const tokens = jsonTokens(text);
  new Redaction(tokens).value(0, 'plain');
  return tokens;
}

class Redaction {
  readonly #tokens: string[];

  constructor(tokens: string[]) {
    this.#tokens = tokens;
  }

  /** Redacts the value that begins at a token. Returns the place behind it. */
  value(start: number, surroundings: Surroundings): number {
    const token = this.#tokens[start];
    if (token === '[') return this.#members(start, (index) => this.value(index, surroundings));
    if (token === '{') {
      const within = surroundings === 'plain' && this.#namesSecret(start) ? 'environment' : surroundings;
      return this.#members(start, (index) => this.value(index + 2, below(this.#text(index), within)));
    }
    if (token !== undefined && hides(surroundings, JSON.parse(token))) this.#tokens[start] = JSON.stringify(REDACTED);
    return start + 1;
  }

  /** Visits each member of a list or an object. Returns the place behind it. */
  #members(start: number, visit: (index: number) => number): number {
    let index = start + 1;
    while (index < this.#tokens.length) {
      const token = this.#tokens[index];
      if (token === '}' || token === ']') return index + 1;
      index = token === ',' ? index + 1 : visit(index);
    }
    return index;
  }

  #namesSecret(start: number): boolean {
    const pairs: [string, string][] = [];
    this.#members(start, (index) => {
      if (this.#tokens[index + 2]?.startsWith('"') === true) pairs.push([this.#text(index), this.#text(index + 2)]);
      return this.#behind(index + 2);
    });
    return namesSecret(pairs);
  }

  /** The place behind a value, which stays as it is. */
  #behind(start: number): number {
    let depth = 0;
    for (let index = start; index < this.#tokens.length; index++) {
      const token = this.#tokens[index];
      if (token === '{' || token === '[') depth++;
      else if (token === '}' || token === ']') depth--;
      if (depth === 0) return index + 1;
    }
    return this.#tokens.length;
  }

  #text(index: number): string {
    const text: unknown = JSON.parse(this.#tokens[index] ?? '""');
    return typeof text === 'string' ? text : '';
  }
}
