import type { ConditionNode, Detection, Quantifier, SelectionNode } from '../language/rule-set.ts';
import { Paths, Scope } from '../match/record-scope.ts';
import { membersOf } from '../match/resolve-path.ts';
import { asJson, compileExists, compileField, compileKeywords } from './compile-leaf.ts';
import type { Compiled, MatchedField } from './compiled-part.ts';

/** Builds the closures of a detection; `paths` gathers what the scope must be able to find. */
export function compileDetection({ selections, condition }: Detection, paths: Paths): Compiled {
  const compiled = new Map<string, Compiled>();
  for (const [name, node] of Object.entries(selections)) {
    compiled.set(name, once(node, compileSelection(node, paths), paths));
  }
  return compileCondition(condition, compiled);
}

/** Tests a record once for all rules that have the same selection: many leave out the same callers. */
function once(node: SelectionNode, compiled: Compiled, paths: Paths): Compiled {
  const id = paths.internTest(JSON.stringify(node));
  const { test } = compiled;
  return { ...compiled, test: (scope) => scope.verdict(id, test) };
}

function compileSelection(node: SelectionNode, paths: Paths): Compiled {
  switch (node.kind) {
    case 'and':
    case 'or':
      return combine(
        node.kind,
        node.of.map((inner) => compileSelection(inner, paths)),
      );
    case 'field':
      return compileField(node, paths);
    case 'keywords':
      return compileKeywords(node);
    case 'exists':
      return compileExists(node, paths);
    case 'members':
      return compileMembers(node, paths);
    case 'detection':
      return compileDetection(node.detection, paths);
  }
}

function compileCondition(node: ConditionNode, selections: ReadonlyMap<string, Compiled>): Compiled {
  switch (node.kind) {
    case 'and':
    case 'or':
      return combine(
        node.kind,
        node.of.map((inner) => compileCondition(inner, selections)),
      );
    case 'not':
      return negate(compileCondition(node.of, selections));
    case 'selection':
      return named(node.name, selectionOf(selections, node.name));
    case 'of':
      return atLeast(
        node.atLeast,
        node.text,
        node.names.map((name) => named(name, selectionOf(selections, name))),
      );
  }
}

function selectionOf(selections: ReadonlyMap<string, Compiled>, name: string): Compiled {
  const selection = selections.get(name);
  if (selection === undefined) throw new Error(`the rule set's condition names '${name}', which it does not define`);
  return selection;
}

function combine(kind: 'and' | 'or', parts: readonly Compiled[]): Compiled {
  // What needs the classification comes last: where the others decide, it isn't made.
  const tests = parts.toSorted((a, b) => Number(a.isLate) - Number(b.isLate)).map((part) => part.test);
  const test =
    kind === 'and'
      ? (scope: Scope) => tests.every((one) => one(scope))
      : (scope: Scope) => tests.some((one) => one(scope));
  return {
    test,
    isLate: parts.some(({ isLate }) => isLate),
    explain: (scope) => ({
      kind,
      label: kind,
      verdict: test(scope),
      children: parts.map((part) => part.explain(scope)),
    }),
    evidence(scope, found) {
      for (const part of parts) if (part.test(scope)) part.evidence(scope, found);
    },
  };
}

function negate(part: Compiled): Compiled {
  const { test } = part;
  return {
    test: (scope) => !test(scope),
    isLate: part.isLate,
    explain: (scope) => ({ kind: 'not', label: 'not', verdict: !test(scope), children: [part.explain(scope)] }),
    // An absent value cannot be shown.
    evidence: () => undefined,
  };
}

function named(name: string, part: Compiled): Compiled {
  return {
    test: part.test,
    isLate: part.isLate,
    evidence: part.evidence,
    explain: (scope) => ({
      kind: 'selection',
      label: name,
      verdict: part.test(scope),
      children: [part.explain(scope)],
    }),
  };
}

function atLeast(count: number, text: string, parts: readonly Compiled[]): Compiled {
  const tests = parts.toSorted((a, b) => Number(a.isLate) - Number(b.isLate)).map((part) => part.test);
  const test = (scope: Scope): boolean => {
    let missing = count;
    for (const one of tests) {
      if (one(scope)) missing -= 1;
      if (missing === 0) return true;
    }
    return false;
  };
  return {
    test,
    isLate: parts.some(({ isLate }) => isLate),
    explain: (scope) => ({
      kind: 'of',
      label: text,
      verdict: test(scope),
      children: parts.map((part) => part.explain(scope)),
    }),
    evidence(scope, found) {
      for (const part of parts) if (part.test(scope)) part.evidence(scope, found);
    },
  };
}

/** A block over the members of a list. Each member is a small record with its own scope. */
function compileMembers(
  { field, quantifier, body }: Extract<SelectionNode, { kind: 'members' }>,
  paths: Paths,
): Compiled {
  const id = paths.intern(field);
  const memberPaths = new Paths(false);
  const compiled = compileSelection(body, memberPaths);
  const matches = (member: unknown): boolean => compiled.test(new Scope(memberPaths).enter(member));
  const test = (scope: Scope): boolean => quantify(quantifier, membersOf(scope.find(id)), matches);
  return {
    test,
    isLate: paths.isDerived(id),
    explain(scope) {
      const members = membersOf(scope.find(id));
      return {
        kind: 'members',
        label: `${field.name}[${quantifier}]`,
        verdict: test(scope),
        values: members.map(asJson),
        children: members.map((member, i) => {
          const inner = new Scope(memberPaths).enter(member);
          return {
            kind: 'selection',
            label: `${field.name}[${i}]`,
            verdict: compiled.test(inner),
            children: [compiled.explain(inner)],
          };
        }),
      };
    },
    evidence(scope, found) {
      if (quantifier === 'none') return;
      for (const [i, member] of membersOf(scope.find(id)).entries()) {
        const inner = new Scope(memberPaths).enter(member);
        if (!compiled.test(inner)) continue;
        const within: MatchedField[] = [];
        compiled.evidence(inner, within);
        for (const { field: name, value } of within)
          found.push({ field: joinMember(`${field.name}[${i}]`, name), value });
        return;
      }
    },
  };
}

function quantify(quantifier: Quantifier, members: readonly unknown[], matches: (member: unknown) => boolean): boolean {
  switch (quantifier) {
    case 'any':
      return members.some(matches);
    case 'all':
      return members.length > 0 && members.every(matches);
    case 'all_or_empty':
      return members.every(matches);
    case 'none':
      return !members.some(matches);
  }
}

function joinMember(member: string, inner: string): string {
  if (inner === '.') return member;
  return inner.startsWith('[') ? `${member}${inner}` : `${member}.${inner}`;
}
