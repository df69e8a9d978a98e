import { nearest } from '../../lambda/shared/nearest.ts';
import { CommandFailure } from '../output/exit-codes.ts';

/** What a rule may be called by. */
export interface NamedRule {
  readonly id: string;
  readonly name?: string;
  readonly title: string;
}

/** Shorter beginnings fit too many rules to mean one. */
const SHORTEST_BEGINNING = 4;

/**
 * The rules that a text means: those with this id, name or title in any case, or else the one whose id, name or title
 * begins so. Rules of the same title are all meant.
 * @throws CommandFailure if it is the beginning of several rules.
 */
export function rulesNamed<Rule extends NamedRule>(text: string, rules: readonly Rule[]): readonly Rule[] {
  const wanted = text.trim().toLowerCase();
  const whole = rules.filter((rule) => namesOf(rule).some((name) => name.toLowerCase() === wanted));
  if (whole.length > 0 || wanted.length < SHORTEST_BEGINNING) return whole;
  const begun = rules.filter((rule) => namesOf(rule).some((name) => name.toLowerCase().startsWith(wanted)));
  const ids = new Set(begun.map(({ id }) => id));
  if (ids.size <= 1) return begun;
  const named = begun.slice(0, 5).map(({ id, title }) => `\n  ${id}  ${title}`);
  const more = ids.size > named.length ? `\n  and ${ids.size - named.length} more` : '';
  throw new CommandFailure(
    `'${text}' is the beginning of ${ids.size} rules. Write more of one:${named.join('')}${more}`,
  );
}

/** The id, name or title that is nearest to a text, as a question to the person; undefined if none is near. */
export function nearestRule(text: string, rules: readonly NamedRule[]): string | undefined {
  const wanted = text.trim().toLowerCase();
  const known = rules.flatMap(namesOf);
  const meant =
    nearest(wanted, known) ?? known.find((name) => wanted.length >= 4 && name.toLowerCase().includes(wanted));
  return meant === undefined ? undefined : `Did you mean '${meant}'?`;
}

function namesOf({ id, name, title }: NamedRule): readonly string[] {
  return [id, title, ...(name === undefined ? [] : [name])];
}
