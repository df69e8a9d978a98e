import { compileDetection } from './compile.ts';
import type { Compiled, ExplainNode, MatchedField } from './compiled.ts';
import { textOf } from './json.ts';
import { requirementsOf } from './requirements.ts';
import { RuleIndex } from './rule-index.ts';
import type { DetectionRule, Metadata, RuleSet } from './rule-set.ts';
import { Paths, Scope } from './scope.ts';

/** What a detector knows of a rule. */
export interface RuleMetadata extends Metadata {
  kind: 'detection' | 'correlation';
  /** Whether an index finds the rule by a value that it requires; otherwise it looks at every event. */
  indexed: boolean;
  /** The actions it looks at, as `iam:CreateUser`, `*:CreateUser` or `iam:*`; empty where it may look at any. */
  actions: readonly string[];
}

/** One rule matched one record. */
export interface RuleMatch extends Omit<Metadata, 'id' | 'finding'> {
  ruleId: string;
  /** The fields that made it match, and their values as they are in the record: secrets are the caller's to mask. */
  matched: MatchedField[];
}

export interface DetectorOptions {
  /** The record's classification, under `trailwarden.` in rules; called only if a rule asks for it. */
  derive?: (record: object) => object;
}

/** Fields that a match shows; a rule of many selections would otherwise repeat the whole event. */
const MAX_MATCHED = 50;

interface CompiledRule {
  id: string;
  finding: boolean;
  /** What all matches of the rule have in common. */
  match: Omit<RuleMatch, 'matched'>;
  compiled: Compiled;
  filters: readonly { title: string; compiled: Compiled }[];
}

/** Rules as closures over interned field paths. Not for use from within its own callbacks. */
export class Detector {
  readonly rules: readonly RuleMetadata[];
  readonly #options: DetectorOptions;
  readonly #compiled: readonly CompiledRule[];
  readonly #index: RuleIndex;
  readonly #scope: Scope;

  constructor(ruleSet: RuleSet, options: DetectorOptions = {}) {
    this.#options = options;
    const paths = new Paths(true);
    const detections = ruleSet.rules.filter((rule) => rule.kind === 'detection');
    this.#compiled = detections.map((rule) => compileRule(rule, paths));
    this.#index = new RuleIndex(detections, paths);
    this.#scope = new Scope(paths);
    const placed = new Map(detections.map(({ metadata: { id } }, i) => [id, this.#index.placed[i] === true]));
    this.rules = ruleSet.rules.map((rule) => describe(rule, placed));
  }

  /** The rules that match a record, in the order of the rule set. `derived` are the values under `trailwarden.` */
  match(record: object, derived?: object): RuleMatch[] {
    const scope = this.#enter(record, derived);
    const matching: number[] = [];
    this.#index.candidates(scope, (i) => {
      const candidate = this.#compiled[i];
      if (candidate?.finding === true && matches(candidate, scope)) matching.push(i);
    });
    if (matching.length > 1) matching.sort((a, b) => a - b);
    return matching.flatMap((i) => {
      const candidate = this.#compiled[i];
      return candidate === undefined ? [] : toMatch(candidate, scope);
    });
  }

  /** Why a rule matches a record, or why not: its condition as a tree. Undefined where there is no such rule. */
  explain(ruleId: string, record: object, derived?: object): ExplainNode | undefined {
    const found = this.#compiled.find(({ id }) => id === ruleId);
    if (found === undefined) return undefined;
    const scope = this.#enter(record, derived);
    return {
      kind: 'rule',
      label: found.match.title,
      verdict: matches(found, scope),
      children: [
        found.compiled.explain(scope),
        ...found.filters.map(({ title, compiled }): ExplainNode => {
          const inner = compiled.explain(scope);
          return { kind: 'filter', label: title, verdict: inner.verdict, children: [inner] };
        }),
      ],
    };
  }

  #enter(record: object, derived: object | undefined): Scope {
    const { derive } = this.#options;
    return this.#scope.enter(record, () => derived ?? derive?.(record));
  }
}

/** Builds a detector from a rule set, which `ruleSetSchema` should have checked if it comes from outside. */
export function createDetector(ruleSet: RuleSet, options?: DetectorOptions): Detector {
  return new Detector(ruleSet, options);
}

function compileRule({ metadata, detection, filters }: DetectionRule, paths: Paths): CompiledRule {
  const { id, finding, ...rest } = metadata;
  return {
    id,
    finding,
    match: { ruleId: id, ...rest },
    compiled: compileDetection(detection, paths),
    filters: filters.map(({ title, detection: inner }) => ({ title, compiled: compileDetection(inner, paths) })),
  };
}

function matches({ compiled, filters }: CompiledRule, scope: Scope): boolean {
  return compiled.test(scope) && filters.every((filter) => filter.compiled.test(scope));
}

function toMatch({ match, compiled }: CompiledRule, scope: Scope): RuleMatch {
  const found: MatchedField[] = [];
  compiled.evidence(scope, found);
  const distinct = new Map(found.map((entry) => [`${entry.field}\n${textOf(entry.value)}`, entry]));
  return { ...match, matched: [...distinct.values()].slice(0, MAX_MATCHED) };
}

function describe(rule: RuleSet['rules'][number], placed: ReadonlyMap<string, boolean>): RuleMetadata {
  const { kind, metadata } = rule;
  if (kind === 'correlation')
    return { kind, ...metadata, indexed: rule.rules.every((id) => placed.get(id) === true), actions: [] };
  return { kind, ...metadata, indexed: placed.get(metadata.id) === true, actions: actionsOf(rule) };
}

function actionsOf(rule: DetectionRule): string[] {
  const requirements = requirementsOf(rule);
  const names = requirements.get('["eventName"]')?.texts;
  const sources = requirements.get('["eventSource"]')?.texts;
  if (names === undefined && sources === undefined) return [];
  const services = [...(sources?.values() ?? ['*'])].map((source) => source.replace(/\.amazonaws\.com$/i, ''));
  return services.flatMap((service) => [...(names?.values() ?? ['*'])].map((name) => `${service}:${name}`));
}
