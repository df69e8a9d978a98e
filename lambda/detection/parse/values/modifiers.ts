import { nearest } from '../../../shared/nearest.ts';
import type { Position, Report } from '../../language/problem.ts';
import { COMPARISONS, type Comparison, TIME_PARTS, type TimePart } from '../../language/rule-set.ts';

const AFFIXES = ['contains', 'startswith', 'endswith'] as const;
type Affix = (typeof AFFIXES)[number];

const TRANSFORMS = [
  'expand',
  'windash',
  'utf16le',
  'utf16be',
  'utf16',
  'base64',
  'base64offset',
  'contains',
  'startswith',
  'endswith',
] as const;
type Transform = (typeof TRANSFORMS)[number];

const MATCHERS = ['re', 'cidr', 'exists', 'fieldref'] as const;
const SWITCHES = ['all', 'cased', 'neq'] as const;
const REGEX_FLAGS = ['i', 'm', 's'] as const;

/** Names that mean the same: the long forms of the flags, and `wide`. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['ignorecase', 'i'],
  ['multiline', 'm'],
  ['dotall', 's'],
  ['wide', 'utf16le'],
]);

const KNOWN: readonly string[] = [
  ...TRANSFORMS,
  ...MATCHERS,
  ...SWITCHES,
  ...REGEX_FLAGS,
  ...COMPARISONS,
  ...TIME_PARTS,
  ...ALIASES.keys(),
];

/** A chain of modifiers that makes sense, sorted by what each of them does. */
export interface Modifiers {
  /** Changes to the value, in the order in which the rule gives them. */
  transforms: readonly Transform[];
  affix: Affix | undefined;
  matcher: (typeof MATCHERS)[number] | undefined;
  compare: Comparison | undefined;
  time: TimePart | undefined;
  flags: { ignoreCase: boolean; multiline: boolean; dotAll: boolean };
  all: boolean;
  cased: boolean;
  neq: boolean;
}

/**
 * Checks a chain of modifiers (Sigma modifiers appendix, v2.1). A chain is a problem if one modifier would have no
 * effect, or if two contradict each other: the author must have meant something else.
 */
export function parseModifiers(names: readonly string[], at: Position, report: Report): Modifiers | undefined {
  const chain = names.map((name) => ALIASES.get(name) ?? name);
  const before = report.problems.length;
  for (const [i, name] of chain.entries()) {
    if (!KNOWN.includes(name)) {
      if (name === '') report.at(at, 'a modifier is missing after |');
      else report.at(at, `unknown modifier '${name}'`, nearest(name, KNOWN));
    } else if (chain.indexOf(name) < i) report.at(at, `the modifier '${names[i]}' is given twice`);
  }
  if (report.problems.length > before) return undefined;
  const fault = faultOfChain(chain);
  if (fault !== undefined) return report.at(at, fault);
  const given = <T extends string>(words: readonly T[]): T[] => words.filter((word) => chain.includes(word));
  return {
    transforms: chain.filter(isTransform),
    affix: given(AFFIXES)[0],
    matcher: given(MATCHERS)[0],
    compare: given(COMPARISONS)[0],
    time: given(TIME_PARTS)[0],
    flags: { ignoreCase: chain.includes('i'), multiline: chain.includes('m'), dotAll: chain.includes('s') },
    all: chain.includes('all'),
    cased: chain.includes('cased'),
    neq: chain.includes('neq'),
  };
}

function isTransform(name: string): name is Transform {
  return TRANSFORMS.some((transform) => transform === name);
}

function faultOfChain(chain: readonly string[]): string | undefined {
  return faultOfMatchers(chain) ?? faultOfTransforms(chain) ?? faultOfSwitches(chain);
}

/** At most one way of comparing, but that a part of a time can be compared as a number. */
function faultOfMatchers(chain: readonly string[]): string | undefined {
  const among = (words: readonly string[]) => chain.filter((name) => words.includes(name));
  const affixes = among(AFFIXES);
  if (affixes.length > 1) return `'${affixes.join("' and '")}' exclude each other`;
  const ways = among([...MATCHERS, ...COMPARISONS, ...TIME_PARTS]);
  const [first, second] = ways;
  const isTimeCompared = ways.length === 2 && among(TIME_PARTS)[0] === first && among(COMPARISONS)[0] === second;
  if (ways.length > 1 && !isTimeCompared) return `'${ways.join("' and '")}' exclude each other`;
  const flags = among(REGEX_FLAGS);
  const [flag] = flags;
  if (flag !== undefined && (first !== 're' || chain.indexOf(flag) < chain.indexOf('re'))) {
    return `'${flag}' belongs behind 're'`;
  }
  if (first === 'exists' && chain.length > 1) return `'exists' stands alone`;
  if (first !== undefined && first !== 'fieldref') {
    const text = among(['cased', ...TRANSFORMS]).filter((name) => !(first === 'cidr' && name === 'expand'));
    if (text[0] === 'expand') return `'expand' is not supported on '${first}'`;
    if (text.length > 0) return `'${text[0]}' has no effect on '${first}'`;
  }
  if (first === 'fieldref') {
    const changes = among(TRANSFORMS).filter((name) => !affixes.includes(name));
    if (changes.length > 0) return `'${changes[0]}' has no effect on 'fieldref'`;
  }
  return undefined;
}

/** Transforms apply in order: placeholders, then dashes, then UTF-16, then Base64, and wildcards cannot be encoded. */
function faultOfTransforms(chain: readonly string[]): string | undefined {
  const order: readonly (readonly string[])[] = [['expand'], ['windash'], ['utf16le', 'utf16be', 'utf16']];
  const stages = [...order, ['base64', 'base64offset']];
  const encodings = [...(order[2] ?? []), 'base64', 'base64offset'];
  let reached = -1;
  let previous = '';
  for (const name of chain) {
    const stage = stages.findIndex((names) => names.includes(name));
    if (stage === -1) continue;
    if (stage === reached) return `'${previous}' and '${name}' exclude each other`;
    if (stage < reached) return `'${name}' must stand before '${previous}'`;
    reached = stage;
    previous = name;
  }
  const given = AFFIXES.find((word) => chain.includes(word));
  const affix = given === undefined ? -1 : chain.indexOf(given);
  const encoding = chain.find((name, i) => affix !== -1 && i > affix && encodings.includes(name));
  if (encoding !== undefined) return `'${chain[affix]}' must stand behind '${encoding}': wildcards cannot be encoded`;
  if (chain.includes('cidr') && chain.indexOf('expand') > chain.indexOf('cidr')) {
    return `'expand' must stand before 'cidr'`;
  }
  return undefined;
}

function faultOfSwitches(chain: readonly string[]): string | undefined {
  if (!chain.includes('neq')) return undefined;
  if (chain.includes('all')) return `'neq' and 'all' exclude each other: neq is none of the values already`;
  const compare = COMPARISONS.find((name) => chain.includes(name));
  return compare === undefined ? undefined : `'neq' and '${compare}' exclude each other`;
}
