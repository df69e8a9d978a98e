import { type Part, tidy } from './sigma-string.ts';

/** A pattern whose text is either text, or bytes with a character (0 to 255) a byte once it was encoded. */
export interface EncodedPattern {
  parts: readonly Part[];
  bytes: boolean;
}

/** The dashes that Windows treats as equal, from the modifiers appendix: - / – — ― */
export const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'] as const;

const DASH = new RegExp(`[${DASHES.join('')}]`);

/** Dashes at most: more would give too many permutations to encode. */
const MAX_ENCODED_DASHES = 4;

/** Each dash of the text as a wildcard for all five. */
export function windash(parts: readonly Part[]): Part[] {
  return parts.flatMap((part) => {
    if (!('text' in part)) return [part];
    const pieces = part.text.split(DASH);
    return pieces.flatMap((text, i): Part[] => [
      ...(i === 0 ? [] : [{ wild: 'dash' } as const]),
      ...(text === '' ? [] : [{ text }]),
    ]);
  });
}

/** The permutations of a pattern's dashes, or undefined if there are too many. */
export function permuteDashes(parts: readonly Part[]): Part[][] | undefined {
  const dashes = parts.filter((part) => 'wild' in part && part.wild === 'dash').length;
  if (dashes > MAX_ENCODED_DASHES) return undefined;
  let permutations: Part[][] = [[]];
  for (const part of parts) {
    const choices: Part[] = 'wild' in part && part.wild === 'dash' ? DASHES.map((text) => ({ text })) : [part];
    permutations = permutations.flatMap((start) => choices.map((choice) => [...start, choice]));
  }
  return permutations.map(tidy);
}

/** The pattern in UTF-16, `*` kept. Undefined if it holds a `?`, whose length isn't known. */
export function toUtf16(
  pattern: EncodedPattern,
  encoding: 'utf16le' | 'utf16be' | 'utf16',
): EncodedPattern | undefined {
  const parts: Part[] = encoding === 'utf16' ? [{ text: '\u00ff\u00fe' }] : [];
  for (const part of pattern.parts) {
    if ('wild' in part && part.wild !== 'many') return undefined;
    if ('wild' in part) parts.push(part);
    else {
      const bytes = Buffer.from(part.text, 'utf16le');
      parts.push({ text: (encoding === 'utf16be' ? bytes.swap16() : bytes).toString('latin1') });
    }
  }
  return { parts: tidy(parts), bytes: true };
}

/** The bytes of a pattern without wildcards, or undefined. */
export function bytesOf(pattern: EncodedPattern): Buffer | undefined {
  const text: string[] = [];
  for (const part of pattern.parts) {
    if (!('text' in part)) return undefined;
    text.push(part.text);
  }
  return Buffer.from(text.join(''), pattern.bytes ? 'latin1' : 'utf8');
}

/**
 * The part of the Base64 that is the same for every text that holds these bytes: one fragment for each of the three
 * offsets, modulo 3, at which they may start. Characters that also depend on neighbouring bytes are cut off. Needs two
 * bytes.
 */
export function base64Fragments(bytes: Buffer): string[] {
  const sharedAtStart = [0, 2, 3];
  const sharedAtEnd = [0, 3, 2];
  return sharedAtStart.map((start, offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return encoded.slice(start, encoded.length - (sharedAtEnd[(bytes.length + offset) % 3] ?? 0));
  });
}
