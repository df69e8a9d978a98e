import { nearest } from '../../shared/nearest.ts';
import { whyNever } from '../correlation/why-never.ts';
import { NUMERIC_TEXT } from '../language/numeric-text.ts';
import type { Position, Report } from '../language/problem.ts';
import {
  CORRELATION_OPERATORS,
  CORRELATION_TYPES,
  type CorrelationOperator,
  type CorrelationType,
  type Field,
} from '../language/rule-set.ts';
import { describeNode, entryOf, type YamlMap, type YamlNode } from '../language/yaml-tree.ts';
import { parseChainCondition } from './chain-section.ts';
import { isRuleCondition, parseRuleCondition, type RuleCondition } from './parse-rule-condition.ts';
import { parseReferences, type RuleReference } from './rule-references.ts';
import { parseFieldPath } from './values/field-path.ts';

/** A correlation as its document has it, before its rules were looked up. */
export interface CorrelationDraft {
  type: CorrelationType;
  rules: readonly RuleReference[];
  groupBy: readonly NamedField[];
  /** Milliseconds. */
  timespan: number;
  condition: readonly { compare: CorrelationOperator; value: number }[];
  /** For a temporal correlation: which of the rules must have matched. */
  ruleCondition?: RuleCondition;
  valueFields: readonly NamedField[];
  percentile: number | undefined;
  /** For first_seen, in milliseconds. */
  learning?: number;
  /** For a chain: how many tactics its rules must come to. */
  tactics?: number;
  aliases: readonly { alias: string; at: Position; fields: readonly (RuleReference & { field: Field })[] }[];
  /** Whether the rules it names make findings of their own as well. */
  generate: boolean;
}

export type NamedField = Field & { at: Position };

interface Context {
  brackets: boolean;
  report: Report;
}

const KEYS = ['type', 'rules', 'aliases', 'group-by', 'timespan', 'condition', 'generate'];
const FIRST_SEEN_KEYS = ['type', 'rules', 'aliases', 'group-by', 'fields', 'timespan', 'learning', 'generate'];
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_FIELDS = 10;

/** Reads a `correlation` section (correlation rules specification, v2.1). */
export function parseCorrelation(document: YamlMap, section: YamlMap, context: Context): CorrelationDraft | undefined {
  const { report } = context;
  const before = report.problems.length;
  checkKeys(section, report);
  const type = parseType(section, report);
  const conditionNode = entryOf(section, 'condition')?.value;
  if (type === 'chain') return parseChain(section, conditionNode, context);
  const isOverRules = isTemporal(type) && isRuleCondition(conditionNode);
  const ruleCondition = isOverRules ? parseRuleCondition(conditionNode, type, report) : undefined;
  const rulesNode = entryOf(section, 'rules')?.value;
  const rules = rulesNode === undefined ? ruleCondition?.rules : parseReferences(rulesNode, report);
  if (rulesNode === undefined && !isOverRules) report.at(section.at, 'the correlation names no rules');
  const isFirstSeen = type === 'first_seen';
  const timespan = isFirstSeen ? parseDays(section, 'timespan', report) : parseTimespan(section, report);
  const groupBy = parseFields(entryOf(section, 'group-by')?.value, 'group-by', context);
  const aliases = parseAliases(entryOf(section, 'aliases')?.value, context);
  const generate = parseGenerate([entryOf(section, 'generate')?.value, entryOf(document, 'generate')?.value], report);
  if (type === undefined || rules === undefined) return undefined;
  const condition = isFirstSeen
    ? parseFirstSeen(section, timespan, context)
    : isOverRules
      ? { condition: conditionOfRules(type, rules.length), valueFields: [], percentile: undefined }
      : parseCondition(conditionNode, type, rules.length, section, context);
  if (condition === undefined || timespan === undefined || report.problems.length > before) return undefined;
  return { type, rules, groupBy, timespan, ...condition, ...(ruleCondition && { ruleCondition }), aliases, generate };
}

function checkKeys(section: YamlMap, report: Report): void {
  const type = entryOf(section, 'type')?.value;
  const isFirstSeen = type?.kind === 'scalar' && type.text === 'first_seen';
  const keys = isFirstSeen ? FIRST_SEEN_KEYS : KEYS;
  for (const { key, keyAt } of section.entries) {
    if (keys.includes(key)) continue;
    if (isFirstSeen && key === 'condition')
      report.at(keyAt, 'first_seen has no condition: it fires for each new value');
    else if (isFirstSeen && key === 'field') report.at(keyAt, "first_seen has 'fields', a list of 1 to 3");
    // Sigma's first drafts of correlations had it there.
    else if (key === 'field') report.at(keyAt, `'field' belongs into the condition`);
    else if (FIRST_SEEN_KEYS.includes(key)) report.at(keyAt, `only first_seen has '${key}'`);
    else report.at(keyAt, `a correlation has no '${key}'`, nearest(key, keys));
  }
}

function parseChain(
  section: YamlMap,
  conditionNode: YamlNode | undefined,
  context: Context,
): CorrelationDraft | undefined {
  const { report } = context;
  const before = report.problems.length;
  const chain = parseChainCondition(section, conditionNode, report);
  const timespan = parseTimespan(section, report);
  const groupBy = parseFields(entryOf(section, 'group-by')?.value, 'group-by', context);
  if (chain === undefined || timespan === undefined || report.problems.length > before) return undefined;
  const condition = [{ compare: 'gte' as const, value: chain.rules }];
  const none = { rules: [], valueFields: [], percentile: undefined, aliases: [], generate: false };
  return { type: 'chain', groupBy, timespan, condition, tactics: chain.tactics, ...none };
}

function isTemporal(type: CorrelationType | undefined): type is 'temporal' | 'temporal_ordered' {
  return type === 'temporal' || type === 'temporal_ordered';
}

/** How many rules must have matched before a condition over them is tested. */
function conditionOfRules(type: CorrelationType, rules: number): CorrelationDraft['condition'] {
  return [{ compare: 'gte', value: type === 'temporal_ordered' ? rules : 1 }];
}

function parseType(section: YamlMap, report: Report): CorrelationType | undefined {
  const entry = entryOf(section, 'type');
  if (entry === undefined) return report.at(section.at, 'the correlation has no type');
  const text = entry.value.kind === 'scalar' ? entry.value.text : '';
  const type = CORRELATION_TYPES.find((candidate) => candidate === text);
  if (type !== undefined) return type;
  return report.at(
    entry.value.at,
    `unknown correlation type ${entry.value.kind === 'scalar' ? `'${text}'` : describeNode(entry.value)}`,
    nearest(text, CORRELATION_TYPES),
  );
}

function parseTimespan(section: YamlMap, report: Report): number | undefined {
  const entry = entryOf(section, 'timespan');
  if (entry === undefined) return report.at(section.at, 'the correlation has no timespan');
  const text = entry.value.kind === 'scalar' ? entry.value.text : '';
  const [, count = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const timespan = Number(count) * (UNITS[unit] ?? 0);
  if (timespan > 0) return timespan;
  return report.at(entry.value.at, `the timespan '${text}' is not a number of s, m, h or d, as in 90m`);
}

function parseFields(node: YamlNode | undefined, what: string, context: Context): NamedField[] {
  const { report } = context;
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return [];
  const items = node.kind === 'list' ? node.items : [node];
  if (items.length > MAX_FIELDS) report.at(node.at, `${what} names more than ${MAX_FIELDS} fields`);
  const fields: NamedField[] = [];
  for (const item of items) {
    if (item.kind !== 'scalar' || item.text === '') {
      report.at(item.at, `${what} names fields, not ${describeNode(item)}`);
      continue;
    }
    const field = parsePlainField(item.text, item.at, context);
    if (fields.some(({ name }) => name === item.text)) report.at(item.at, `${what} names '${item.text}' twice`);
    else if (field !== undefined) fields.push({ ...field, at: item.at });
  }
  return fields;
}

function parsePlainField(name: string, at: Position, { brackets, report }: Context): Field | undefined {
  if (name.includes('|')) return report.at(at, `'${name}' is a field with a modifier: only its name belongs here`);
  const path = parseFieldPath(name, brackets, at, report);
  if (path === undefined) return undefined;
  if (path.field === undefined || path.blocks.length > 0) return report.at(at, `'${name}' names members, not a field`);
  return { name, path: path.field.path };
}

function parseAliases(node: YamlNode | undefined, context: Context): CorrelationDraft['aliases'] {
  const { report } = context;
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return [];
  if (node.kind !== 'map') {
    report.at(node.at, 'aliases must be a map');
    return [];
  }
  return node.entries.map(({ key, keyAt, value }) => {
    if (value.kind !== 'map' || value.entries.length === 0) {
      report.at(value.at, `the alias '${key}' must map rules to their fields`);
      return { alias: key, at: keyAt, fields: [] };
    }
    const fields = value.entries.flatMap((entry) => {
      if (entry.value.kind !== 'scalar' || entry.value.text === '') {
        report.at(entry.value.at, `the alias '${key}' must name a field for '${entry.key}'`);
        return [];
      }
      const field = parsePlainField(entry.value.text, entry.value.at, context);
      return field === undefined ? [] : [{ reference: entry.key, at: entry.keyAt, field }];
    });
    return { alias: key, at: keyAt, fields };
  });
}

/** The JSON schema has `generate` beside the correlation, converters read it inside. Both are accepted. */
function parseGenerate(nodes: readonly (YamlNode | undefined)[], report: Report): boolean {
  let generate = false;
  for (const node of nodes) {
    if (node === undefined) continue;
    if (node.kind !== 'scalar' || typeof node.value !== 'boolean') {
      report.at(node.at, `generate is true or false, not ${describeNode(node)}`);
    } else generate ||= node.value;
  }
  return generate;
}

type ParsedCondition = Pick<CorrelationDraft, 'condition' | 'valueFields' | 'percentile' | 'learning'>;

const MAX_SEEN_FIELDS = 3;

/** What first_seen has in the place of a condition. */
function parseFirstSeen(section: YamlMap, timespan: number | undefined, context: Context): ParsedCondition | undefined {
  const { report } = context;
  const before = report.problems.length;
  const entry = entryOf(section, 'fields');
  const valueFields = parseFields(entry?.value, 'fields', context);
  const at = entry?.keyAt ?? section.at;
  if (report.problems.length === before && (valueFields.length === 0 || valueFields.length > MAX_SEEN_FIELDS)) {
    report.at(at, `first_seen needs fields, 1 to ${MAX_SEEN_FIELDS}, and has ${valueFields.length}`);
  }
  const learning = entryOf(section, 'learning') === undefined ? timespan : parseDays(section, 'learning', report);
  if (learning === undefined || report.problems.length > before) return undefined;
  return { condition: [], valueFields, percentile: undefined, learning };
}

const MAX_DAYS = 90;

/** Whole days: values are kept by UTC days. */
function parseDays(section: YamlMap, key: 'timespan' | 'learning', report: Report): number | undefined {
  const entry = entryOf(section, key);
  if (entry === undefined) return report.at(section.at, `the correlation has no ${key}`);
  const text = entry.value.kind === 'scalar' ? entry.value.text : '';
  const days = Number(/^(\d{1,3})d$/.exec(text)?.[1]);
  const least = key === 'timespan' ? 1 : 0;
  if (days >= least && days <= MAX_DAYS) return days * (UNITS.d ?? 0);
  return report.at(
    entry.value.at,
    `the ${key} '${text}' of first_seen is not a number of whole days from ${least}d to ${MAX_DAYS}d, as in 14d`,
  );
}

function parseCondition(
  node: YamlNode | undefined,
  type: CorrelationType,
  rules: number,
  section: YamlMap,
  context: Context,
): ParsedCondition | undefined {
  const { report } = context;
  if (node === undefined && isTemporal(type)) {
    return { condition: [{ compare: 'gte', value: rules }], valueFields: [], percentile: undefined };
  }
  if (node === undefined) return report.at(section.at, `a correlation of type ${type} needs a condition`);
  if (node.kind !== 'map') {
    return report.at(node.at, 'the condition of a correlation is a map of operators, as in gte: 10');
  }
  const before = report.problems.length;
  const condition: { compare: CorrelationOperator; value: number }[] = [];
  for (const { key, keyAt, value } of node.entries) {
    if (key === 'field' || (key === 'percentile' && type === 'value_percentile')) continue;
    const compare = CORRELATION_OPERATORS.find((operator) => operator === key);
    const number = numberOf(value);
    if (compare === undefined) report.at(keyAt, `unknown operator '${key}'`, nearest(key, CORRELATION_OPERATORS));
    else if (number === undefined) report.at(value.at, `${key} needs a number, not ${describeNode(value)}`);
    else condition.push({ compare, value: number });
  }
  if (condition.length === 0 && report.problems.length === before) {
    report.at(node.at, `the condition has none of ${CORRELATION_OPERATORS.join(', ')}`);
  }
  const fieldEntry = entryOf(node, 'field');
  const valueFields = parseFields(fieldEntry?.value, 'field', context);
  checkFields(type, valueFields, fieldEntry?.keyAt ?? node.at, report);
  const never = whyNever(type, condition, rules);
  if (never !== undefined) report.at(node.at, `the condition can never hold: ${never}`);
  const percentile = parsePercentile(entryOf(node, 'percentile')?.value, type, report);
  return report.problems.length > before ? undefined : { condition, valueFields, percentile };
}

function checkFields(type: CorrelationType, fields: readonly NamedField[], at: Position, report: Report): void {
  if (!type.startsWith('value_')) {
    if (fields.length > 0) report.at(at, `${type} counts events and has no field`);
  } else if (fields.length === 0) report.at(at, `${type} needs a field in its condition`);
  else if (fields.length > 1 && type !== 'value_count') report.at(at, `${type} takes one field, not ${fields.length}`);
}

function parsePercentile(node: YamlNode | undefined, type: CorrelationType, report: Report): number | undefined {
  if (type !== 'value_percentile') return undefined;
  if (node === undefined) return 50;
  const percentile = numberOf(node);
  if (percentile !== undefined && percentile >= 0 && percentile <= 100) return percentile;
  return report.at(node.at, `percentile is a number from 0 to 100, not ${describeNode(node)}`);
}

function numberOf(node: YamlNode): number | undefined {
  if (node.kind !== 'scalar') return undefined;
  if (typeof node.value === 'number') return Number.isFinite(node.value) ? node.value : undefined;
  return typeof node.value === 'string' && NUMERIC_TEXT.test(node.value) ? Number(node.value) : undefined;
}
