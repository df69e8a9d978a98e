/** A text to look for. */
export interface TextPattern {
  /** The one text that it means, if it has no wildcards. */
  readonly exact?: string;
  matches(text: string): boolean;
}

const ANY = Symbol('*');
const ONE = Symbol('?');
type Token = string | typeof ANY | typeof ONE;

/**
 * Reads a pattern: `*` stands for any characters, `?` for exactly one, and `\` makes the next character literal. Case
 * matters.
 */
export function parsePattern(pattern: string): TextPattern {
  const tokens = tokenize(pattern);
  if (tokens.every((token) => typeof token === 'string')) {
    const exact = tokens.join('');
    return { exact, matches: (text) => text === exact };
  }
  return { matches: (text) => matchesTokens(tokens, text) };
}

/** The pattern that means exactly this text. */
export function literalPattern(text: string): string {
  return text.replace(/[\\*?]/g, '\\$&');
}

function tokenize(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (escaped) tokens.push(character);
    else if (character === '*') tokens.push(ANY);
    else if (character === '?') tokens.push(ONE);
    else if (character !== '\\') tokens.push(character);
    escaped = !escaped && character === '\\';
  }
  if (escaped) tokens.push('\\');
  return tokens;
}

/** Goes back to the last `*` alone, which is enough: time is bounded by both lengths multiplied. */
function matchesTokens(tokens: readonly Token[], text: string): boolean {
  const characters = [...text];
  let token = 0;
  let star = -1;
  let retry = 0;
  for (let at = 0; at < characters.length; ) {
    const current = tokens[token];
    if (current === ANY) {
      star = token++;
      retry = at;
    } else if (current !== undefined && (current === ONE || current === characters[at])) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++retry;
    } else {
      return false;
    }
  }
  while (tokens[token] === ANY) token++;
  return token === tokens.length;
}
