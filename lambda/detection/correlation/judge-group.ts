import { createHash } from 'node:crypto';
import type { CorrelationRule } from '../language/rule-set.ts';
import { reachesTactics, stepsOf } from './chain.ts';
import { holds } from './condition-holds.ts';
import { expiryOf, type Firing, type GroupView, MAX_EVENT_IDS, type Member } from './correlation-store.ts';
import { measure } from './measure-members.ts';
import { holdsOf, isMonotone } from './rule-condition-holds.ts';

/** The result of judging a group. */
export interface Verdict {
  /** To be claimed. */
  firings: readonly Firing[];
  /** For conditions that are judged once: windows that start at or before this are judged now. */
  judgedThrough?: number;
  /** When the next window of the group must be judged, by the clock. */
  due?: number;
}

export interface JudgeContext {
  rule: CorrelationRule;
  group: string;
  now: number;
  lateness: number;
}

/** Types whose number only grows as events come. */
const EARLY: ReadonlySet<CorrelationRule['type']> = new Set([
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'chain',
]);

/**
 * Whether a condition that holds for some events still holds when more events come. Then a window can be judged as soon
 * as an event comes. For any other condition the next event may change the result, so its windows wait until no more
 * events can come.
 */
export function firesEarly({ type, condition, ruleCondition }: CorrelationRule): boolean {
  if (ruleCondition !== undefined && !isMonotone(ruleCondition)) return false;
  const counts = EARLY.has(type);
  return counts && condition.every(({ compare }) => compare === 'gt' || compare === 'gte');
}

/**
 * Judges every window that holds an event at `time`, for a correlation that fires early. Windows are (t - timespan, t]
 * for the eventTime t of each member. A window that holds fires, unless the group has a firing less than a timespan
 * away: so each such window has a firing within one timespan, and no two firings are closer than that, for any order of
 * events.
 */
export function judgeAround(context: JudgeContext, view: GroupView, time: number): Verdict {
  const { rule } = context;
  const members = sorted(view.members);
  const claimed: Firing[] = [];
  let judged = Number.NEGATIVE_INFINITY;
  for (let i = firstFrom(members, time); i < members.length; i++) {
    const at = members[i]?.eventTime ?? judged;
    if (at >= time + rule.timespan) break;
    if (at === judged) continue;
    judged = at;
    if (isSilent(rule, view.firings, at) || isSilent(rule, claimed, at)) continue;
    const window = members.slice(firstAfter(members, at - rule.timespan), firstAfter(members, at));
    const firing = judgeWindow(context, window, view.truncated);
    if (firing !== undefined) claimed.push(firing);
  }
  return { firings: claimed };
}

/**
 * Judges the closed windows of a correlation that waits, each once and in the order of their starts. A window starts
 * with an event and closes a timespan later. If an earlier window holds all of its events, it is a part of that one and
 * isn't judged alone. It is due `lateness` after it closed, or, if one of its events came even later than that,
 * `lateness` after that event: otherwise a backfill would be judged after its first event. A window with more members
 * than were read ends after the last member that was read.
 */
export function judgeClosed(context: JudgeContext, view: GroupView): Verdict {
  const { rule, now, lateness } = context;
  const members = sorted(view.members);
  const lastRead = members.at(-1)?.eventTime ?? Number.NEGATIVE_INFINITY;
  const known = [...view.firings];
  const claimed: Firing[] = [];
  let { judgedThrough = Number.NEGATIVE_INFINITY } = view;
  let reached = lastBefore(members, judgedThrough + rule.timespan);
  for (const { start, first, behind, lastArrival } of windowsOf(members, rule.timespan)) {
    if (start <= judgedThrough) continue;
    const closes = start + rule.timespan;
    const due = dueOf(closes, lastArrival, lateness);
    if (due > now) return { firings: claimed, ...through(judgedThrough), due };
    const isCut = view.truncated && closes > lastRead;
    judgedThrough = isCut ? lastRead : start;
    const at = members[behind - 1]?.eventTime ?? start;
    const isPart = at <= reached;
    reached = at;
    if (isPart || isSilent(rule, known, at)) continue;
    const firing = judgeWindow(context, members.slice(first, behind), isCut);
    if (firing === undefined) continue;
    known.push(firing);
    claimed.push(firing);
  }
  return { firings: claimed, ...through(judgedThrough), ...(view.truncated ? { due: now } : {}) };
}

/**
 * For a correlation that waits: if an event at `time` came very late, the windows that hold it were judged without it.
 * They are judged again with it when the event is due. A window that fired keeps its firing. If other events of a
 * window may have expired by then, it isn't judged again, because a part of a window says nothing about the whole.
 */
export function judgeAgain({ rule, now, lateness }: JudgeContext, { judgedThrough }: GroupView, time: number): Verdict {
  const before = time - rule.timespan;
  if (expiryOf({ eventTime: before, arrivedAt: before }, rule.timespan, lateness) <= now + 2 * lateness) {
    return { firings: [] };
  }
  if (judgedThrough === undefined || judgedThrough <= before) return { firings: [] };
  return { firings: [], judgedThrough: before };
}

/**
 * The windows that start at each time of the members, which are sorted: the members from `first` on and before
 * `behind`, and when the last of them came. It takes one pass, because a group may hold many thousands.
 */
function* windowsOf(
  members: readonly Member[],
  timespan: number,
): Generator<{ start: number; first: number; behind: number; lastArrival: number }> {
  let behind = 0;
  // Positions of members of the window that came later than all members after them. The first of these came last of
  // all.
  const latest: number[] = [];
  const arrival = (position: number | undefined): number => members[position ?? -1]?.arrivedAt ?? 0;
  for (const [first, { eventTime: start }] of members.entries()) {
    if (members[first - 1]?.eventTime === start) continue;
    while (behind < members.length && (members[behind]?.eventTime ?? 0) < start + timespan) {
      while (latest.length > 0 && arrival(latest.at(-1)) <= arrival(behind)) latest.pop();
      latest.push(behind);
      behind += 1;
    }
    while ((latest[0] ?? first) < first) latest.shift();
    yield { start, first, behind, lastArrival: arrival(latest[0]) };
  }
}

/** Sorts members that a store may keep in any order: a firing must name its events in the same order in every store. */
function byTime(a: Member, b: Member): number {
  if (a.eventTime !== b.eventTime) return a.eventTime - b.eventTime;
  if (a.identity !== b.identity) return a.identity < b.identity ? -1 : 1;
  return a.rule < b.rule ? -1 : Number(a.rule > b.rule);
}

/** Most groups are already in order: then nothing is moved. */
function sorted(members: readonly Member[]): readonly Member[] {
  for (let i = 1; i < members.length; i++) {
    const [before, member] = [members[i - 1], members[i]];
    if (before !== undefined && member !== undefined && byTime(before, member) > 0) return members.toSorted(byTime);
  }
  return members;
}

/** The position in the sorted members where those of a time and later begin. */
function firstFrom(members: readonly Member[], time: number): number {
  let first = firstAfter(members, time);
  while (first > 0 && members[first - 1]?.eventTime === time) first -= 1;
  return first;
}

/** The position in the sorted members where those later than a time begin. */
function firstAfter(members: readonly Member[], time: number): number {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((members[middle]?.eventTime ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function through(judgedThrough: number): Pick<Verdict, 'judgedThrough'> {
  return Number.isFinite(judgedThrough) ? { judgedThrough } : {};
}

/** The time of the last member before a time. */
function lastBefore(members: readonly Member[], time: number): number {
  return members[firstFrom(members, time) - 1]?.eventTime ?? Number.NEGATIVE_INFINITY;
}

/** When the window that a member starts must be judged. */
export function dueOfMember({ eventTime, arrivedAt }: Member, timespan: number, lateness: number): number {
  return dueOf(eventTime + timespan, arrivedAt, lateness);
}

function dueOf(closes: number, arrivedAt: number, lateness: number): number {
  return (arrivedAt <= closes + lateness ? closes : arrivedAt) + lateness;
}

function isSilent({ timespan }: CorrelationRule, firings: readonly Firing[], at: number): boolean {
  return firings.some((firing) => Math.abs(firing.at - at) < timespan);
}

function judgeWindow({ rule, group }: JudgeContext, window: readonly Member[], truncated: boolean): Firing | undefined {
  const value = measure(rule, window);
  const last = window.at(-1);
  if (value === undefined || last === undefined) return undefined;
  if (!holds(rule.condition, value) || (truncated && !holdsForMore(rule))) return undefined;
  if (rule.ruleCondition !== undefined && !holdsOf(rule.ruleCondition, new Set(window.map((member) => member.rule))))
    return undefined;
  if (!reachesTactics(rule, window)) return undefined;
  const at = last.eventTime;
  const steps = rule.type === 'chain' ? stepsOf(window) : undefined;
  const eventIDs =
    steps?.map(({ eventID }) => eventID) ?? window.flatMap(({ eventID, eventIDs: of }) => of ?? [eventID]);
  return {
    id: createHash('sha256').update([rule.metadata.id, group, at].join('\n')).digest('hex').slice(0, 32),
    at,
    from: window.reduce((first, { eventTime, from }) => Math.min(first, from ?? eventTime), at),
    value,
    atLeast: truncated,
    eventIDs: [...new Set(eventIDs)].slice(-MAX_EVENT_IDS),
    fields: last.fields,
    ...(last.context !== undefined && { context: last.context }),
    ...(steps !== undefined && { steps }),
    pending: true,
  };
}

/**
 * If a group wasn't read whole, the number of distinct values is a lower bound, and can decide only conditions on lower
 * bounds. The number of events read is above every threshold, and each rule is read separately; but a rule that wasn't
 * found may be among the members that weren't read.
 */
function holdsForMore({ type, condition, ruleCondition }: CorrelationRule): boolean {
  if (ruleCondition !== undefined && !isMonotone(ruleCondition)) return false;
  return type !== 'value_count' || condition.every(({ compare }) => compare === 'gt' || compare === 'gte');
}
