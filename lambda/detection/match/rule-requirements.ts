import type { ConditionNode, Detection, DetectionRule, Field, SelectionNode, ValueTest } from '../language/rule-set.ts';
import { plainText, printPattern } from '../language/sigma-string.ts';
import { fold } from './match-text.ts';
import { isNeedle } from './needles.ts';
import { literalOfRegex } from './regex-literal.ts';

/** A rule can match only events in which one of these is so of a field. */
export interface Requirement {
  field: Field;
  /** The field has one of these texts (folded). */
  exact: ReadonlySet<string> | undefined;
  /** One of these (folded) occurs in the field's text. */
  within: ReadonlySet<string> | undefined;
  /** The field fits one of these patterns, as rules write them. */
  patterns: ReadonlySet<string> | undefined;
}

/** By path. Each requirement is necessary. A rule without any may match every event. */
type Requirements = ReadonlyMap<string, Requirement>;

const NONE: Requirements = new Map();

/** What an event must hold for the rule to match, as far as its values show it. Filters can only narrow it. */
export function requirementsOf({ detection }: Pick<DetectionRule, 'detection'>): Requirements {
  return ofDetection(detection);
}

function ofDetection({ selections, condition }: Detection): Requirements {
  const known = new Map(Object.entries(selections).map(([name, node]) => [name, ofSelection(node)]));
  return ofCondition(condition, (name) => known.get(name) ?? NONE);
}

function ofCondition(node: ConditionNode, selection: (name: string) => Requirements): Requirements {
  switch (node.kind) {
    case 'and':
      return all(node.of.map((inner) => ofCondition(inner, selection)));
    case 'or':
      return any(node.of.map((inner) => ofCondition(inner, selection)));
    case 'not':
      return NONE;
    case 'selection':
      return selection(node.name);
    case 'of':
      return (node.atLeast === node.names.length ? all : any)(node.names.map(selection));
  }
}

function ofSelection(node: SelectionNode): Requirements {
  switch (node.kind) {
    case 'and':
      return all(node.of.map(ofSelection));
    case 'or':
      return any(node.of.map(ofSelection));
    case 'field':
      return ofField(node);
    case 'detection':
      return ofDetection(node.detection);
    default:
      return NONE;
  }
}

function ofField({ field, values, link, negated }: Extract<SelectionNode, { kind: 'field' }>): Requirements {
  if (negated) return NONE;
  const groups = link === 'any' ? [values.flat()] : values;
  return all(groups.map((tests) => ofTests(field, tests)));
}

/** One of the tests must hold. */
function ofTests(field: Field, tests: readonly ValueTest[]): Requirements {
  const texts = tests.map((test) => (test.is === 'text' ? plainText(test.pattern) : undefined));
  const literals = tests.map(literalOf);
  const exact = texts.every((text) => text !== undefined) ? new Set(texts.map(fold)) : undefined;
  const within = literals.every((text) => text !== undefined) ? new Set(literals) : undefined;
  const written = tests.map((test) => (test.is === 'text' ? printPattern(test.pattern) : undefined));
  const patterns = written.every((text) => text !== undefined) && !written.includes('*') ? new Set(written) : undefined;
  if (exact === undefined && within === undefined && patterns === undefined) return NONE;
  return new Map([[JSON.stringify(field.path), { field, exact, within, patterns }]]);
}

/** A text that occurs in every value that passes the test, or undefined. */
function literalOf(test: ValueTest): string | undefined {
  const texts =
    test.is === 'text'
      ? test.pattern.flatMap((part) => ('text' in part ? [part.text] : []))
      : test.is === 'regex'
        ? [literalOfRegex(test)]
        : [];
  return texts
    .map(fold)
    .filter(isNeedle)
    .sort((a, b) => b.length - a.length)[0];
}

/**
 * All of them are needed. If one path has two requirements, the smaller one is kept, not their intersection: a list may
 * satisfy each with a different member.
 */
function all(parts: readonly Requirements[]): Requirements {
  const merged = new Map<string, Requirement>();
  for (const part of parts) {
    for (const [path, { field, exact, within, patterns }] of part) {
      const other = merged.get(path);
      merged.set(path, {
        field,
        exact: smaller(other?.exact, exact),
        within: smaller(other?.within, within),
        patterns: smaller(other?.patterns, patterns),
      });
    }
  }
  return merged;
}

function smaller<T extends { size: number }>(a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.size < a.size ? b : a;
}

/** One of them is needed: only what each of them requires, and then any of the texts. */
function any(parts: readonly Requirements[]): Requirements {
  const [first = NONE, ...others] = parts;
  const merged = new Map<string, Requirement>();
  for (const [path, requirement] of first) {
    const same = [requirement];
    for (const other of others) same.push(...(other.has(path) ? [other.get(path) ?? requirement] : []));
    if (same.length < parts.length) continue;
    const together = {
      exact: union(same.map((one) => one.exact)),
      within: union(same.map((one) => one.within)),
      patterns: union(same.map((one) => one.patterns)),
    };
    if (Object.values(together).some((texts) => texts !== undefined)) {
      merged.set(path, { field: requirement.field, ...together });
    }
  }
  return merged;
}

/** Undefined if one of them has no such requirement. */
function union(sets: readonly (ReadonlySet<string> | undefined)[]): ReadonlySet<string> | undefined {
  const known = sets.filter((set) => set !== undefined);
  return known.length < sets.length ? undefined : new Set(known.flatMap((set) => [...set]));
}
