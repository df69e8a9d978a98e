import type { CorrelatedField, CorrelationRule, Field, RuleSet } from '../language/rule-set.ts';
import type { Paths, Scope, Texts } from '../match/record-scope.ts';
import { CHAIN_CAP, CHAIN_FIELDS, isOutOfChains } from './chain.ts';
import { type Firing, type GroupKey, MEMBER_CAP, type Member } from './correlation-store.ts';
import { firesEarly } from './judge-group.ts';
import { fieldKey } from './measure-members.ts';

/** An event (or a firing) belongs to a group of a correlation. `arrivedAt` is set when the member is written. */
export interface Membership {
  key: GroupKey;
  member: Omit<Member, 'arrivedAt'>;
}

/** The event of a membership, as far as correlations need to know it. */
export interface CorrelatedEvent {
  identity: string;
  eventTime: number;
  eventID: string;
  context?: string;
}

/** A correlation, and what it reads from the events of each rule that it names. */
export interface Correlation {
  rule: CorrelationRule;
  early: boolean;
  /** Members to read of each rule, at most. */
  limit: number;
  /** How many correlations are below it, one above the other; 0 if it names only rules that match events. */
  depth: number;
  /** The same for correlations that build on each other, whether directly or not. */
  chain: string;
}

/** A field that a member keeps of its event, and its name there. */
interface CarriedField {
  readonly key: string;
  readonly field: Field;
}

/** The unit of all memberships of first_seen rules. */
const FIRST_SEEN_UNIT = 'first_seen';

/** The correlations of a rule set, and how they build on rules and on each other. */
export class Correlations {
  readonly #byId = new Map<string, Correlation>();
  /** The correlations that name a rule, by its id. */
  readonly #above = new Map<string, CorrelationRule[]>();
  /** The chains that a rule belongs to, by its id. They aren't above it: their own firings are members of nothing. */
  readonly #chains = new Map<string, CorrelationRule[]>();
  readonly #titles: ReadonlyMap<string, string>;
  /** What members of a correlation that are of a rule carry, by both ids. */
  readonly #carried = new Map<string, readonly CarriedField[]>();

  constructor(ruleSet: RuleSet, memberCap = MEMBER_CAP) {
    this.#titles = new Map(ruleSet.rules.map(({ metadata: { id, title } }) => [id, title]));
    for (const rule of ruleSet.rules) {
      if (rule.kind !== 'correlation') continue;
      if (rule.type === 'chain') {
        const { id } = rule.metadata;
        this.#byId.set(id, { rule, early: true, limit: CHAIN_CAP, depth: 0, chain: id });
        for (const member of rule.rules) this.#chains.set(member, [...(this.#chains.get(member) ?? []), rule]);
        continue;
      }
      const highest = Math.max(...rule.condition.map(({ value }) => Math.ceil(value) + 1));
      const limit =
        rule.type === 'event_count' || rule.type === 'value_count' ? Math.max(memberCap, highest) : memberCap;
      this.#byId.set(rule.metadata.id, { rule, early: firesEarly(rule), limit, depth: 0, chain: rule.metadata.id });
      for (const id of rule.rules) this.#above.set(id, [...(this.#above.get(id) ?? []), rule]);
    }
    this.#link();
  }

  /** Sets the depths and chains. No correlation is above itself: the parser rejects that. */
  #link(): void {
    const all = [...this.#byId.values()];
    // After as many rounds as there are correlations, even the longest chain has come to an end.
    for (let isMoved = true, rounds = 0; isMoved && rounds <= all.length; rounds++) {
      isMoved = false;
      for (const above of all) {
        for (const below of above.rule.rules.flatMap((id) => this.#byId.get(id) ?? [])) {
          const depth = Math.max(above.depth, below.depth + 1);
          const [chain = above.chain] = [above.chain, below.chain].toSorted();
          if (depth === above.depth && chain === above.chain && chain === below.chain) continue;
          Object.assign(above, { depth, chain });
          below.chain = chain;
          isMoved = true;
        }
      }
    }
  }

  get(id: string): Correlation | undefined {
    return this.#byId.get(id);
  }

  /** A rule of type first_seen; undefined for any other. */
  firstSeen(id: string): CorrelationRule | undefined {
    const rule = this.#byId.get(id)?.rule;
    return rule?.type === 'first_seen' ? rule : undefined;
  }

  /** All rules of type first_seen. */
  get firstSeenRules(): readonly CorrelationRule[] {
    return [...this.#byId.keys()].flatMap((id) => this.firstSeen(id) ?? []);
  }

  /** Memberships of rules of type first_seen, and the others. */
  split(memberships: readonly Membership[]): { firstSeen: readonly Membership[]; others: readonly Membership[] } {
    const isOther = ({ key }: Membership): boolean => this.firstSeen(key.correlation) === undefined;
    if (memberships.every(isOther)) return { firstSeen: [], others: memberships };
    return {
      firstSeen: memberships.filter((membership) => !isOther(membership)),
      others: memberships.filter(isOther),
    };
  }

  /** What a rule is called; its id where it is no longer there. */
  titleOf(id: string): string {
    return this.#titles.get(id) ?? id;
  }

  /**
   * Memberships with the same name must be observed together, because the firings of one group may be members of
   * another one. The others have nothing to do with each other.
   */
  unitOf({ correlation, group }: GroupKey): string {
    const found = this.#byId.get(correlation);
    // Their values are read together, so that an object costs one reading.
    if (found?.rule.type === 'first_seen') return FIRST_SEEN_UNIT;
    const isChained = found !== undefined && (found.depth > 0 || this.#above.has(correlation));
    return isChained ? found.chain : `${correlation}\n${group}`;
  }

  /** Whether some correlation names the rule, or it belongs to a chain. */
  isNamed(ruleId: string): boolean {
    return this.#above.has(ruleId) || this.#chains.has(ruleId);
  }

  /** Makes sure that all the fields that correlations take from records can be found in a scope of these paths. */
  intern(paths: Paths): void {
    for (const { rule } of this.#byId.values()) {
      for (const { byRule } of [...rule.groupBy, ...rule.valueFields]) {
        for (const field of Object.values(byRule)) paths.intern(field);
      }
    }
    if (this.#chains.size > 0) for (const field of CHAIN_FIELDS) paths.intern(field);
  }

  /** The groups that a record belongs to because it matched a rule. */
  membershipsOf(ruleId: string, event: CorrelatedEvent, scope: Scope, paths: Paths): Membership[] {
    const textsOf = (field: Field): readonly string[] => listOf(scope.texts(paths.intern(field)));
    const chains = this.#chains.get(ruleId) ?? [];
    const joined = chains.length === 0 || isOutOfChains(textsOf) ? [] : chains;
    return [...(this.#above.get(ruleId) ?? []), ...joined].flatMap((rule) => {
      if (rule.type === 'first_seen' && hasNoValue(rule, ruleId, textsOf)) return [];
      const fields: Record<string, readonly string[]> = {};
      for (const { key, field } of this.#carriedBy(rule, ruleId)) fields[key] = textsOf(field);
      return [{ key: groupKey(rule, ruleId, textsOf), member: { ...event, rule: ruleId, fields } }];
    });
  }

  #carriedBy(rule: CorrelationRule, ruleId: string): readonly CarriedField[] {
    const name = `${rule.metadata.id}\n${ruleId}`;
    const known = this.#carried.get(name);
    if (known !== undefined) return known;
    const carried = this.#carriedFields(rule, ruleId).map((field) => ({ key: fieldKey(field.path), field }));
    this.#carried.set(name, carried);
    return carried;
  }

  /** The groups that a firing belongs to, of the correlations that name its correlation. */
  membershipsOfFiring({ rule }: Correlation, firing: Firing, eventID: string): Membership[] {
    const ruleId = rule.metadata.id;
    return (this.#above.get(ruleId) ?? []).map((above) => {
      const textsOf = ({ path }: Field): readonly string[] => firing.fields[fieldKey(path)] ?? [];
      const { id: identity, at: eventTime, from, eventIDs, fields, context } = firing;
      const event = { identity, eventTime, eventID, from, eventIDs };
      const member = { ...event, rule: ruleId, fields, ...(context !== undefined && { context }) };
      return { key: groupKey(above, ruleId, textsOf), member };
    });
  }

  /** The groups of chains that a firing belongs to. They have nothing to do with the groups that it came from. */
  chainsOfFiring({ rule }: Correlation, firing: Firing): Membership[] {
    const ruleId = rule.metadata.id;
    const chains = this.#chains.get(ruleId) ?? [];
    const textsOf = ({ path }: Field): readonly string[] => firing.fields[fieldKey(path)] ?? [];
    if (chains.length === 0 || isOutOfChains(textsOf)) return [];
    const { id: identity, at: eventTime, eventIDs, context } = firing;
    const fields = Object.fromEntries(CHAIN_FIELDS.map((field) => [fieldKey(field.path), textsOf(field)]));
    const eventID = eventIDs.at(-1) ?? identity;
    const member = { identity, eventTime, eventID, rule: ruleId, fields, ...(context !== undefined && { context }) };
    return chains.map((chain) => ({ key: groupKey(chain, ruleId, textsOf), member }));
  }

  /** What a member must keep of its event: the values for this correlation, and for all correlations above it. */
  #carriedFields(rule: CorrelationRule, ruleId: string): Field[] {
    if (rule.type === 'chain') return [...CHAIN_FIELDS];
    const own = rule.valueFields.flatMap(({ byRule }) => byRule[ruleId] ?? []);
    const { id } = rule.metadata;
    const above = (this.#above.get(id) ?? []).flatMap((next) => [
      ...next.groupBy.flatMap(({ byRule }) => byRule[id] ?? []),
      ...this.#carriedFields(next, id),
    ]);
    const chains = (this.#chains.get(id) ?? []).flatMap(({ groupBy }) => [
      ...groupBy.flatMap(({ byRule }) => byRule[id] ?? []),
      ...CHAIN_FIELDS,
    ]);
    return [...own, ...above, ...chains];
  }
}

/** The group-by fields of a firing's group, by name; null if the events don't have the field. */
export function groupFields(rule: CorrelationRule, group: string): Record<string, string | null> {
  const values: unknown = JSON.parse(group);
  const texts = Array.isArray(values) ? values : [];
  return Object.fromEntries(
    rule.groupBy.map(({ name }: CorrelatedField, i) => [name, typeof texts[i] === 'string' ? texts[i] : null]),
  );
}

function groupKey(rule: CorrelationRule, ruleId: string, textsOf: (field: Field) => readonly string[]): GroupKey {
  const values = rule.groupBy.map(({ byRule }) => {
    const field = byRule[ruleId];
    const texts = field === undefined ? [] : textsOf(field);
    const [only = null] = texts;
    return texts.length > 1 ? JSON.stringify(texts) : only;
  });
  return { correlation: rule.metadata.id, group: JSON.stringify(values) };
}

/** Whether an event brings nothing to a rule of type first_seen: one of the fields is absent. */
function hasNoValue(
  { valueFields }: CorrelationRule,
  ruleId: string,
  textsOf: (field: Field) => readonly string[],
): boolean {
  return valueFields.some(({ byRule }) => {
    const field = byRule[ruleId];
    return field === undefined || textsOf(field).length === 0;
  });
}

function listOf(texts: Texts): readonly string[] {
  if (texts === undefined) return [];
  return typeof texts === 'string' ? [texts] : texts;
}
