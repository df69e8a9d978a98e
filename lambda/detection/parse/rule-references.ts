import { nearest } from '../../shared/nearest.ts';
import type { Position, Report } from '../language/problem.ts';
import { describeNode, type YamlNode } from '../language/yaml-tree.ts';

/** A rule named by its id, its name or its title. */
export interface RuleReference {
  reference: string;
  at: Position;
}

/** What a reference may name. */
export interface Referable {
  id: string;
  name?: string;
  title: string;
  report: Report;
}

/** A document that isn't used: the keys by which it would have been found. */
export interface Rejected {
  readonly id?: string;
  readonly name?: string;
  readonly title?: string;
  readonly report: Report;
}

/** What a reference means. */
type Meaning<T> = { readonly rule: T } | { readonly fault: 'unknown' | 'rejected' } | { readonly bearers: number };

/** A list of references, each once; a single one may stand without a list. */
export function parseReferences(node: YamlNode, report: Report): RuleReference[] | undefined {
  const items = node.kind === 'list' ? node.items : [node];
  const references: RuleReference[] = [];
  if (items.length === 0) return report.at(node.at, 'the list of rules is empty');
  for (const item of items) {
    if (item.kind !== 'scalar' || item.text === '') {
      return report.at(item.at, `a rule is named by its id, name or title, not by ${describeNode(item)}`);
    }
    if (references.some(({ reference }) => reference === item.text)) {
      return report.at(item.at, `the rule '${item.text}' is named twice`);
    }
    references.push({ reference: item.text, at: item.at });
  }
  report.references.push(...references);
  return references;
}

/**
 * Finds rules by id, then by name, then by title. Several rules may have the same title.
 *
 * A reference means the same as if no document were rejected: if it means a rejected document, it never binds to
 * another rule with the same title. A repeated id or name means its first holder, except in the source of the
 * repetition, where it means that source's own document.
 */
export class Directory<T extends Referable> {
  readonly #byId = new Map<string, T>();
  readonly #byName = new Map<string, T>();
  readonly #byTitle = new Map<string, T[]>();
  readonly #rejected: readonly Rejected[];

  constructor(rules: Iterable<T>, rejected: readonly Rejected[]) {
    this.#rejected = rejected;
    for (const rule of rules) {
      this.#byId.set(rule.id.toLowerCase(), rule);
      if (rule.name !== undefined) this.#byName.set(rule.name, rule);
      this.#byTitle.set(rule.title, [...(this.#byTitle.get(rule.title) ?? []), rule]);
    }
  }

  /** The rule that is meant; undefined and a problem if there is none, or if there are several. */
  find({ reference, at }: RuleReference, report: Report): T | undefined {
    const meaning = this.#meaningOf(reference, report);
    if ('rule' in meaning) return meaning.rule;
    if ('bearers' in meaning) {
      return report.at(at, `${meaning.bearers} rules have the title '${reference}': name one by id`);
    }
    if (meaning.fault === 'rejected') return report.at(at, `the rule '${reference}' is rejected itself`);
    const known = [...this.#byName.keys(), ...this.#byTitle.keys(), ...this.#byId.keys()];
    return report.at(at, `there is no rule '${reference}'`, nearest(reference, known));
  }

  /** Whether a reference in a document means a rule that had problems of its own. */
  isRejected(reference: string, report: Report): boolean {
    const meaning = this.#meaningOf(reference, report);
    return 'fault' in meaning && meaning.fault === 'rejected';
  }

  titleOf(id: string): string {
    return this.#byId.get(id.toLowerCase())?.title ?? id;
  }

  #meaningOf(reference: string, from: Report): Meaning<T> {
    const id = reference.toLowerCase();
    return (
      this.#holder(this.#byId.get(id), (rejected) => rejected.id === id, from) ??
      this.#holder(this.#byName.get(reference), ({ name }) => name === reference, from) ??
      this.#titled(reference, from)
    );
  }

  /** The one holder of an id or a name. */
  #holder(rule: T | undefined, isSame: (rejected: Rejected) => boolean, from: Report): Meaning<T> | undefined {
    const rejected = this.#rejected.filter(isSame);
    if (rule === undefined) return rejected.length === 0 ? undefined : { fault: 'rejected' };
    const isMeantHere = rejected.some(({ report }) => report.source === from.source);
    return isMeantHere && rule.report.source !== from.source ? { fault: 'rejected' } : { rule };
  }

  #titled(title: string, from: Report): Meaning<T> {
    const rules = this.#byTitle.get(title) ?? [];
    const rejected = this.#rejected.filter((other) => other.title === title);
    if (rejected.some(({ report }) => report.source === from.source)) return { fault: 'rejected' };
    // A rejected copy of a rule is no other rule.
    const others = rejected.filter(({ id }) => id === undefined || !rules.some((rule) => rule.id.toLowerCase() === id));
    const [rule] = rules;
    if (rule === undefined) return { fault: rejected.length === 0 ? 'unknown' : 'rejected' };
    return rules.length + others.length > 1 ? { bearers: rules.length + others.length } : { rule };
  }
}
