/** A rule's description in its two parts. */
export interface RuleText {
  /** Why it matters: one member for each paragraph. */
  readonly why: readonly string[];
  /** What to do first. */
  readonly first?: string;
}

/** The first word of the paragraph that says what to do. */
const FIRST = /^First:\s*/;

/**
 * Splits a description: its last paragraph says what to do first if it starts with `First:`. The rule's author wrapped
 * the lines, so each paragraph is returned as one line.
 */
export function ruleText(description: string | undefined): RuleText {
  const paragraphs = (description ?? '')
    // The paragraph may follow without an empty line in between.
    .split(/\n[^\S\n]*\n|\n(?=[^\S\n]*First:\s)/)
    .map((paragraph) => paragraph.trim().replace(/\s+/g, ' '))
    .filter((paragraph) => paragraph !== '');
  const last = paragraphs.at(-1);
  if (last === undefined || !FIRST.test(last)) return { why: paragraphs };
  const first = last.replace(FIRST, '');
  return { why: paragraphs.slice(0, -1), first: first.charAt(0).toUpperCase() + first.slice(1) };
}
