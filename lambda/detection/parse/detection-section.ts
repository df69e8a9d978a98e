import { nearest } from '../../shared/nearest.ts';
import type { Report } from '../language/problem.ts';
import type { Detection, SelectionNode } from '../language/rule-set.ts';
import { describeNode, entryOf, type YamlEntry, type YamlMap, type YamlNode } from '../language/yaml-tree.ts';
import { parseConditions } from './detection-condition.ts';
import { parseFieldPath } from './values/field-path.ts';
import { type Modifiers, parseModifiers } from './values/modifiers.ts';
import type { RuleOptions } from './values/rule-options.ts';
import { parseValues, type ValueContext } from './values/value-tests.ts';

/** What search identifiers are read with. */
export interface SelectionContext {
  /** Whether brackets in field names are selectors (sigma-version 3 and higher). */
  brackets: boolean;
  /** True below a quantified field, where `.` is the member itself. */
  inBlock: boolean;
  options: RuleOptions;
  report: Report;
}

const PLAIN: Modifiers = {
  transforms: [],
  affix: undefined,
  matcher: undefined,
  compare: undefined,
  time: undefined,
  flags: { ignoreCase: false, multiline: false, dotAll: false },
  all: false,
  cased: false,
  neq: false,
};

/** A keyword is searched in the values of the record: one must contain it, unless its modifiers say otherwise. */
const KEYWORD: Modifiers = { ...PLAIN, transforms: ['contains'], affix: 'contains' };

/**
 * Reads a map of search identifiers with its condition: a rule's `detection`, a filter's `filter`, or the block below
 * a quantified field. `reserved` names the keys that are neither. Reports everything that is wrong, not only the first.
 */
export function parseDetection(
  map: YamlMap,
  reserved: readonly string[],
  context: SelectionContext,
): Detection | undefined {
  const { report } = context;
  const before = report.problems.length;
  const selections = new Map<string, SelectionNode>();
  const names: string[] = [];
  for (const { key, keyAt, value } of map.entries) {
    if (key === 'condition' || reserved.includes(key)) continue;
    if (key === 'timeframe') {
      report.at(keyAt, 'timeframe belonged to the aggregations of Sigma 1: write a correlation with a timespan');
      continue;
    }
    if (key === '__proto__') {
      report.at(keyAt, 'a selection cannot have this name');
      continue;
    }
    names.push(key);
    const node = parseSelection(value, context);
    if (node !== undefined) selections.set(key, node);
  }
  const entry = entryOf(map, 'condition');
  if (entry === undefined) {
    const keys = map.entries.map(({ key }) => key);
    const mistyped = keys.find((key) => nearest(key, ['condition']) !== undefined);
    report.at(
      map.at,
      'the condition is missing',
      mistyped === undefined ? undefined : `condition instead of ${mistyped}`,
    );
    return undefined;
  }
  if (names.length === 0) report.at(map.at, 'there is no selection to put a condition on');
  const condition = parseConditions(entry.value, names, report);
  if (condition === undefined || report.problems.length > before) return undefined;
  return { selections: Object.fromEntries(selections), condition };
}

/**
 * Reads a search identifier: a map of fields (all must match), a list of maps or of keywords (one must match), or one
 * keyword. Undefined, with problems, where a part of it cannot be evaluated.
 */
function parseSelection(node: YamlNode, context: SelectionContext): SelectionNode | undefined {
  const { report } = context;
  if (node.kind === 'map') return parseFieldMap(node, context);
  if (node.kind === 'scalar') {
    if (node.value === null) return report.at(node.at, 'an empty selection');
    return parseKeywords(node, '', KEYWORD, context);
  }
  if (node.items.length === 0) return report.at(node.at, 'an empty list selects nothing');
  if (node.items.every((item) => item.kind === 'scalar')) return parseKeywords(node, '', KEYWORD, context);
  return combine(
    'or',
    node.items.map((item) => parseSelection(item, context)),
  );
}

function parseFieldMap(map: YamlMap, context: SelectionContext): SelectionNode | undefined {
  if (map.entries.length === 0) return context.report.at(map.at, 'an empty map selects nothing');
  return combine(
    'and',
    map.entries.map((entry) => parseFieldEntry(entry, context)),
  );
}

function combine(kind: 'and' | 'or', nodes: readonly (SelectionNode | undefined)[]): SelectionNode | undefined {
  const whole = nodes.filter((node) => node !== undefined);
  if (whole.length < nodes.length) return undefined;
  const [only] = whole;
  return whole.length === 1 && only !== undefined ? only : { kind, of: whole };
}

function parseFieldEntry(entry: YamlEntry, context: SelectionContext): SelectionNode | undefined {
  const { report } = context;
  const [name = '', ...modifierNames] = entry.key.split('|');
  const modifiers = parseModifiers(modifierNames, entry.keyAt, report);
  if (modifiers === undefined) return undefined;
  if (name === '') return parseModifiedKeywords(entry, modifiers, context);
  if (name === '.') {
    if (context.brackets && context.inBlock) return parseField(entry, undefined, '.', modifiers, context);
    if (context.brackets)
      return report.at(entry.keyAt, `'.' is a member of a list, and stands only below a quantifier`);
  }
  const path = parseFieldPath(name, context.brackets, entry.keyAt, report);
  if (path === undefined) return undefined;
  const inner = { ...context, inBlock: context.inBlock || path.blocks.length > 0 };
  let node =
    path.blocks.length > 0 && path.field === undefined && holdsMaps(entry.value)
      ? parseBody(entry, modifiers, inner)
      : parseField(entry, path.field, path.field?.name ?? '.', modifiers, inner);
  if (node === undefined) return undefined;
  for (const { field, quantifier } of path.blocks.toReversed())
    node = { kind: 'members', field, quantifier, body: node };
  return node;
}

function holdsMaps(node: YamlNode): boolean {
  return node.kind === 'map' || (node.kind === 'list' && node.items.some((item) => item.kind !== 'scalar'));
}

/** What stands below a quantified field: fields of the member, or a detection of its own where it has a condition. */
function parseBody(entry: YamlEntry, modifiers: Modifiers, context: SelectionContext): SelectionNode | undefined {
  if (!isPlain(modifiers)) return context.report.at(entry.keyAt, 'modifiers belong to values, not to a map of fields');
  if (entry.value.kind === 'map' && entryOf(entry.value, 'condition') !== undefined) {
    const detection = parseDetection(entry.value, [], context);
    return detection === undefined ? undefined : { kind: 'detection', detection };
  }
  return parseSelection(entry.value, context);
}

function isPlain(modifiers: Modifiers): boolean {
  return JSON.stringify(modifiers) === JSON.stringify(PLAIN);
}

function parseField(
  entry: YamlEntry,
  path: { name: string; path: readonly (string | number)[] } | undefined,
  label: string,
  modifiers: Modifiers,
  context: SelectionContext,
): SelectionNode | undefined {
  const { report } = context;
  const field = path ?? { name: '.', path: [] };
  if (modifiers.matcher === 'exists') {
    const expected = entry.value.kind === 'scalar' ? truthOf(entry.value.text) : undefined;
    if (expected === undefined) {
      return report.at(entry.value.at, `'exists' is true or false, not ${describeNode(entry.value)}`);
    }
    return { kind: 'exists', field, expected };
  }
  if (entry.value.kind === 'map') {
    const advice = context.brackets ? `; one member of a list is ${label}[any]` : '';
    return report.at(entry.value.at, `a map below '${label}': write its keys with dots, as ${label}.key${advice}`);
  }
  const values = parseValues(entry.value, valueContext(modifiers, context));
  if (values === undefined) return undefined;
  const link = modifiers.all ? 'all' : 'any';
  return {
    kind: 'field',
    field,
    label: [label, ...entry.key.split('|').slice(1)].join('|'),
    values,
    link,
    negated: modifiers.neq,
  };
}

/** YAML 1.1 had `yes` and `no` for booleans, and rules were written for it. */
function truthOf(text: string): boolean | undefined {
  const lowered = text.toLowerCase();
  if (lowered === 'true' || lowered === 'yes') return true;
  return lowered === 'false' || lowered === 'no' ? false : undefined;
}

function parseModifiedKeywords(
  entry: YamlEntry,
  modifiers: Modifiers,
  context: SelectionContext,
): SelectionNode | undefined {
  const { report } = context;
  const needsField = modifiers.matcher === 'exists' || modifiers.matcher === 'fieldref' || modifiers.neq;
  if (needsField || modifiers.time !== undefined || modifiers.compare !== undefined) {
    return report.at(entry.keyAt, `'${entry.key}' needs a field in front of its modifiers`);
  }
  if (modifiers.affix !== undefined || modifiers.matcher !== undefined) {
    return parseKeywords(entry.value, entry.key, modifiers, context);
  }
  return parseKeywords(
    entry.value,
    entry.key,
    { ...modifiers, transforms: [...modifiers.transforms, 'contains'], affix: 'contains' },
    context,
  );
}

function parseKeywords(
  node: YamlNode,
  label: string,
  modifiers: Modifiers,
  context: SelectionContext,
): SelectionNode | undefined {
  if (node.kind === 'scalar' && node.value === null) return context.report.at(node.at, 'null is no keyword');
  const empty = (node.kind === 'list' ? node.items : [node]).find(
    (item) => item.kind === 'scalar' && item.value === '',
  );
  if (empty !== undefined) return context.report.at(empty.at, 'an empty keyword would match every event');
  const values = parseValues(node, valueContext(modifiers, context));
  if (values === undefined) return undefined;
  return { kind: 'keywords', label, values, link: modifiers.all ? 'all' : 'any' };
}

function valueContext(modifiers: Modifiers, { brackets, options, report }: SelectionContext): ValueContext {
  return { modifiers, brackets, options, report };
}
