/**
 * A part of a Sigma string: literal text, or a wildcard that stands for any characters (`many`, `*`),
 * for exactly one (`one`, `?`), or for any of the dashes that `windash` treats as one (`dash`).
 */
export type Part = { text: string } | { wild: 'many' | 'one' | 'dash' };

/** Literal text as a pattern, with nothing in it special. */
export function literal(text: string): Part[] {
  return text === '' ? [] : [{ text }];
}

/**
 * Reads a Sigma string as "Escape Character" of the rules specification has it: a backslash escapes `*`, `?` and
 * itself, and is itself anywhere else, so that `\` and `\\` are both one backslash.
 */
export function parseSigmaString(value: string): Part[] {
  const parts: Part[] = [];
  let text = '';
  for (let i = 0; i < value.length; i++) {
    const character = value.charAt(i);
    const next = value.charAt(i + 1);
    if (character === '\\' && (next === '\\' || next === '*' || next === '?')) {
      text += next;
      i += 1;
    } else if (character === '*' || character === '?') {
      if (text !== '') parts.push({ text });
      text = '';
      parts.push({ wild: character === '*' ? 'many' : 'one' });
    } else {
      text += character;
    }
  }
  if (text !== '') parts.push({ text });
  return tidy(parts);
}

/** Joins neighbouring texts, and runs of `*` into one. */
export function tidy(parts: readonly Part[]): Part[] {
  const tidied: Part[] = [];
  for (const part of parts) {
    const last = tidied.at(-1);
    if (last !== undefined && 'text' in part && 'text' in last) {
      tidied[tidied.length - 1] = { text: last.text + part.text };
    } else if (!(isMany(part) && last !== undefined && isMany(last))) {
      tidied.push(part);
    }
  }
  return tidied;
}

/** The pattern with `*` put before it, after it, or both: what startswith, endswith and contains mean. */
export function affix(parts: readonly Part[], how: 'contains' | 'startswith' | 'endswith'): Part[] {
  const many: Part = { wild: 'many' };
  return tidy([...(how === 'startswith' ? [] : [many]), ...parts, ...(how === 'endswith' ? [] : [many])]);
}

/** The text of a pattern that has no wildcards, or undefined. */
export function plainText(parts: readonly Part[]): string | undefined {
  if (parts.length === 0) return '';
  const [only] = parts;
  return parts.length === 1 && only !== undefined && 'text' in only ? only.text : undefined;
}

/** The pattern as it would be written in a rule; a windash is shown as `-`. */
export function printPattern(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if ('text' in part) return part.text.replaceAll(/[*?]|\\(?=[\\*?]|$)/g, '\\$&');
      return { many: '*', one: '?', dash: '-' }[part.wild];
    })
    .join('');
}

function isMany(part: Part): boolean {
  return 'wild' in part && part.wild === 'many';
}
