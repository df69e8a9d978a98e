import { compileDetection } from './compile/compile-detection.ts';
import type { Compiled, ExplainNode, MatchedField } from './compile/compiled-part.ts';
import type { CorrelationFinding } from './correlation/correlation-finding.ts';
import { LATENESS } from './correlation/correlation-store.ts';
import { Correlations, type Membership } from './correlation/linked-correlations.ts';
import { MemoryCorrelationStore } from './correlation/memory-correlation-store.ts';
import { type CorrelationOutcome, observe, runSync, settle } from './correlation/run-correlations.ts';
import { MemoryFirstSeen } from './first-seen/memory-first-seen.ts';
import type { CorrelationType, DetectionRule, Metadata, RuleSet } from './language/rule-set.ts';
import { isAggregated, namesAggregated } from './match/names-aggregated.ts';
import { recordIdentity } from './match/record-identity.ts';
import { Paths, Scope } from './match/record-scope.ts';
import { RuleIndex } from './match/rule-index.ts';
import { requirementsOf } from './match/rule-requirements.ts';
import { textOf } from './match/text-of.ts';
import { instantOf } from './match/time-part.ts';

/** What a detector knows about a rule. */
export interface RuleMetadata extends Metadata {
  kind: 'detection' | 'correlation';
  /** Of a correlation: its type. */
  correlation?: CorrelationType;
  /** Whether an index finds the rule by a value that it requires. Otherwise it is tried on every event. */
  indexed: boolean;
  /** The actions that it can match, such as `iam:CreateUser`, `*:Delete*` or `iam:*`; empty if it may match any. */
  actions: readonly string[];
}

/** One rule matched one record. */
export interface RuleMatch extends Omit<Metadata, 'id' | 'finding'> {
  ruleId: string;
  /** The fields that made it match, and their values as they are in the record: the caller must mask secrets. */
  matched: MatchedField[];
}

export interface DetectorOptions {
  /** Identifies a record that comes again. Default: `recordIdentity`. */
  identity?: (record: object) => string | undefined;
  /** How long after a window closed, in milliseconds, conditions that are judged once wait for late events. */
  lateness?: number;
  /** Members of a correlation's group that are read; beyond them a finding says "at least". Default 1,000. */
  memberCap?: number;
  /**
   * From when on rules of type first_seen learn, in milliseconds; `-Infinity` where they have learnt enough. Default: the
   * time of the first record.
   */
  seenSince?: number;
  /** The record's classification, under `trailwarden.` in rules; called only if a rule asks for it. */
  derive?: (record: object) => object;
}

/** A record's classification, or what makes it: called at most once a record, and only if a rule that may match reads it. */
export type Derived = object | (() => object);

/** What the rules say about a record. */
export interface Judgement {
  /** The rules that match, in the order of the rule set. */
  matches: RuleMatch[];
  /** The groups of correlations that the record belongs to: what `observe` wants to know. */
  memberships: Membership[];
}

/** Fields that a match shows at most. Otherwise a rule of many selections would repeat the whole event. */
const MAX_MATCHED = 50;

interface CompiledRule {
  /** What all matches of the rule have in common. */
  match: Omit<RuleMatch, 'matched'>;
  compiled: Compiled;
  filters: readonly { title: string; compiled: Compiled }[];
  /** Whether it asks for aggregated events; only such rules judge them. */
  namesAggregated: boolean;
}

/** A rule that the index knows; its closures are built when the first event may match it. */
interface PlacedRule {
  readonly rule: DetectionRule;
  /** Whether some correlation names it. */
  readonly correlated: boolean;
  compiled?: CompiledRule;
}

/**
 * Rules as closures over shared field paths, each built when it is first asked for: a process usually sees events that
 * few of its rules ask for. Its own callbacks must not call it.
 */
export class Detector {
  readonly #ruleSet: RuleSet;
  readonly #options: DetectorOptions;
  readonly #placed: readonly PlacedRule[];
  #index: RuleIndex | undefined;
  readonly #paths = new Paths(true);
  readonly #scope: Scope;
  readonly #store = new MemoryCorrelationStore();
  readonly #firstSeen: MemoryFirstSeen;
  #unidentified = 0;
  #rules: readonly RuleMetadata[] | undefined;
  /** The correlations, for a store that functions share: see `observe` and `settle`. */
  readonly correlations: Correlations;

  constructor(ruleSet: RuleSet, options: DetectorOptions = {}) {
    this.#ruleSet = ruleSet;
    this.#options = options;
    this.correlations = new Correlations(ruleSet, options.memberCap);
    this.#firstSeen = new MemoryFirstSeen(this.correlations, options.seenSince);
    const detections = ruleSet.rules.filter((rule) => rule.kind === 'detection');
    this.#placed = detections.map((rule) => ({ rule, correlated: this.correlations.isNamed(rule.metadata.id) }));
    this.correlations.intern(this.#paths);
    this.#scope = new Scope(this.#paths);
  }

  /** Made when the first record comes: who only correlates what others have found needs none. */
  #indexed(): RuleIndex {
    if (this.#index === undefined) {
      this.#index = new RuleIndex(
        this.#placed.map(({ rule }) => rule),
        this.#paths,
      );
      this.#scope.grow();
    }
    return this.#index;
  }

  /** Every rule, in the order of the rule set. */
  get rules(): readonly RuleMetadata[] {
    this.#rules ??= this.#describe();
    return this.#rules;
  }

  #describe(): readonly RuleMetadata[] {
    const { placed: isPlaced } = this.#indexed();
    const placed = new Map(this.#placed.map(({ rule }, i) => [rule.metadata.id, isPlaced[i] === true]));
    return this.#ruleSet.rules.map((rule) => describe(rule, placed));
  }

  /** The rules that match a record, in the order of the rule set. `derived` are the values under `trailwarden.` */
  match(record: object, derived?: Derived): RuleMatch[] {
    const scope = this.#enter(record, derived);
    const matching = this.#matching(scope, record, isFinding);
    return matching.flatMap((i) => this.#toMatch(i, scope));
  }

  /**
   * What `match` and `memberships` say of a record, each rule tested once.
   * @param at counts as the time of a record without one.
   */
  judge(record: object, at: Date | number, derived?: Derived): Judgement {
    const scope = this.#enter(record, derived);
    const matching = this.#matching(scope, record, isFindingOrCorrelated);
    if (matching.length === 0) return { matches: [], memberships: [] };
    return {
      matches: matching.flatMap((i) => this.#toMatch(i, scope)),
      memberships: this.#membershipsOf(matching, scope, record, at),
    };
  }

  /**
   * Adds a record to the correlations kept in memory, and returns what fires now. `at` is the clock; order is eventTime
   * (a record without one counts as of `at`). A record that comes again changes nothing, unless it has no eventID: then
   * each delivery counts.
   */
  correlate(record: object, at: Date | number, derived?: Derived): CorrelationFinding[] {
    const { eventTime }: { eventTime?: unknown } = record;
    this.#firstSeen.startAt(instantOf(eventTime) ?? Number(at));
    return this.observe(this.memberships(record, at, derived), at);
  }

  /**
   * Adds what `memberships` returned for a record (here, or in another thread with the same rules) to the correlations
   * kept in memory.
   */
  observe(memberships: readonly Membership[], at: Date | number): CorrelationFinding[] {
    const now = Number(at);
    const closed = this.settle(now);
    const options = { now, lateness: this.#options.lateness ?? LATENESS };
    const { firstSeen, others } = this.correlations.split(memberships);
    const findings = this.#run(observe(this.correlations, others, options), now);
    this.#firstSeen.startAt(now);
    const seen = this.#firstSeen.observe(firstSeen, now);
    const chained = this.#run(observe(this.correlations, seen.chained, options), now);
    return [...closed, ...findings, ...seen.findings, ...chained];
  }

  /** Has rules of type first_seen learn what `memberships` returned for a record: nothing fires for it. */
  teach(memberships: readonly Membership[]): void {
    this.#firstSeen.teach(memberships);
  }

  /** Moves the clock of the correlations kept in memory, and returns what fires because windows are over by then. */
  settle(at: Date | number): CorrelationFinding[] {
    const now = Number(at);
    const lateness = this.#options.lateness ?? LATENESS;
    const findings: CorrelationFinding[] = [];
    for (let batch = this.#store.due(now); batch.length > 0; batch = this.#store.due(now)) {
      // Even if the clock has jumped far, each group is judged as of the moment at which it was due.
      for (const { key, due } of batch) {
        this.#store.setClock(due);
        for (const finding of this.#run(settle(this.correlations, key, { now: due, lateness }), due)) {
          findings.push(finding);
        }
      }
    }
    this.#store.setClock(now);
    this.#store.sweep();
    return findings;
  }

  /** What fires in a run, and the chains that its firings end. */
  #run(run: Parameters<typeof runSync<CorrelationOutcome>>[0], now: number): CorrelationFinding[] {
    const { findings, chained } = runSync(run, this.#store);
    if (chained.length === 0) return findings;
    const options = { now, lateness: this.#options.lateness ?? LATENESS };
    return [...findings, ...runSync(observe(this.correlations, chained, options), this.#store).findings];
  }

  /** The groups of correlations that a record belongs to: what `observe` wants to know. */
  memberships(record: object, at: Date | number, derived?: Derived): Membership[] {
    const scope = this.#enter(record, derived);
    return this.#membershipsOf(this.#matching(scope, record, isCorrelated), scope, record, at);
  }

  #toMatch(rule: number, scope: Scope): RuleMatch[] {
    const placed = this.#placed[rule];
    return placed === undefined || !isFinding(placed) ? [] : [toMatch(this.#compile(placed), scope)];
  }

  #compile(placed: PlacedRule): CompiledRule {
    if (placed.compiled === undefined) {
      placed.compiled = compileRule(placed.rule, this.#paths);
      this.#scope.grow();
    }
    return placed.compiled;
  }

  #membershipsOf(matching: readonly number[], scope: Scope, record: object, at: Date | number): Membership[] {
    const named = matching.flatMap((i) => {
      const placed = this.#placed[i];
      return placed?.correlated === true ? placed.rule.metadata.id : [];
    });
    if (named.length === 0) return [];
    const fields: { eventTime?: unknown; eventID?: unknown } = record;
    const eventTime = instantOf(fields.eventTime) ?? Number(at);
    const identity = (this.#options.identity ?? recordIdentity)(record) ?? this.#nextIdentity();
    const eventID = typeof fields.eventID === 'string' ? fields.eventID : identity;
    return named.flatMap((ruleId) =>
      this.correlations.membershipsOf(ruleId, { identity, eventTime, eventID }, scope, this.#paths),
    );
  }

  /**
   * Why a rule matches a record, or why not: its condition as a tree. For a correlation: the rules that it names, and
   * whether one of them matches the record. Undefined if there is no such rule.
   */
  explain(ruleId: string, record: object, derived?: Derived): ExplainNode | undefined {
    const correlation = this.correlations.get(ruleId)?.rule;
    if (correlation !== undefined) {
      const named = correlation.rules.flatMap((id) => this.explain(id, record, derived) ?? []);
      // Nearly every rule is a member of a chain: only those that match say something.
      const children = correlation.type === 'chain' ? named.filter((child) => child.verdict) : named;
      const verdict = children.some((child) => child.verdict);
      return { kind: 'rule', label: correlation.metadata.title, verdict, children };
    }
    const placed = this.#placed.find(({ rule }) => rule.metadata.id === ruleId);
    if (placed === undefined) return undefined;
    const found = this.#compile(placed);
    const scope = this.#enter(record, derived);
    const leftOut = isAggregated(record) && !found.namesAggregated;
    return {
      kind: 'rule',
      label: found.match.title,
      verdict: !leftOut && matches(found, scope),
      children: [
        found.compiled.explain(scope),
        ...(leftOut
          ? [{ kind: 'filter' as const, label: 'not asked for eventCategory: Aggregated', verdict: true }]
          : []),
        ...found.filters.map(({ title, compiled }): ExplainNode => {
          const inner = compiled.explain(scope);
          return { kind: 'filter', label: title, verdict: inner.verdict, children: [inner] };
        }),
      ],
    };
  }

  #nextIdentity(): string {
    this.#unidentified += 1;
    return `#${this.#unidentified}`;
  }

  #enter(record: object, derived: Derived | undefined): Scope {
    const { derive } = this.#options;
    return this.#scope.enter(record, () => (typeof derived === 'function' ? derived() : (derived ?? derive?.(record))));
  }

  /** The rules of a kind that match what the scope was switched to, by their places in the rule set, in its order. */
  #matching(scope: Scope, record: object, isWanted: (rule: PlacedRule) => boolean): number[] {
    const aggregated = isAggregated(record);
    const matching: number[] = [];
    this.#indexed().candidates(scope, (i) => {
      const placed = this.#placed[i];
      if (placed === undefined || !isWanted(placed)) return;
      const candidate = this.#compile(placed);
      if (aggregated && !candidate.namesAggregated) return;
      if (matches(candidate, scope)) matching.push(i);
    });
    return matching.length > 1 ? matching.sort((a, b) => a - b) : matching;
  }
}

/** Builds a detector from a rule set, which `ruleSetSchema` should have checked if it comes from outside. */
export function createDetector(ruleSet: RuleSet, options?: DetectorOptions): Detector {
  return new Detector(ruleSet, options);
}

function isFinding({ rule }: PlacedRule): boolean {
  return rule.metadata.finding;
}

function isCorrelated({ correlated }: PlacedRule): boolean {
  return correlated;
}

function isFindingOrCorrelated(placed: PlacedRule): boolean {
  return isFinding(placed) || placed.correlated;
}

function compileRule({ metadata, detection, filters }: DetectionRule, paths: Paths): CompiledRule {
  const { id, finding: _, ...rest } = metadata;
  return {
    match: { ruleId: id, ...rest },
    compiled: compileDetection(detection, paths),
    namesAggregated: namesAggregated({ detection }),
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
    return {
      kind,
      correlation: rule.type,
      ...metadata,
      indexed: rule.rules.every((id) => placed.get(id) === true),
      actions: [],
    };
  return { kind, ...metadata, indexed: placed.get(metadata.id) === true, actions: actionsOf(rule) };
}

function actionsOf(rule: DetectionRule): string[] {
  const requirements = requirementsOf(rule);
  const names = requirements.get('["eventName"]')?.patterns;
  const sources = requirements.get('["eventSource"]')?.patterns;
  if (names === undefined && sources === undefined) return [];
  const services = [...(sources ?? ['*'])].map((source) => source.replace(/\.amazonaws\.com$/i, ''));
  return services.flatMap((service) => [...(names ?? ['*'])].map((name) => `${service}:${name}`));
}
