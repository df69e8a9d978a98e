import { nearest } from '../../shared/nearest.ts';
import type { Position, Report } from '../language/problem.ts';
import type { ConditionNode } from '../language/rule-set.ts';
import { literal, type Part } from '../language/sigma-string.ts';
import type { YamlNode } from '../language/yaml-tree.ts';
import { compilePattern } from '../match/match-text.ts';

/** A condition, or a list of them of which one is enough, over the named search identifiers. */
export function parseConditions(node: YamlNode, names: readonly string[], report: Report): ConditionNode | undefined {
  const items = node.kind === 'list' ? node.items : [node];
  if (items.length === 0) return report.at(node.at, 'an empty list of conditions');
  const conditions = items.map((item) => {
    if (item.kind !== 'scalar' || typeof item.value !== 'string' || item.value.trim() === '') {
      return report.at(item.at, 'a condition must be text');
    }
    return new ConditionParser(item.value, item.at, names, report).parse();
  });
  if (!conditions.every((condition) => condition !== undefined)) return undefined;
  const [only] = conditions;
  return conditions.length === 1 && only !== undefined ? only : { kind: 'or', of: conditions };
}

/** Deeper nesting than this is no condition that a person wrote, and would exhaust the stack. */
const MAX_DEPTH = 100;

/**
 * The grammar of "Condition" in the rules specification, by precedence from the weakest: `or`, `and`, `not`,
 * `1 of x` / `all of x`, parentheses. Keywords are read in any case, as older rules have them.
 */
class ConditionParser {
  readonly #tokens: readonly string[];
  #next = 0;
  #depth = 0;
  readonly #at: Position;
  readonly #names: readonly string[];
  readonly #report: Report;

  constructor(text: string, at: Position, names: readonly string[], report: Report) {
    this.#tokens = text.match(/[()|]|[^\s()|]+/g) ?? [];
    this.#at = at;
    this.#names = names;
    this.#report = report;
  }

  parse(): ConditionNode | undefined {
    if (this.#tokens.includes('|')) {
      return this.#fault('aggregations behind | are not part of Sigma 2: write a correlation rule');
    }
    const condition = this.#or();
    if (condition === undefined) return undefined;
    const rest = this.#tokens[this.#next];
    return rest === undefined ? condition : this.#fault(`'${rest}' where 'and' or 'or' was expected`);
  }

  #or(): ConditionNode | undefined {
    return this.#chain('or', () => this.#chain('and', () => this.#not()));
  }

  #chain(word: 'and' | 'or', operand: () => ConditionNode | undefined): ConditionNode | undefined {
    const first = operand();
    if (first === undefined) return undefined;
    const operands = [first];
    while (this.#isWord(word)) {
      this.#next += 1;
      const following = operand();
      if (following === undefined) return undefined;
      operands.push(following);
    }
    return operands.length === 1 ? first : { kind: word, of: operands };
  }

  #not(): ConditionNode | undefined {
    if (!this.#isWord('not')) return this.#primary();
    this.#next += 1;
    const of = this.#nested(() => this.#not());
    return of === undefined ? undefined : { kind: 'not', of };
  }

  #nested(parse: () => ConditionNode | undefined): ConditionNode | undefined {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) return this.#fault(`the condition is nested more than ${MAX_DEPTH} deep`);
    const node = parse();
    this.#depth -= 1;
    return node;
  }

  #primary(): ConditionNode | undefined {
    const token = this.#tokens[this.#next];
    if (token === undefined) return this.#fault('the condition ends where a search identifier was expected');
    this.#next += 1;
    if (token === '(') {
      const inner = this.#nested(() => this.#or());
      if (inner === undefined) return undefined;
      if (this.#tokens[this.#next] !== ')') return this.#fault('a parenthesis is not closed');
      this.#next += 1;
      return inner;
    }
    if (this.#isWord('of')) return this.#of(token);
    if (this.#names.includes(token)) return { kind: 'selection', name: token };
    if (token === ')' || ['and', 'or', 'not', 'of'].includes(token.toLowerCase())) {
      return this.#fault(`'${token}' where a search identifier was expected`);
    }
    return this.#fault(`the condition names '${token}', which is not defined`, nearest(token, this.#names));
  }

  #of(quantity: string): ConditionNode | undefined {
    this.#next += 1;
    const pattern = this.#tokens[this.#next];
    if (pattern === undefined || pattern === '(' || pattern === ')') {
      return this.#fault(`'${quantity} of' must be followed by 'them' or a pattern`);
    }
    this.#next += 1;
    const text = `${quantity} of ${pattern}`;
    const names = this.#selected(pattern);
    if (names.length === 0) return this.#fault(`'${text}' selects nothing`, nearest(pattern, this.#names));
    const lowered = quantity.toLowerCase();
    if (lowered === 'all') return { kind: 'of', atLeast: names.length, text, names };
    if (lowered === 'any') return { kind: 'of', atLeast: 1, text, names };
    const atLeast = /^\d{1,6}$/.test(quantity) ? Number(quantity) : 0;
    if (atLeast === 0) return this.#fault(`'${quantity} of' is not a quantity: write '1 of' or 'all of'`);
    if (atLeast > names.length) return this.#fault(`'${text}' can never hold: it selects only ${names.length}`);
    return { kind: 'of', atLeast, text, names };
  }

  /** `them` is all but what starts with an underscore, which a pattern must name to select. */
  #selected(pattern: string): string[] {
    const pieces = pattern.toLowerCase() === 'them' ? ['', ''] : pattern.split('*');
    const many: Part = { wild: 'many' };
    const parts = pieces.flatMap((text, i): Part[] => (i === 0 ? literal(text) : [many, ...literal(text)]));
    const selects = compilePattern(parts, true);
    return this.#names.filter((name) => selects(name) && (pattern.startsWith('_') || !name.startsWith('_')));
  }

  #isWord(word: string): boolean {
    const token = this.#tokens[this.#next];
    return token !== undefined && token.toLowerCase() === word;
  }

  #fault(message: string, suggestion?: string): undefined {
    return this.#report.at(this.#at, message, suggestion);
  }
}
