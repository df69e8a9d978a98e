import { type Part, parseSigmaString, tidy } from '../../language/sigma-string.ts';

/** Values for the placeholders of `expand`, by name and without the percent signs; each is a Sigma string. */
export type Placeholders = Readonly<Record<string, readonly string[]>>;

/** Whether the values of a placeholder are what they must be: a configuration may hold anything. */
export function isListOfTexts(values: unknown): values is readonly string[] {
  return Array.isArray(values) && values.every((value) => typeof value === 'string');
}

type Piece = { source: string } | { placeholder: string };

const PLACEHOLDER = /^%([\w.-]+)%/;

/** Splits a value into text and placeholders; `\%` is a plain percent sign. */
export function splitPlaceholders(value: string): Piece[] {
  const pieces: Piece[] = [];
  let source = '';
  for (let i = 0; i < value.length; ) {
    const name = PLACEHOLDER.exec(value.slice(i))?.[1];
    if (name !== undefined) {
      if (source !== '') pieces.push({ source });
      source = '';
      pieces.push({ placeholder: name });
      i += name.length + 2;
    } else if (value.startsWith('\\%', i)) {
      source += '%';
      i += 2;
    } else if (value.startsWith('\\\\', i)) {
      // Two characters that belong together: the second backslash escapes nothing behind it.
      source += '\\\\';
      i += 2;
    } else {
      source += value.charAt(i);
      i += 1;
    }
  }
  if (source !== '') pieces.push({ source });
  return pieces;
}

/** Every pattern that the pieces stand for: each combination of the placeholders' values. */
export function expandPieces(pieces: readonly Piece[], placeholders: Placeholders): Part[][] {
  let expanded: Part[][] = [[]];
  for (const piece of pieces) {
    const choices =
      'source' in piece
        ? [parseSigmaString(piece.source)]
        : (placeholders[piece.placeholder] ?? []).map((value) => parseSigmaString(value));
    expanded = expanded.flatMap((start) => choices.map((choice) => [...start, ...choice]));
  }
  return expanded.map(tidy);
}
