import { nearest } from './nearest.ts';
import type { Position, Report } from './problem.ts';
import { describeNode, type YamlNode } from './yaml-tree.ts';

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
}

/** What rules that were written, and had problems, would have been found by. */
export interface Rejected {
  /** In lower case. */
  readonly ids: ReadonlySet<string>;
  /** Names and titles. */
  readonly names: ReadonlySet<string>;
}

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

/** Finds rules by id, then by name, then by title, where one title may be borne by several. */
export class Directory<T extends Referable> {
  readonly #byId = new Map<string, T>();
  readonly #byName = new Map<string, T>();
  readonly #byTitle = new Map<string, T[]>();

  readonly #rejected: Rejected;

  constructor(rules: Iterable<T>, rejected: Rejected) {
    this.#rejected = rejected;
    for (const rule of rules) {
      this.#byId.set(rule.id.toLowerCase(), rule);
      if (rule.name !== undefined) this.#byName.set(rule.name, rule);
      this.#byTitle.set(rule.title, [...(this.#byTitle.get(rule.title) ?? []), rule]);
    }
  }

  /** The rule that is meant, or undefined and a problem where none is, or several are. */
  find({ reference, at }: RuleReference, report: Report): T | undefined {
    const titled = this.#byTitle.get(reference) ?? [];
    const found = this.#byId.get(reference.toLowerCase()) ?? this.#byName.get(reference);
    if (found !== undefined) return found;
    if (titled.length > 1) return report.at(at, `${titled.length} rules have the title '${reference}': name one by id`);
    const [only] = titled;
    if (only !== undefined) return only;
    if (this.isRejected(reference)) return report.at(at, `the rule '${reference}' is rejected itself`);
    const known = [...this.#byName.keys(), ...this.#byTitle.keys(), ...this.#byId.keys()];
    return report.at(at, `there is no rule '${reference}'`, nearest(reference, known));
  }

  /** Whether a reference names a rule that had problems of its own. */
  isRejected(reference: string): boolean {
    return this.#rejected.ids.has(reference.toLowerCase()) || this.#rejected.names.has(reference);
  }

  titleOf(id: string): string {
    return this.#byId.get(id.toLowerCase())?.title ?? id;
  }
}
