import type { JsonValue } from '../../shared/json.ts';
import { numberOf } from '../language/numeric-text.ts';
import type { Comparison, SelectionNode, ValueTest } from '../language/rule-set.ts';
import { plainText, printPattern } from '../language/sigma-string.ts';
import { compileNetwork } from '../match/cidr.ts';
import { compilePattern, fold } from '../match/match-text.ts';
import { Paths, Scope, type Texts } from '../match/record-scope.ts';
import { compileRegex } from '../match/regex.ts';
import { ABSENT, flatten, scalarsOf } from '../match/resolve-path.ts';
import { textOf } from '../match/text-of.ts';
import { instantOf, timePart } from '../match/time-part.ts';
import type { Compiled } from './compiled-part.ts';

type Test = (scope: Scope) => boolean;
type FieldNode = Extract<SelectionNode, { kind: 'field' }>;
type KeywordsNode = Extract<SelectionNode, { kind: 'keywords' }>;
type ExistsNode = Extract<SelectionNode, { kind: 'exists' }>;

/** Matched values that a finding shows of one field. */
const MAX_EVIDENCE = 10;

export function compileField(node: FieldNode, paths: Paths): Compiled {
  const id = paths.intern(node.field);
  const linked = compileLinked(node, (tests) => compileTests(tests, id, paths));
  const test: Test = node.negated ? compileNegated(node, id, paths, linked) : linked;
  let matchesAlone: ((value: unknown) => boolean) | undefined;
  const others = node.values.flat().flatMap((one) => (one.is === 'field' ? [paths.intern(one.field)] : []));
  return {
    test,
    isLate: [id, ...others].some((path) => paths.isDerived(path)),
    explain(scope) {
      const values = scope.values(id).map(asJson);
      return { kind: 'field', label: node.label, verdict: test(scope), patterns: printValues(node), values };
    },
    evidence(scope, found) {
      const values = scope.values(id);
      matchesAlone ??= compileAlone(node);
      const speaking = values.length > 1 ? values.filter(matchesAlone) : values;
      for (const value of speaking.length > 0 ? speaking.slice(0, MAX_EVIDENCE) : [null]) {
        found.push({ field: node.field.name, value: asJson(value) });
      }
    },
  };
}

export function compileExists({ field, expected }: ExistsNode, paths: Paths): Compiled {
  const id = paths.intern(field);
  const test: Test = (scope) => (scope.find(id) !== ABSENT) === expected;
  return {
    test,
    isLate: paths.isDerived(id),
    explain: (scope) => ({
      kind: 'exists',
      label: `${field.name}|exists`,
      verdict: test(scope),
      patterns: [String(expected)],
      values: scope.values(id).map(asJson),
    }),
    evidence(scope, found) {
      const [value = null] = scope.values(id);
      found.push({ field: field.name, value: asJson(value) });
    },
  };
}

export function compileKeywords(node: KeywordsNode): Compiled {
  const test = compileLinked(node, (tests) => {
    const inKeywords = tests.map((one) => {
      const matches = compileTextTest(one);
      const cased = isCased(one);
      return (scope: Scope) => scope.keywords(cased).some(matches);
    });
    return (scope) => inKeywords.some((matches) => matches(scope));
  });
  return {
    test,
    isLate: false,
    explain: (scope) => ({
      kind: 'keywords',
      label: node.label === '' ? 'keywords' : node.label,
      verdict: test(scope),
      patterns: printValues(node),
    }),
    evidence(scope, found) {
      const tests = node.values.flat().map((one) => ({ matches: compileTextTest(one), cased: isCased(one) }));
      let left = MAX_EVIDENCE;
      for (const { path, value } of scalarsOf(scope.root)) {
        const text = textOf(value);
        if (text === undefined || !tests.some(({ matches, cased }) => matches(cased ? text : fold(text)))) continue;
        found.push({ field: path, value: asJson(value) });
        left -= 1;
        if (left === 0) return;
      }
    },
  };
}

/** Links the values of a leaf; with `any` all their alternatives are one list, and are tested together. */
function compileLinked(
  { values, link }: Pick<FieldNode, 'values' | 'link'>,
  compile: (tests: readonly ValueTest[]) => Test,
): Test {
  if (link === 'any') return compile(values.flat());
  const tests = values.map(compile);
  return (scope) => tests.every((test) => test(scope));
}

/** One of the tests must hold. Exact texts, the bulk of all rules, are looked up in a set. */
function compileTests(tests: readonly ValueTest[], id: number, paths: Paths): Test {
  const exact = new Set<string>();
  const others: Test[] = [];
  for (const test of tests) {
    const text = test.is === 'text' && !test.cased ? plainText(test.pattern) : undefined;
    if (text === undefined) others.push(compileTest(test, id, paths));
    else exact.add(fold(text));
  }
  const [first] = exact;
  if (exact.size === 1 && first !== undefined)
    others.unshift((scope) => anyText(scope.folded(id), (text) => text === first));
  else if (exact.size > 1) others.unshift((scope) => anyText(scope.folded(id), (text) => exact.has(text)));
  const [only] = others;
  return others.length === 1 && only !== undefined ? only : (scope) => others.some((test) => test(scope));
}

function compileTest(test: ValueTest, id: number, paths: Paths): Test {
  switch (test.is) {
    case 'null':
      return (scope) => {
        const found = scope.find(id);
        return found === ABSENT || found === null || (typeof found === 'object' && flatten(found).includes(null));
      };
    case 'number': {
      const compare = compileComparison(test.compare, test.value);
      // Texts are compared digit by digit, because two long identifiers may become the same double.
      if (test.compare === 'eq') return (scope) => scope.values(id).some((value) => value === test.value);
      return (scope) => scope.values(id).some((value) => compare(numberOf(value)));
    }
    case 'time': {
      const { part } = test;
      const compare = compileComparison(test.compare, test.value);
      return (scope) =>
        scope.values(id).some((value) => {
          const instant = instantOf(value);
          return instant !== undefined && compare(timePart(instant, part));
        });
    }
    case 'field': {
      const other = paths.intern(test.field);
      const compare = compareTexts[test.how];
      const texts = (scope: Scope, path: number) => (test.cased ? scope.texts(path) : scope.folded(path));
      return (scope) => {
        const rights = texts(scope, other);
        return (
          rights !== undefined && anyText(texts(scope, id), (left) => anyText(rights, (right) => compare(left, right)))
        );
      };
    }
    default: {
      const matches = compileTextTest(test);
      return isCased(test)
        ? (scope) => anyText(scope.texts(id), matches)
        : (scope) => anyText(scope.folded(id), matches);
    }
  }
}

const compareTexts = {
  equals: (left: string, right: string) => left === right,
  contains: (left: string, right: string) => left.includes(right),
  startswith: (left: string, right: string) => left.startsWith(right),
  endswith: (left: string, right: string) => left.endsWith(right),
} as const;

function compileTextTest(test: ValueTest): (text: string) => boolean {
  if (test.is === 'text') return compilePattern(test.pattern, test.cased);
  if (test.is === 'cidr') return compileNetwork(test.network);
  if (test.is !== 'regex') throw new Error(`'${test.is}' cannot be looked for in a text`);
  const regex = compileRegex(test);
  return (text) => regex.test(text);
}

/** Whether a test needs the text with its case: only Sigma strings ignore case. */
function isCased(test: ValueTest): boolean {
  return test.is !== 'text' || test.cased;
}

function compileComparison(compare: Comparison | 'eq', bound: number): (value: number) => boolean {
  switch (compare) {
    case 'lt':
      return (value) => value < bound;
    case 'lte':
      return (value) => value <= bound;
    case 'gt':
      return (value) => value > bound;
    case 'gte':
      return (value) => value >= bound;
    case 'eq':
      return (value) => value === bound;
  }
}

function anyText(texts: Texts, matches: (text: string) => boolean): boolean {
  if (typeof texts === 'string') return matches(texts);
  return texts?.some(matches) ?? false;
}

/** neq needs a value and a field to compare it with: something absent differs from nothing. */
function compileNegated({ values }: FieldNode, id: number, paths: Paths, test: Test): Test {
  const others = values.flat().flatMap((one) => (one.is === 'field' ? [paths.intern(one.field)] : []));
  return (scope) =>
    hasValue(scope.find(id)) &&
    (others.length === 0 || others.some((other) => hasValue(scope.find(other)))) &&
    !test(scope);
}

function hasValue(found: unknown): boolean {
  return found !== ABSENT && found !== null && flatten(found).some((value) => value !== null);
}

/** Whether one of several values would match alone. A reference to another field cannot be tested in this way. */
function compileAlone(node: FieldNode): (value: unknown) => boolean {
  const tests = node.values.flat();
  if (node.negated || tests.some(({ is }) => is === 'field')) return () => true;
  const paths = new Paths(false);
  const id = paths.intern({ name: '.', path: [] });
  const test = compileTests(tests, id, paths);
  const scope = new Scope(paths);
  return (value) => test(scope.enter(value));
}

function printValues({ values }: Pick<FieldNode, 'values'>): string[] {
  return values.flat().map(printTest);
}

function printTest(test: ValueTest): string {
  switch (test.is) {
    case 'text':
      return printPattern(test.pattern);
    case 'regex':
      return test.pattern;
    case 'cidr':
      return test.network;
    case 'field':
      return test.field.name;
    case 'null':
      return 'null';
    case 'number':
    case 'time':
      return String(test.value);
  }
}

/** Records come from JSON.parse, so all values in them are JSON. */
export function asJson(value: unknown): JsonValue {
  // The only cast for this in the folder. Any other value from a caller is shown as text.
  const isJson = value === null || ['string', 'number', 'boolean', 'object'].includes(typeof value);
  return isJson ? (value as JsonValue) : String(value);
}
