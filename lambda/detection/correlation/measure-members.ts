import { numberOf } from '../language/numeric-text.ts';
import type { CorrelationRule } from '../language/rule-set.ts';
import type { Member } from './correlation-store.ts';

/** Combinations of several value fields that are counted for one event at most. */
const MAX_TUPLES = 64;

/**
 * The number that a correlation's condition tests: of a window's events, of their values, or of the rules that they
 * matched. Undefined if there is none, for example the average of no numbers. An event counts once, even if it matched
 * several rules.
 */
export function measure(rule: CorrelationRule, window: readonly Member[]): number | undefined {
  switch (rule.type) {
    case 'event_count':
      // A member is an event and a rule, so each event appears only once for one rule.
      return rule.rules.length === 1 ? window.length : new Set(window.map(({ identity }) => identity)).size;
    case 'value_count':
      return distinctValues(rule, window);
    case 'chain':
    case 'temporal':
      return new Set(window.map((member) => member.rule)).size;
    case 'temporal_ordered':
      return longestOrder(rule, window);
    case 'value_sum': {
      const numbers = numbersOf(rule, window);
      return numbers.length === 0 ? undefined : sum(numbers);
    }
    case 'value_avg': {
      const numbers = numbersOf(rule, window);
      return numbers.length === 0 ? undefined : sum(numbers) / numbers.length;
    }
    case 'value_percentile':
      return percentile(numbersOf(rule, window), rule.percentile ?? 50);
    case 'value_median':
      return percentile(numbersOf(rule, window), 50);
    // It has no windows.
    case 'first_seen':
      return undefined;
  }
}

/** The key of a field among a member's fields. */
export function fieldKey(path: readonly (string | number)[]): string {
  let key = KEYS.get(path);
  if (key === undefined) {
    key = JSON.stringify(path);
    KEYS.set(path, key);
  }
  return key;
}

/** Every member of a window is read with the same few paths. */
const KEYS = new WeakMap<readonly (string | number)[], string>();

function distinctValues(rule: CorrelationRule, window: readonly Member[]): number {
  const isSingle = rule.valueFields.length === 1;
  const distinct = new Set<string>();
  for (const member of window) {
    for (const value of isSingle ? textsOf(rule, member, 0).slice(0, MAX_TUPLES) : tuplesOf(rule, member))
      distinct.add(value);
  }
  return distinct.size;
}

function textsOf(rule: CorrelationRule, member: Member, field: number): readonly string[] {
  const path = rule.valueFields[field]?.byRule[member.rule]?.path;
  return path === undefined ? [] : (member.fields[fieldKey(path)] ?? []);
}

/** The values of an event; for several fields, the combinations of their values, or none if one of them is missing. */
function tuplesOf(rule: CorrelationRule, member: Member): string[] {
  let tuples: string[][] = [[]];
  for (const field of rule.valueFields.keys()) {
    const texts = textsOf(rule, member, field);
    tuples = tuples.flatMap((tuple) => texts.map((text) => [...tuple, text])).slice(0, MAX_TUPLES);
  }
  return tuples.map((tuple) => JSON.stringify(tuple));
}

function numbersOf(rule: CorrelationRule, window: readonly Member[]): number[] {
  const counted = new Set<string>();
  return window.flatMap((member) => {
    if (counted.has(member.identity)) return [];
    counted.add(member.identity);
    return textsOf(rule, member, 0).map(numberOf).filter(Number.isFinite);
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Interpolated between the two nearest values, so that the 50th is the usual median. */
function percentile(numbers: readonly number[], percent: number): number | undefined {
  const sorted = numbers.toSorted((a, b) => a - b);
  const rank = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(rank)];
  const above = sorted[Math.ceil(rank)];
  return below === undefined || above === undefined ? undefined : below + (above - below) * (rank - Math.floor(rank));
}

/**
 * How many of the rules can be found one after the other, in the correlation's order. Events of the same time count as
 * being in order.
 */
function longestOrder(rule: CorrelationRule, window: readonly Member[]): number {
  const order = new Map(rule.rules.map((id, i) => [id, i]));
  const steps = window
    .map((member) => ({ time: member.eventTime, position: order.get(member.rule) ?? 0 }))
    .sort((a, b) => a.time - b.time || a.position - b.position);
  const longest = rule.rules.map(() => 0);
  for (const { position } of steps) {
    longest[position] = Math.max(longest[position] ?? 0, 1 + Math.max(0, ...longest.slice(0, position)));
  }
  return Math.max(0, ...longest);
}
