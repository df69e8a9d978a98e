import type { ConditionNode } from '../language/rule-set.ts';

/** Rules that a condition may name at most, because every set of them is tried to see whether it can hold. */
export const MAX_CONDITION_RULES = 10;

/** Whether a condition over rules, by their ids, holds where these rules matched. */
export function holdsOf(condition: ConditionNode, matched: ReadonlySet<string>): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.of.every((part) => holdsOf(part, matched));
    case 'or':
      return condition.of.some((part) => holdsOf(part, matched));
    case 'not':
      return !holdsOf(condition.of, matched);
    case 'selection':
      return matched.has(condition.name);
    case 'of':
      return condition.names.filter((name) => matched.has(name)).length >= condition.atLeast;
  }
}

/** Whether a condition that holds still holds when more rules match: it has no `not`. */
export function isMonotone(condition: ConditionNode): boolean {
  if (condition.kind === 'not') return false;
  return condition.kind === 'selection' || condition.kind === 'of' || condition.of.every(isMonotone);
}

/** Whether the condition can hold when at least one of the rules matches. */
export function canHold(condition: ConditionNode, rules: readonly string[]): boolean {
  const named = rules.filter((rule) => namesOf(condition).includes(rule));
  // For the condition, all others are equal.
  const tried = [...named, ...rules.filter((rule) => !named.includes(rule)).slice(0, 1)];
  const sets = Array.from({ length: 2 ** tried.length - 1 }, (_, i) => i + 1);
  return sets.some((set) => holdsOf(condition, new Set(tried.filter((_, bit) => (set & (1 << bit)) !== 0))));
}

function namesOf(condition: ConditionNode): readonly string[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.flatMap(namesOf);
    case 'not':
      return namesOf(condition.of);
    case 'selection':
      return [condition.name];
    case 'of':
      return condition.names;
  }
}

/** The condition with each name replaced. */
export function renamed(condition: ConditionNode, rename: (name: string) => string): ConditionNode {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { kind: condition.kind, of: condition.of.map((part) => renamed(part, rename)) };
    case 'not':
      return { kind: 'not', of: renamed(condition.of, rename) };
    case 'selection':
      return { kind: 'selection', name: rename(condition.name) };
    case 'of':
      return { ...condition, names: condition.names.map(rename) };
  }
}
