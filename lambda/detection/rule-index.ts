import { type Requirement, requirementsOf } from './requirements.ts';
import type { DetectionRule } from './rule-set.ts';
import { isDerived, type Paths, type Scope } from './scope.ts';

/** Which rules may match an event, found by the exact values that they require. It never changes a verdict. */
export class RuleIndex {
  /** Whether each rule is found by a value; one that isn't is a candidate for every event. */
  readonly placed: readonly boolean[];
  readonly #always: readonly number[];
  readonly #tables: readonly { path: number; rules: ReadonlyMap<string, readonly number[]> }[];
  readonly #seen: number[];
  #generation = 0;

  constructor(rules: readonly DetectionRule[], paths: Paths) {
    const tables = new Map<number, Map<string, number[]>>();
    const chosen = rules.map((rule) => mostSelective([...requirementsOf(rule).values()]));
    for (const [rule, requirement] of chosen.entries()) {
      if (requirement === undefined) continue;
      const path = paths.intern(requirement.field);
      const table = tables.get(path) ?? new Map<string, number[]>();
      tables.set(path, table);
      for (const text of requirement.texts.keys()) table.set(text, [...(table.get(text) ?? []), rule]);
    }
    this.#tables = [...tables].map(([path, table]) => ({ path, rules: table }));
    this.placed = chosen.map((requirement) => requirement !== undefined);
    this.#always = chosen.flatMap((requirement, rule) => (requirement === undefined ? [rule] : []));
    this.#seen = rules.map(() => 0);
  }

  /** Calls back for each rule that may match, once, in no particular order. */
  candidates(scope: Scope, visit: (rule: number) => void): void {
    for (const rule of this.#always) visit(rule);
    for (const { path, rules } of this.#tables) {
      const texts = scope.folded(path);
      if (typeof texts === 'string') {
        for (const rule of rules.get(texts) ?? NO_RULES) visit(rule);
      } else if (texts !== undefined) {
        this.#visitEach(texts, rules, visit);
      }
    }
  }

  /** Several values may lead to one rule, which is visited for the first of them. */
  #visitEach(
    texts: readonly string[],
    rules: ReadonlyMap<string, readonly number[]>,
    visit: (rule: number) => void,
  ): void {
    this.#generation += 1;
    for (const text of texts) {
      for (const rule of rules.get(text) ?? NO_RULES) {
        if (this.#seen[rule] === this.#generation) continue;
        this.#seen[rule] = this.#generation;
        visit(rule);
      }
    }
  }
}

const NO_RULES: readonly number[] = [];

/** CloudTrail's events differ most in their names, then in their sources; then the fewest values serve best. */
function mostSelective(requirements: readonly Requirement[]): Requirement | undefined {
  const rank = ({ field, texts }: Requirement): number => {
    const [first, ...rest] = field.path;
    if (rest.length === 0 && first === 'eventName') return 0;
    if (rest.length === 0 && first === 'eventSource') return 1;
    return 1 + texts.size;
  };
  return (
    requirements
      // The classification costs more than a rule: an index must not be what asks for it.
      .filter(({ field }) => !isDerived(field))
      .sort((a, b) => rank(a) - rank(b))[0]
  );
}
