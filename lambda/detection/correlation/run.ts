import type { Metadata } from '../rule-set.ts';
import { dueOfMember, judgeAround, judgeClosed, type Verdict } from './judge.ts';
import { type Correlation, type Correlations, groupFields, type Membership } from './model.ts';
import {
  type Around,
  type Claim,
  type CorrelationStore,
  expiryOf,
  type Firing,
  type GroupKey,
  type GroupView,
  type Member,
} from './store.ts';

/** A correlation fired for a group. */
export interface CorrelationFinding extends Omit<Metadata, 'id' | 'finding'> {
  ruleId: string;
  /** The same for the same correlation, group and window. */
  findingId: string;
  /** The group-by fields and the group's values; null for a field that the events haven't got. */
  group: Record<string, string | null>;
  /** eventTime of the first and of the last event in the window, in ISO 8601. */
  from: string;
  to: string;
  /** The window's events, oldest first; the last 100 of them where there are more. */
  eventIDs: readonly string[];
  /** What was counted or computed. */
  value: number;
  /** There were more events than were read: `value` is a lower bound. */
  atLeast: boolean;
  /** What the caller gave along with the last event. */
  context?: string;
}

export interface CorrelationOutcome {
  findings: CorrelationFinding[];
  /** What to acknowledge once the findings are stored. Until then the store reports the firings again. */
  unacknowledged: { key: GroupKey; firingIds: string[] }[];
}

export interface RunOptions {
  /** The clock, in milliseconds. Order is eventTime; the clock says only how late things are. */
  now: number;
  lateness: number;
}

/** What a run asks of a store: one append, read or claim at a time. */
type StoreRequest =
  | { ask: 'append'; key: GroupKey; member: Member; around: Around; due?: number; expiresAt: number }
  | { ask: 'read'; key: GroupKey; limit: number }
  | { ask: 'claim'; key: GroupKey; claim: Claim; around?: Around; expiresAt: number };
type Run<T> = Generator<StoreRequest, T, GroupView | undefined>;

/** The store half of a run in memory, where nothing is asynchronous. */
export interface SyncCorrelationStore {
  append(...parameters: Parameters<CorrelationStore['append']>): GroupView;
  read(...parameters: Parameters<CorrelationStore['read']>): GroupView;
  claim(...parameters: Parameters<CorrelationStore['claim']>): GroupView | undefined;
}

/** Adds events to their groups, and returns what fires because of them, chains of correlations included. */
export function* observe(
  correlations: Correlations,
  memberships: readonly Membership[],
  options: RunOptions,
): Run<CorrelationOutcome> {
  const outcome: CorrelationOutcome = { findings: [], unacknowledged: [] };
  for (const { key, member } of memberships) {
    const correlation = correlations.get(key.correlation);
    if (correlation === undefined) continue;
    const { rule, early, limit } = correlation;
    const whole: Member = { ...member, arrivedAt: options.now };
    const around: Around = { time: whole.eventTime, timespan: rule.timespan, limit };
    const expiresAt = expiryOf(whole, rule.timespan, options.lateness);
    const due = early ? {} : { due: dueOfMember(whole, rule.timespan, options.lateness) };
    const view = yield { ask: 'append', key, member: whole, around, expiresAt, ...due };
    const judge = (seen: GroupView): Verdict =>
      early ? judgeAround({ rule, group: key.group, ...options }, seen, whole.eventTime) : { firings: [] };
    const firings = yield* claimAll({ key, correlation, judge, view, around, expiresAt });
    yield* report(correlations, correlation, key, firings, options, outcome);
  }
  return outcome;
}

/** Judges what has become due in a group, and returns what fires. */
export function* settle(correlations: Correlations, key: GroupKey, options: RunOptions): Run<CorrelationOutcome> {
  const outcome: CorrelationOutcome = { findings: [], unacknowledged: [] };
  const correlation = correlations.get(key.correlation);
  // A rule that was taken out since: its groups expire by themselves.
  if (correlation === undefined) return outcome;
  const { rule, early, limit } = correlation;
  const expiresAt = expiryOf({ eventTime: options.now, arrivedAt: options.now }, rule.timespan, options.lateness);
  let isMore = true;
  while (isMore) {
    isMore = false;
    const judge = (seen: GroupView): Verdict => {
      const verdict: Verdict = early ? { firings: [] } : judgeClosed({ rule, group: key.group, ...options }, seen);
      isMore = verdict.due !== undefined && verdict.due <= options.now;
      return verdict;
    };
    const view = yield { ask: 'read', key, limit };
    const firings = yield* claimAll({ key, correlation, judge, view, expiresAt });
    yield* report(correlations, correlation, key, firings, options, outcome);
  }
  return outcome;
}

interface ClaimContext {
  key: GroupKey;
  correlation: Correlation;
  judge: (view: GroupView) => Verdict;
  view: GroupView | undefined;
  around?: Around;
  expiresAt: number;
}

/** Judges and claims until no other function was faster; returns the firings that are now ours to report. */
function* claimAll({ key, judge, view, around, expiresAt }: ClaimContext): Run<readonly Firing[]> {
  let seen = view;
  while (seen !== undefined) {
    const { firings, judgedThrough, due } = judge(seen);
    const left = seen.firings.filter(({ pending }) => pending);
    if (firings.length === 0 && judgedThrough === seen.judgedThrough && due === undefined) return left;
    const claim: Claim = {
      version: seen.version,
      firings,
      ...(judgedThrough === undefined ? {} : { judgedThrough }),
      ...(due === undefined ? {} : { due }),
    };
    seen = yield { ask: 'claim', key, claim, expiresAt, ...(around === undefined ? {} : { around }) };
    if (seen === undefined) return [...left, ...firings];
  }
  return [];
}

function* report(
  correlations: Correlations,
  correlation: Correlation,
  key: GroupKey,
  firings: readonly Firing[],
  options: RunOptions,
  outcome: CorrelationOutcome,
): Run<void> {
  if (firings.length === 0) return;
  for (const firing of firings) {
    if (correlation.rule.metadata.finding) outcome.findings.push(findingOf(correlation, key, firing));
    const above = correlations.membershipsOfFiring(correlation, firing, firing.eventIDs.at(-1) ?? '');
    const { findings, unacknowledged } = yield* observe(correlations, above, options);
    outcome.findings.push(...findings);
    outcome.unacknowledged.push(...unacknowledged);
  }
  outcome.unacknowledged.push({ key, firingIds: firings.map(({ id }) => id) });
}

function findingOf({ rule }: Correlation, { group }: GroupKey, firing: Firing): CorrelationFinding {
  const { id, finding: _finding, ...rest } = rule.metadata;
  return {
    ruleId: id,
    ...rest,
    findingId: firing.id,
    group: groupFields(rule, group),
    from: new Date(firing.from).toISOString(),
    to: new Date(firing.at).toISOString(),
    eventIDs: firing.eventIDs,
    value: firing.value,
    atLeast: firing.atLeast,
    ...(firing.context !== undefined && { context: firing.context }),
  };
}

/** Runs over a store in memory. */
export function runSync<T>(run: Run<T>, store: SyncCorrelationStore): T {
  let step = run.next();
  while (step.done !== true) step = run.next(askSync(step.value, store));
  return step.value;
}

function askSync(request: StoreRequest, store: SyncCorrelationStore): GroupView | undefined {
  const { key } = request;
  if (request.ask === 'append') return store.append(key, request.member, request);
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
  if (request.ask === 'append') return await store.append(key, request.member, request);
  return request.ask === 'read' ? await store.read(key, request.limit) : await store.claim(key, request.claim, request);
}
