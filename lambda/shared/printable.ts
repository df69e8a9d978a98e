/**
 * Control characters, and the marks that turn the direction of text around: the caller chooses a record's values, and a
 * message or a terminal must not obey them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The text on one line, with `�` in place of what must not be printed, cut to a length in characters. */
export function printable(text: string, maxLength = 1000): string {
  const clean = text.replace(UNPRINTABLE, '\ufffd');
  return clean.length <= maxLength ? clean : `${clean.slice(0, maxLength - 1)}…`;
}
