import { fold } from './match-text.ts';
import type { ConditionNode, Detection, DetectionRule, Field, SelectionNode } from './rule-set.ts';
import { plainText } from './sigma-string.ts';

/** A rule can match only events in which the field has one of these texts: folded, each with how a rule writes it. */
export interface Requirement {
  field: Field;
  texts: ReadonlyMap<string, string>;
}

/** By path. Each requirement is necessary for itself; a rule without any may match whatever the event holds. */
type Requirements = ReadonlyMap<string, Requirement>;

const NONE: Requirements = new Map();

/** What an event must hold for the rule to match, as far as exact values say so. Filters can only narrow it. */
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
  const sets = groups.flatMap((tests) => {
    const texts = tests.map((test) => (test.is === 'text' ? plainText(test.pattern) : undefined));
    const exact = texts.filter((text) => text !== undefined);
    return exact.length === texts.length ? [new Map(exact.map((text) => [fold(text), text] as const))] : [];
  });
  const [smallest] = sets.sort((a, b) => a.size - b.size);
  return smallest === undefined ? NONE : new Map([[JSON.stringify(field.path), { field, texts: smallest }]]);
}

/**
 * All of them are needed. Of two requirements of one path the smaller is kept, not what they share: a list may satisfy
 * each with another member.
 */
function all(parts: readonly Requirements[]): Requirements {
  const merged = new Map<string, Requirement>();
  for (const part of parts) {
    for (const [path, requirement] of part) {
      const other = merged.get(path);
      if (other === undefined || requirement.texts.size < other.texts.size) merged.set(path, requirement);
    }
  }
  return merged;
}

/** One of them is needed: only what each of them requires, and then any of the texts. */
function any(parts: readonly Requirements[]): Requirements {
  const [first = NONE, ...others] = parts;
  const merged = new Map<string, Requirement>();
  for (const [path, { field, texts }] of first) {
    const same = others.map((other) => other.get(path));
    if (!same.every((requirement) => requirement !== undefined)) continue;
    merged.set(path, { field, texts: new Map([...texts, ...same.flatMap((requirement) => [...requirement.texts])]) });
  }
  return merged;
}
