import { thinned } from './chain.ts';
import { type CorrelationFinding, findingOf } from './correlation-finding.ts';
import {
  type Around,
  type Claim,
  type CorrelationStore,
  expiryOf,
  type Firing,
  type GroupKey,
  type GroupView,
  type Member,
} from './correlation-store.ts';
import { dueOfMember, type JudgeContext, judgeAgain, judgeAround, judgeClosed, type Verdict } from './judge-group.ts';
import { judgeTogether } from './judge-together.ts';
import type { Correlation, Correlations, Membership } from './linked-correlations.ts';

export interface CorrelationOutcome {
  findings: CorrelationFinding[];
  /** What to acknowledge once the findings are stored. Until then the store reports the firings again. */
  unacknowledged: { key: GroupKey; firingIds: string[] }[];
  /**
   * Firings as members of chains. They are to be observed before the firings are acknowledged, in a run of their own: in
   * this one, every correlation would have to wait for every other.
   */
  chained: Membership[];
}

export interface RunOptions {
  /** The clock, in milliseconds. Order is eventTime; the clock says only how late things are. */
  now: number;
  lateness: number;
}

/**
 * What a run requests from a store: one append, look, read or claim at a time. A run is a generator that yields requests and
 * receives the answers. So the protocol is written once, for a store in memory (`runSync`) and for a shared one
 * (`runAsync`):
 *
 * 1. `append` writes the members that came together for a group, and reads the group back once around all of them. Two
 *    functions that append at the same time can't miss each other, because each reads after it has written.
 * 2. `judge-group.ts` decides which windows fire; `judge-together.ts` has it decide for one member after the other.
 * 3. `claim` writes the firings, if nobody has claimed since the group was read. Otherwise the answer is the group as
 *    it is now, and step 2 is repeated.
 * 4. The firings are reported, and become members of the correlations above: step 1 for these, once all correlations
 *    below them have been judged.
 * 5. The caller stores the findings, and then acknowledges the firings. Until then they are pending: the next function
 *    that reads the group reports them again, so a function that dies loses none.
 *
 * Windows that are judged once use `settle`: read, judge, claim, report. docs/architecture.md has a picture of both.
 */
type StoreRequest =
  | { ask: 'append'; key: GroupKey; members: readonly Member[]; around: Around; due?: number; expiresAt: number }
  | { ask: 'look'; key: GroupKey; around: Around }
  | { ask: 'read'; key: GroupKey; limit: number }
  | { ask: 'claim'; key: GroupKey; claim: Claim; around?: Around; expiresAt: number };
type Run<T> = Generator<StoreRequest, T, GroupView | undefined>;

/** The store half of a run in memory, where nothing is asynchronous. */
export interface SyncCorrelationStore {
  append(...parameters: Parameters<CorrelationStore['append']>): GroupView;
  look(...parameters: Parameters<CorrelationStore['look']>): GroupView;
  read(...parameters: Parameters<CorrelationStore['read']>): GroupView;
  claim(...parameters: Parameters<CorrelationStore['claim']>): GroupView | undefined;
}

/**
 * Adds events to their groups, and returns the firings that follow, including those of chained correlations and those
 * that other functions have left pending in these groups. Doing it again changes nothing. It throws only the store's
 * errors.
 */
export function* observe(
  correlations: Correlations,
  memberships: readonly Membership[],
  options: RunOptions,
): Run<CorrelationOutcome> {
  const outcome = new Outcome(correlations, options);
  yield* outcome.observe(memberships);
  return outcome.result;
}

/**
 * Judges the windows of a group that are due by `now`, and returns the firings, including those that other functions
 * have left pending. A correlation that is no longer among the rules has nothing to judge.
 */
export function* settle(correlations: Correlations, key: GroupKey, options: RunOptions): Run<CorrelationOutcome> {
  const outcome = new Outcome(correlations, options);
  yield* outcome.settle(key);
  return outcome.result;
}

/** One run: its request, and its results so far. */
class Outcome {
  readonly result: CorrelationOutcome = { findings: [], unacknowledged: [], chained: [] };
  readonly #correlations: Correlations;
  readonly #options: RunOptions;
  /** A pending firing is read back with every append to its group: it is reported once in each run. */
  readonly #reported = new Set<string>();
  /** What must still be added to groups, by the ids of their correlations. */
  readonly #waiting = new Map<string, Membership[]>();

  constructor(correlations: Correlations, options: RunOptions) {
    this.#correlations = correlations;
    this.#options = options;
  }

  *observe(memberships: readonly Membership[]): Run<void> {
    this.#add(memberships);
    yield* this.#takeAll();
  }

  #add(memberships: readonly Membership[]): void {
    for (const membership of memberships) {
      const { correlation } = membership.key;
      const waiting = this.#waiting.get(correlation);
      if (waiting === undefined) this.#waiting.set(correlation, [membership]);
      else waiting.push(membership);
    }
  }

  /** Those below come first: so a correlation meets its events and the firings below it in the order of eventTime. */
  *#takeAll(): Run<void> {
    while (this.#waiting.size > 0) {
      const depthOf = (id: string): number => this.#correlations.get(id)?.depth ?? 0;
      const id = [...this.#waiting.keys()].reduce((least, next) => (depthOf(next) < depthOf(least) ? next : least));
      const memberships = this.#waiting.get(id) ?? [];
      this.#waiting.delete(id);
      const correlation = this.#correlations.get(id);
      if (correlation === undefined) continue;
      const groups = Map.groupBy(memberships, ({ key }) => key.group).values();
      for (const group of groups) yield* this.#take(correlation, group);
    }
  }

  /** Takes what belongs to one group. */
  *#take(correlation: Correlation, memberships: readonly Membership[]): Run<void> {
    const [first] = memberships;
    if (first === undefined) return;
    const { key } = first;
    const { timespan } = correlation.rule;
    const all = memberships
      .map(({ member }): Member => ({ ...member, arrivedAt: this.#options.now }))
      .sort((a, b) => a.eventTime - b.eventTime);
    const members = correlation.rule.type === 'chain' ? thinned(all) : all;
    for (const stretch of stretchesOf(members, timespan)) yield* this.#append(correlation, key, stretch);
  }

  *#append(correlation: Correlation, key: GroupKey, members: Members): Run<void> {
    const { lateness } = this.#options;
    const { timespan } = correlation.rule;
    const { early } = correlation;
    const around = aroundOf(correlation, members);
    const expiresAt = Math.max(...members.map((member) => expiryOf(member, timespan, lateness)));
    // Once the group is judged because of one of them, it is judged again as soon as the next one asks for it.
    const dues = members.map((member) => dueOfMember(member, timespan, lateness));
    const due = early ? {} : { due: Math.min(...dues) };
    const view = yield { ask: 'append', key, members, around, expiresAt, ...due };
    const judging = { key, around, expiresAt };
    if (view?.tooMany !== true) {
      const judge = this.#judgeOf(correlation, key, members);
      const claimed = yield* claimAll({ ...judging, judge, view });
      this.#report(correlation, key, claimed.firings);
      if (!claimed.isTooMany) return;
    }
    for (const member of new Map(members.map((each) => [each.eventTime, each])).values()) {
      const alone = aroundOf(correlation, [member]);
      const seen = yield { ask: 'look', key, around: alone };
      const judge = this.#judgeOf(correlation, key, [member]);
      const { firings } = yield* claimAll({ ...judging, around: alone, judge, view: seen });
      this.#report(correlation, key, firings);
    }
  }

  #judgeOf({ rule, early, limit }: Correlation, { group }: GroupKey, members: Members): (view: GroupView) => Verdict {
    const { now, lateness } = this.#options;
    const context = { rule, group, now, lateness };
    const [{ eventTime: first }, second] = members;
    if (!early) return (view) => judgeAllAgain(context, view, members);
    if (second === undefined) return (view) => judgeAround(context, view, first);
    return (view) => judgeTogether(context, view, { members, limit });
  }

  *settle(key: GroupKey): Run<void> {
    const { now, lateness } = this.#options;
    const correlation = this.#correlations.get(key.correlation);
    // The rule was removed: its groups expire by themselves.
    if (correlation === undefined) return;
    const { rule, early, limit } = correlation;
    const context = { rule, group: key.group, now, lateness };
    const expiresAt = expiryOf({ eventTime: now, arrivedAt: now }, rule.timespan, lateness);
    let isMore = true;
    while (isMore) {
      isMore = false;
      const judge = (seen: GroupView): Verdict => {
        const verdict: Verdict = early ? { firings: [] } : judgeClosed(context, seen);
        isMore = verdict.due !== undefined && verdict.due <= now;
        return verdict;
      };
      const view = yield { ask: 'read', key, limit };
      const { firings } = yield* claimAll({ key, judge, view, expiresAt });
      this.#report(correlation, key, firings);
      yield* this.#takeAll();
    }
  }

  #report(correlation: Correlation, key: GroupKey, firings: readonly Firing[]): void {
    const fresh = firings.filter(({ id }) => !this.#reported.has(id));
    if (fresh.length === 0) return;
    for (const firing of fresh) {
      this.#reported.add(firing.id);
      if (correlation.rule.metadata.finding) {
        this.result.findings.push(findingOf(correlation, key, firing, this.#correlations));
      }
      this.result.chained.push(...this.#correlations.chainsOfFiring(correlation, firing));
      this.#add(this.#correlations.membershipsOfFiring(correlation, firing, firing.eventIDs.at(-1) ?? ''));
    }
    this.result.unacknowledged.push({ key, firingIds: fresh.map(({ id }) => id) });
  }
}

interface ClaimContext {
  key: GroupKey;
  judge: (view: GroupView) => Verdict;
  view: GroupView | undefined;
  around?: Around;
  expiresAt: number;
}

/** The firings that a run must report; and whether, meanwhile, too many members came for the rest to be judged. */
interface Claimed {
  firings: readonly Firing[];
  isTooMany: boolean;
}

/** Judges and claims until no other function was faster. */
function* claimAll({ key, judge, view, around, expiresAt }: ClaimContext): Run<Claimed> {
  let seen = view;
  while (seen !== undefined) {
    if (seen.tooMany === true) return { firings: [], isTooMany: true };
    const { firings, judgedThrough, due } = judge(seen);
    const left = seen.firings.filter(({ pending }) => pending);
    const hasJudged = judgedThrough !== undefined && judgedThrough !== seen.judgedThrough;
    // A group that is due but has nothing to judge must be claimed too: otherwise it would stay due.
    const isDueAsBefore = around !== undefined || due === seen.due;
    if (firings.length === 0 && !hasJudged && isDueAsBefore) return { firings: left, isTooMany: false };
    const claim: Claim = {
      version: seen.version,
      firings,
      ...(judgedThrough === undefined ? {} : { judgedThrough }),
      ...(due === undefined ? {} : { due }),
    };
    seen = yield { ask: 'claim', key, claim, expiresAt, ...(around === undefined ? {} : { around }) };
    if (seen === undefined) return { firings: [...left, ...firings], isTooMany: false };
  }
  return { firings: [], isTooMany: false };
}

/** The oldest of them goes back the furthest, unless it is too old for that. */
function judgeAllAgain(context: JudgeContext, view: GroupView, members: Members): Verdict {
  const verdicts = members.map(({ eventTime }) => judgeAgain(context, view, eventTime));
  return verdicts.find(({ judgedThrough }) => judgedThrough !== undefined) ?? { firings: [] };
}

/** Members of a group that are added together, in the order of eventTime. */
type Members = readonly [Member, ...Member[]];

/** Members that are far apart have no window in common, and what lies between them needn't be read. */
function stretchesOf(members: readonly Member[], timespan: number): Members[] {
  const stretches: [Member, ...Member[]][] = [];
  for (const member of members) {
    const stretch = stretches.at(-1);
    const before = stretch?.at(-1)?.eventTime;
    if (stretch === undefined || before === undefined || member.eventTime - before >= 2 * timespan) {
      stretches.push([member]);
    } else stretch.push(member);
  }
  return stretches;
}

/** `settle` judges the correlations that wait, so nothing is read back for them. */
function aroundOf({ rule, early, limit }: Correlation, members: Members): Around {
  const [{ eventTime: from }] = members;
  const to = members.at(-1)?.eventTime ?? from;
  return { from, to, timespan: rule.timespan, limit: early ? limit : 0 };
}

/** Runs over a store in memory. */
export function runSync<T>(run: Run<T>, store: SyncCorrelationStore): T {
  let step = run.next();
  while (step.done !== true) step = run.next(askSync(step.value, store));
  return step.value;
}

function askSync(request: StoreRequest, store: SyncCorrelationStore): GroupView | undefined {
  const { key } = request;
  if (request.ask === 'append') return store.append(key, request.members, request);
  if (request.ask === 'look') return store.look(key, request.around);
  return request.ask === 'read' ? store.read(key, request.limit) : store.claim(key, request.claim, request);
}

/** Runs over a store that functions share. */
export async function runAsync<T>(run: Run<T>, store: CorrelationStore): Promise<T> {
  let step = run.next();
  while (step.done !== true) step = run.next(await askAsync(step.value, store));
  return step.value;
}

async function askAsync(request: StoreRequest, store: CorrelationStore): Promise<GroupView | undefined> {
  const { key } = request;
  if (request.ask === 'append') return await store.append(key, request.members, request);
  if (request.ask === 'look') return await store.look(key, request.around);
  return request.ask === 'read' ? await store.read(key, request.limit) : await store.claim(key, request.claim, request);
}
