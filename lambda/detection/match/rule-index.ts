import { remembered } from '../../shared/remembered.ts';
import type { DetectionRule } from '../language/rule-set.ts';
import { fold } from './match-text.ts';
import { Needles } from './needles.ts';
import { isDerived, type Paths, type Scope } from './record-scope.ts';
import { type Requirement, requirementsOf } from './rule-requirements.ts';

/** Rules found by the values of one field. */
interface Table {
  path: number;
  exact: Map<string, number[]>;
  within: Map<string, number[]>;
  needles: Needles<number> | undefined;
  /** The rules that a text as it stands in a record leads to. */
  rulesOf: (text: string) => readonly number[];
}

/** Which rules may match an event, found by the values that they require. It never changes a verdict. */
export class RuleIndex {
  /** Whether each rule is found by a value; one that isn't is a candidate for every event. */
  readonly placed: readonly boolean[];
  readonly #always: readonly number[];
  readonly #tables: readonly Table[];
  readonly #seen: number[];
  #generation = 0;

  constructor(rules: readonly DetectionRule[], paths: Paths) {
    const tables = new Map<number, Table>();
    const always: number[] = [];
    for (const [rule, { detection }] of rules.entries()) {
      const requirement = mostSelective([...requirementsOf({ detection }).values()]);
      if (requirement === undefined) {
        always.push(rule);
        continue;
      }
      const path = paths.intern(requirement.field);
      const table = tables.get(path) ?? newTable(path);
      tables.set(path, table);
      const { exact, within } = requirement;
      if (exact !== undefined) for (const text of exact) add(table.exact, text, rule);
      else for (const text of within ?? []) add(table.within, text, rule);
    }
    for (const table of tables.values()) {
      if (table.within.size > 0) table.needles = new Needles(table.within);
      // Names of calls, services, agents and actors come again and again.
      table.rulesOf = remembered((text) => rulesIn(table, fold(text)));
    }
    this.#tables = [...tables.values()];
    this.#always = always;
    this.placed = rules.map((_, rule) => !always.includes(rule));
    this.#seen = rules.map(() => 0);
  }

  /** Calls back for each rule that may match, once, in no particular order. */
  candidates(scope: Scope, visit: (rule: number) => void): void {
    for (const rule of this.#always) visit(rule);
    this.#generation += 1;
    const visitOnce = (rule: number): void => {
      if (this.#seen[rule] === this.#generation) return;
      this.#seen[rule] = this.#generation;
      visit(rule);
    };
    for (const { path, rulesOf } of this.#tables) {
      const texts = scope.texts(path);
      if (texts === undefined) continue;
      if (typeof texts === 'string') for (const rule of rulesOf(texts)) visitOnce(rule);
      else for (const text of texts) for (const rule of rulesOf(text)) visitOnce(rule);
    }
  }
}

function newTable(path: number): Table {
  return { path, exact: new Map(), within: new Map(), needles: undefined, rulesOf: () => [] };
}

function rulesIn({ exact, needles }: Table, folded: string): readonly number[] {
  const rules = new Set(exact.get(folded));
  needles?.search(folded, (rule) => rules.add(rule));
  return [...rules];
}

function add(table: Map<string, number[]>, text: string, rule: number): void {
  const rules = table.get(text);
  if (rules === undefined) table.set(text, [rule]);
  else rules.push(rule);
}

/** CloudTrail's events differ most in their names, then in their sources; then the fewest values serve best. */
function mostSelective(requirements: readonly Requirement[]): Requirement | undefined {
  const rank = ({ field, exact, within }: Requirement): number => {
    const name = field.path.length === 1 ? field.path[0] : undefined;
    if (name === 'eventName') return exact === undefined ? 1 : 0;
    if (exact === undefined) return 1_000 + (within?.size ?? 0);
    return name === 'eventSource' ? 2 : 2 + exact.size;
  };
  return (
    requirements
      // The classification costs more than a rule: an index must not be what asks for it.
      .filter(({ field, exact, within }) => !isDerived(field) && (exact ?? within) !== undefined)
      .sort((a, b) => rank(a) - rank(b))[0]
  );
}
