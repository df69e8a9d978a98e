/** A rule's description in its two parts. */
export interface RuleText {
  /** Why it matters: one paragraph a member. */
  readonly why: readonly string[];
  /** What to do first. */
  readonly first?: string;
}

/** The paragraph of a description that says what to do starts with this word. */
const FIRST = /^First:\s*/;

/**
 * Takes a description apart: its last paragraph says what to do first where it starts with `First:`. Lines are
 * wrapped by whoever wrote the rule, so each paragraph comes back on one line.
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
