import {
  type CorrelationRule,
  type Correlations,
  chainsOfSight,
  dateOf,
  dayOf,
  daysOf,
  firstSeenFinding,
  groupFullFinding,
  inOrderOfTime,
  type Membership,
  type SeenValue,
  type Sight,
  sightsOf,
  takeSight,
} from '../../detection/index.ts';
import { contextAccount, correlatedFinding } from '../../findings/correlated-finding.ts';
import type { Finding } from '../../findings/finding.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import { FaultOfAccess } from '../../shared/faults.ts';
import { ruleKey, type SeenRule, valueKey } from '../../store/correlations/seen-row.ts';
import { learntSince, type SeenRules } from '../../store/correlations/seen-rules.ts';
import {
  NEW_TOGETHER,
  type NewValue,
  nameOf,
  pause,
  type SeenValues,
  UNREADABLE,
} from '../../store/correlations/seen-values.ts';
import { KnownValues } from './known-values.ts';

export interface FirstSeenDependencies {
  readonly correlations: Correlations;
  readonly values: SeenValues;
  readonly rules: SeenRules;
  /** The first day on which the ledger has the account, since 1970; undefined where it doesn't have it. */
  readonly firstDayOf: (account: string) => Promise<number | undefined>;
  /** Records a finding and sends its alert. */
  readonly report: (finding: Finding) => Promise<unknown>;
  /** Called for each new value that its group has no room for. */
  readonly onLeftOut: () => void;
  readonly now: () => Date;
  /** Events teach, and nothing fires: they are of the past. */
  readonly onlyTeaches?: boolean;
}

/** Groups that are dealt with at the same time. */
const CONCURRENCY = 8;

/** Other functions may be faster so often, for one value. */
const MAX_ATTEMPTS = 12;

/** Judges events by rules of type `first_seen`, in functions that run at the same time, with values that they share. */
export class FirstSeen {
  readonly #dependencies: FirstSeenDependencies;
  readonly #known = new KnownValues();
  readonly #accounts = new Map<string, number>();
  readonly #toldFull = new Set<string>();

  constructor(dependencies: FirstSeenDependencies) {
    this.#dependencies = dependencies;
  }

  /** Whether this process knows that a membership changes nothing, so that nobody needs to be asked. */
  isKnown(membership: Membership): boolean {
    return this.#sightsOf([membership]).every((sight) => this.#known.has(sight));
  }

  /**
   * Judges events, those of an object together: what isn't known here is read at once. Reports what fires. Doing it again
   * changes nothing, and reports the same again.
   * @returns the chains that what has fired belongs to: to be observed, too.
   * @throws faults of access.
   */
  async observe(memberships: readonly Membership[]): Promise<readonly Membership[]> {
    const sights = this.#sightsOf(memberships)
      .filter((sight) => !this.#known.has(sight))
      .sort(inOrderOfTime);
    if (sights.length === 0) return [];
    const byName = [...Map.groupBy(sights, ({ name }) => name).values()].map((of) => new ValueSights(of, this.#known));
    const learning = await this.#read(byName);
    const groups = [...Map.groupBy(byName, ({ first }) => first.groupName).values()];
    await mapConcurrently(groups, CONCURRENCY, (group) => this.#settleGroup(group, learning));
    return byName.flatMap(({ chained }) => chained);
  }

  #sightsOf(memberships: readonly Membership[]): Sight[] {
    return memberships.flatMap((membership) => {
      const rule = this.#dependencies.correlations.firstSeen(membership.key.correlation);
      return rule === undefined ? [] : sightsOf(rule, membership);
    });
  }

  /** One reading for all values that this process can't judge by what it remembers, and for their rules. */
  async #read(byName: readonly ValueSights[]): Promise<Learning> {
    const { values, rules } = this.#dependencies;
    const unread = byName.filter(({ mustRead }) => mustRead);
    const unreadRules = [...new Set(unread.map(({ first }) => first.rule))];
    if (unread.length === 0) return new Learning(this.#dependencies, this.#accounts, new Map());
    const items = await values.get([
      ...unread.map(({ first }) => valueKey(first)),
      ...unreadRules.map(({ metadata }) => ruleKey(metadata)),
    ]);
    for (const each of unread) each.found(values.parse(each.first, items.get(nameOf(valueKey(each.first)))));
    const parsed = unreadRules.map((rule) => rules.parse(rule, items.get(nameOf(ruleKey(rule.metadata)))));
    const known = new Map(parsed.filter((one) => one !== undefined));
    const unknown = unreadRules.filter(({ metadata }) => !known.has(metadata.id));
    // Sweep notes them, but may not have come to it.
    if (unknown.length > 0) await rules.note(unknown);
    return new Learning(this.#dependencies, this.#accounts, known);
  }

  /** Those that nobody has seen are kept together; where that fails, and for all others, each is dealt with alone. */
  async #settleGroup(group: readonly ValueSights[], learning: Learning): Promise<void> {
    const fresh: { readonly of: ValueSights; readonly taken: Taken }[] = [];
    const others: ValueSights[] = [];
    for (const of of group) {
      if (of.known === undefined) fresh.push({ of, taken: await this.#take(of, learning) });
      else others.push(of);
    }
    for (let start = 0; start < fresh.length; start += NEW_TOGETHER) {
      const together = fresh.slice(start, start + NEW_TOGETHER);
      const [first, ...rest] = together.map(({ of, taken }): NewValue => ({ sight: of.first, value: taken.value }));
      if (first === undefined) break;
      if (rest.length > 0 && (await this.#dependencies.values.keep([first, ...rest])) === 'kept') {
        for (const { of, taken } of together) await this.#conclude(of, taken);
      } else others.push(...together.map(({ of }) => of));
    }
    for (const of of others) await this.#settle(of, learning);
  }

  /** Goes on until what was decided is written as it was read. */
  async #settle(of: ValueSights, learning: Learning): Promise<void> {
    const { values } = this.#dependencies;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (of.known === UNREADABLE) return;
      await pause(attempt);
      const taken = await this.#take(of, learning);
      const written: NewValue = { sight: of.first, value: taken.value };
      if (taken.value === of.known || (of.known !== undefined && (await values.change(written, of.known)))) {
        return this.#conclude(of, taken);
      }
      if (of.known === undefined) {
        const kept = await values.keep([written]);
        if (kept === 'kept') return this.#conclude(of, taken);
        const since = kept === 'full' ? await values.fullSince(of.first) : undefined;
        if (since !== undefined) return this.#leaveOut(of.first, since);
      }
      of.found(await values.look(of.first));
    }
    throw new FaultOfAccess(
      `A value of the rule ${of.first.rule.metadata.id} changed at each of ${MAX_ATTEMPTS} attempts to write it. ` +
        'The message is tried again later.',
    );
  }

  async #take(of: ValueSights, learning: Learning): Promise<Taken> {
    let value = of.known === UNREADABLE ? undefined : of.known;
    const fired = new Map<string, Sight>();
    for (const sight of of.sights) {
      const { timespan } = daysOf(sight.rule);
      const { day, member } = sight;
      const isNew = value === undefined || day - value.last > timespan;
      const isLearnt = isNew && (await learning.isOn(sight));
      const taken = takeSight(value, { day, identity: member.identity, isLearnt }, timespan);
      value = taken.value;
      if (taken.fires) fired.set(member.identity, sight);
    }
    if (value === undefined) throw new Error('A value was to be judged without any event.');
    return { value, fired: [...fired.values()] };
  }

  async #conclude(of: ValueSights, { value, fired }: Taken): Promise<void> {
    this.#known.set(of.first, value);
    if (this.#dependencies.onlyTeaches === true || !of.first.rule.metadata.finding) return;
    for (const sight of fired) {
      const finding = firstSeenFinding(sight);
      await this.#dependencies.report(correlatedFinding(finding));
      of.chained.push(...chainsOfSight(this.#dependencies.correlations, sight, finding.findingId));
    }
  }

  async #leaveOut(sight: Sight, since: number): Promise<void> {
    this.#dependencies.onLeftOut();
    if (this.#dependencies.onlyTeaches === true || !sight.rule.metadata.finding) return;
    const finding = groupFullFinding(sight, dateOf(since));
    if (this.#toldFull.has(finding.findingId)) return;
    await this.#dependencies.report(correlatedFinding(finding));
    this.#toldFull.add(finding.findingId);
  }
}

/** What came of the events of a value. */
interface Taken {
  readonly value: SeenValue;
  /** Each event once. */
  readonly fired: readonly Sight[];
}

/** The events of one value, in order, and what is known of it. */
class ValueSights {
  readonly first: Sight;
  readonly sights: readonly Sight[];
  known: SeenValue | typeof UNREADABLE | undefined;
  /** The chains that those of them belong to that have fired. */
  readonly chained: Membership[] = [];

  constructor(sights: readonly [Sight, ...Sight[]] | readonly Sight[], known: KnownValues) {
    const [first] = sights;
    if (first === undefined) throw new Error('A value is known by its events, and there is none.');
    this.first = first;
    this.sights = sights;
    this.known = known.get(first);
  }

  /** What a process remembers may be older than the row: enough to know a value by, but not to call it new. */
  get mustRead(): boolean {
    const { known } = this;
    if (known === undefined || known === UNREADABLE) return true;
    const { timespan } = daysOf(this.first.rule);
    return this.sights.some(({ day }) => day - known.last > timespan);
  }

  found(known: SeenValue | typeof UNREADABLE | undefined): void {
    this.known = known;
  }
}

/** Whether rules still learn. */
class Learning {
  readonly #dependencies: FirstSeenDependencies;
  readonly #accounts: Map<string, number>;
  readonly #rules: Map<string, SeenRule>;

  constructor(dependencies: FirstSeenDependencies, accounts: Map<string, number>, rules: Map<string, SeenRule>) {
    this.#dependencies = dependencies;
    this.#accounts = accounts;
    this.#rules = rules;
  }

  async isOn({ rule, day, member }: Sight): Promise<boolean> {
    if (this.#dependencies.onlyTeaches === true) return true;
    const today = dayOf(this.#dependencies.now().getTime());
    const known = (await this.#read(rule)) ?? { first: today, last: today, taught: [] };
    const account = contextAccount(member.context);
    return day < learntSince(known, account, await this.#firstDayOf(account, today)) + daysOf(rule).learning;
  }

  /** Most were read with the values. */
  async #read(rule: CorrelationRule): Promise<SeenRule | undefined> {
    const { id } = rule.metadata;
    if (!this.#rules.has(id)) for (const one of await this.#dependencies.rules.read([rule])) this.#rules.set(...one);
    return this.#rules.get(id);
  }

  /** It never changes: asked once a process. */
  async #firstDayOf(account: string, today: number): Promise<number> {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const first = await this.#dependencies.firstDayOf(account);
    if (first !== undefined) this.#accounts.set(account, first);
    return first ?? today;
  }
}
