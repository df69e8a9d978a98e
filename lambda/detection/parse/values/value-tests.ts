import {
  base64Fragments,
  bytesOf,
  type EncodedPattern,
  permuteDashes,
  toUtf16,
  windash,
} from '../../language/encodings.ts';
import { NUMERIC_TEXT } from '../../language/numeric-text.ts';
import type { Report } from '../../language/problem.ts';
import type { TimePart, ValueTest } from '../../language/rule-set.ts';
import { affix, literal, type Part, parseSigmaString, plainText } from '../../language/sigma-string.ts';
import { describeNode, type YamlNode, type YamlScalar } from '../../language/yaml-tree.ts';
import { parseNetwork } from '../../match/cidr.ts';
import { faultOfRegex } from '../../match/regex.ts';
import { parseFieldPath } from './field-path.ts';
import type { Modifiers } from './modifiers.ts';
import { expandPieces, isListOfTexts, splitPlaceholders } from './placeholders.ts';
import type { RuleOptions } from './rule-options.ts';

/** What a value is read with: the chain of modifiers, and whether field names have brackets. */
export interface ValueContext {
  modifiers: Modifiers;
  brackets: boolean;
  options: RuleOptions;
  report: Report;
}

const TIME_RANGES: Readonly<Record<TimePart, readonly [number, number]>> = {
  minute: [0, 59],
  hour: [0, 23],
  day: [1, 31],
  // ISO 8601 has 53 weeks in some years.
  week: [1, 53],
  month: [1, 12],
  year: [0, 9999],
};

/** The values below a key: alternatives for each, or undefined (and problems) where one makes no sense. */
export function parseValues(node: YamlNode, context: ValueContext): ValueTest[][] | undefined {
  const { modifiers, report } = context;
  if (node.kind === 'map') return report.at(node.at, 'a field has a value or a list of values, not a map');
  const items = node.kind === 'list' ? node.items : [node];
  if (items.length === 0) return report.at(node.at, 'an empty list of values matches nothing');
  if (modifiers.all && items.length < 2) return report.at(node.at, `'all' needs a list of two values or more`);
  const before = report.problems.length;
  const values = items.map((item) => {
    if (item.kind !== 'scalar') return report.at(item.at, `a value must be a scalar, not ${describeNode(item)}`);
    if (item.value === null && node.kind === 'list') {
      return report.at(item.at, 'null cannot be part of a list of values: give it a selection of its own');
    }
    return parseValue(item, context);
  });
  if (report.problems.length > before) return undefined;
  if (modifiers.transforms.includes('expand') && !items.some(hasPlaceholder)) {
    return report.at(node.at, `'expand' without a placeholder: write %name%`);
  }
  return values.filter((value) => value !== undefined);
}

function hasPlaceholder(node: YamlNode): boolean {
  return node.kind === 'scalar' && splitPlaceholders(node.text).some((piece) => 'placeholder' in piece);
}

function parseValue(scalar: YamlScalar, context: ValueContext): ValueTest[] | undefined {
  const { modifiers, report } = context;
  if (scalar.value === null) {
    const isPlain = modifiers.matcher === undefined && modifiers.compare === undefined && modifiers.time === undefined;
    if (isPlain && modifiers.transforms.length === 0 && !modifiers.cased) return [{ is: 'null' }];
    return report.at(scalar.at, 'null cannot be modified');
  }
  if (modifiers.time !== undefined) return parseTime(scalar, modifiers.time, context);
  if (modifiers.compare !== undefined) {
    const value = numberOf(scalar);
    if (value === undefined)
      return report.at(scalar.at, `'${modifiers.compare}' compares numbers, not '${scalar.text}'`);
    return [{ is: 'number', compare: modifiers.compare, value }];
  }
  if (modifiers.matcher === 're') return parseRegex(scalar, context);
  if (modifiers.matcher === 'cidr') return parseCidrs(scalar, context);
  if (modifiers.matcher === 'fieldref') return parseFieldReference(scalar, context);
  const patterns = transform(startPatterns(scalar, context), scalar, context);
  const texts = patterns?.map(({ parts }): ValueTest => ({ is: 'text', pattern: [...parts], cased: modifiers.cased }));
  // JSON.parse has rounded such a number in the event too: its text is no longer the one that was written.
  if (typeof scalar.value === 'number' && isLongIdentifier(scalar) && modifiers.transforms.length === 0) {
    texts?.push({ is: 'number', compare: 'eq', value: scalar.value });
  }
  return texts;
}

/** Whether a number has more digits than a double holds, which makes it an identifier. */
function isLongIdentifier({ value, text }: YamlScalar): boolean {
  return /^[1-9]\d{15,}$/.test(text) && String(value) !== text;
}

function parseTime(scalar: YamlScalar, part: TimePart, { modifiers, report }: ValueContext): ValueTest[] | undefined {
  const value = numberOf(scalar);
  const [least, most] = TIME_RANGES[part];
  if (value === undefined || !Number.isInteger(value) || value < least || value > most) {
    return report.at(scalar.at, `'${part}' is a whole number from ${least} to ${most}, not '${scalar.text}'`);
  }
  return [{ is: 'time', part, compare: modifiers.compare ?? 'eq', value }];
}

function parseRegex(scalar: YamlScalar, { modifiers, options, report }: ValueContext): ValueTest[] | undefined {
  const test = { is: 'regex' as const, pattern: scalar.text, ...modifiers.flags };
  const fault = faultOfRegex(test, options.regex);
  return fault === undefined ? [test] : report.at(scalar.at, fault);
}

function parseCidrs(scalar: YamlScalar, context: ValueContext): ValueTest[] | undefined {
  const { modifiers, report } = context;
  const expanded = modifiers.transforms.includes('expand') ? expand(scalar, context) : [literal(scalar.text)];
  const tests = expanded?.map((parts): ValueTest | undefined => {
    const text = plainText(parts);
    if (text === undefined) return report.at(scalar.at, 'a network cannot hold wildcards');
    const network = parseNetwork(text);
    if ('fault' in network) return report.at(scalar.at, network.fault, network.suggestion);
    return { is: 'cidr', network: text };
  });
  return tests?.every((test) => test !== undefined) ? tests : undefined;
}

function parseFieldReference(scalar: YamlScalar, context: ValueContext): ValueTest[] | undefined {
  const { modifiers, brackets, report } = context;
  if (scalar.text === '') return report.at(scalar.at, `'fieldref' needs the name of a field`);
  const path = parseFieldPath(scalar.text, brackets, scalar.at, report);
  if (path === undefined) return undefined;
  if (path.field === undefined || path.blocks.length > 0) {
    return report.at(scalar.at, `'fieldref' names a field, not the members of a list`);
  }
  return [{ is: 'field', field: path.field, how: modifiers.affix ?? 'equals', cased: modifiers.cased }];
}

/**
 * The patterns that a value stands for before its modifiers apply. A number stands both for its text as written and
 * for the text that JSON has for it: 0x1F for 31 as well, 012345678901 for an account id.
 */
function startPatterns(scalar: YamlScalar, context: ValueContext): Part[][] | undefined {
  if (typeof scalar.value === 'string') {
    return context.modifiers.transforms.includes('expand') ? expand(scalar, context) : [parseSigmaString(scalar.text)];
  }
  const canonical = String(scalar.value);
  if (typeof scalar.value === 'boolean' || canonical === scalar.text) return [literal(canonical)];
  // Digits behind a leading zero are an identifier as well.
  const isIdentifier = /^0\d/.test(scalar.text) || isLongIdentifier(scalar);
  if (isIdentifier || context.modifiers.transforms.length > 0) return [literal(scalar.text)];
  return [literal(canonical), literal(scalar.text)];
}

function expand(scalar: YamlScalar, { options, report }: ValueContext): Part[][] | undefined {
  const pieces = splitPlaceholders(scalar.text);
  const placeholders = options.placeholders ?? {};
  const faults = pieces.flatMap((piece) => {
    if (!('placeholder' in piece)) return [];
    const { placeholder } = piece;
    if (!Object.hasOwn(placeholders, placeholder))
      return `the placeholder %${placeholder}% has no values in the configuration`;
    return isListOfTexts(placeholders[placeholder])
      ? []
      : `the values of the placeholder %${placeholder}% in the configuration are not a list of texts`;
  });
  for (const fault of faults) report.at(scalar.at, fault);
  return faults.length > 0 ? undefined : expandPieces(pieces, placeholders);
}

function transform(
  patterns: Part[][] | undefined,
  scalar: YamlScalar,
  { modifiers, report }: ValueContext,
): EncodedPattern[] | undefined {
  let current: EncodedPattern[] | undefined = patterns?.map((parts) => ({ parts, bytes: false }));
  for (const name of modifiers.transforms) {
    if (current === undefined) return undefined;
    if (name === 'contains' || name === 'startswith' || name === 'endswith') {
      current = current.map(({ parts, bytes }) => ({ parts: affix(parts, name), bytes }));
    } else if (name === 'windash') {
      current = current.map(({ parts, bytes }) => ({ parts: windash(parts), bytes }));
    } else if (name !== 'expand') {
      const encoded = withoutDashes(current)?.map((pattern) => encode(pattern, name));
      if (encoded === undefined) return report.at(scalar.at, `too many dashes to encode '${scalar.text}'`);
      const fault = encoded.find((result) => typeof result === 'string');
      if (typeof fault === 'string') return report.at(scalar.at, fault);
      current = encoded.flatMap((result) => (typeof result === 'string' ? [] : result));
    }
  }
  // A fragment is by its nature a part of something longer.
  if (modifiers.transforms.includes('base64offset') && modifiers.affix === undefined) {
    return current?.map(({ parts, bytes }) => ({ parts: affix(parts, 'contains'), bytes }));
  }
  return current;
}

function withoutDashes(patterns: readonly EncodedPattern[]): EncodedPattern[] | undefined {
  const permuted = patterns.map(({ parts, bytes }) => permuteDashes(parts)?.map((one) => ({ parts: one, bytes })));
  return permuted.every((list) => list !== undefined) ? permuted.flat() : undefined;
}

function encode(
  pattern: EncodedPattern,
  name: 'utf16le' | 'utf16be' | 'utf16' | 'base64' | 'base64offset',
): EncodedPattern[] | string {
  if (name !== 'base64' && name !== 'base64offset') {
    const encoded = toUtf16(pattern, name);
    return encoded === undefined ? `'${name}' cannot encode the wildcard ?` : [encoded];
  }
  const bytes = bytesOf(pattern);
  if (bytes === undefined) return `'${name}' cannot encode wildcards`;
  if (name === 'base64') return [{ parts: literal(bytes.toString('base64')), bytes: false }];
  if (bytes.length < 2) return `'base64offset' needs two bytes or more: fewer leave nothing to recognize`;
  return base64Fragments(bytes).map((fragment) => ({ parts: literal(fragment), bytes: false }));
}

function numberOf(scalar: YamlScalar): number | undefined {
  if (typeof scalar.value === 'number') return Number.isFinite(scalar.value) ? scalar.value : undefined;
  return typeof scalar.value === 'string' && NUMERIC_TEXT.test(scalar.value) ? Number(scalar.value) : undefined;
}
