import type { Around, Claim, Firing, GroupKey, GroupView, Member } from './correlation-store.ts';
import { DueQueue } from './due-queue.ts';
import type { SyncCorrelationStore } from './run-correlations.ts';

interface Group {
  key: GroupKey;
  timespan: number;
  /** By eventTime. */
  members: Member[];
  /** When each of the members expires, in their order. */
  expiries: number[];
  known: Set<string>;
  /** The ids of the rules that members have matched. */
  rules: Set<string>;
  /** By the time at which they fired. */
  firings: { firing: Firing; expiresAt: number }[];
  judgedThrough: number | undefined;
  due: number | undefined;
  expiresAt: number;
  /** When the first of the members expires. */
  soonest: number;
  /** Expired members are forgotten once there are this many members, so that each is checked only a few times. */
  forgetAt: number;
}

/**
 * Fewer members than this are kept although they have expired: searching for them would cost more than keeping them.
 */
const FORGET_FROM = 64;

/**
 * The state of correlations in memory: for one process, so claims and acknowledgements aren't needed. It is made for
 * groups of some hundred thousand members that come nearly in the order of time: then the cost of an append depends
 * only on the members that it reads back.
 */
export class MemoryCorrelationStore implements SyncCorrelationStore {
  readonly #groups = new Map<string, Group>();
  readonly #queue = new DueQueue();
  #now = Number.NEGATIVE_INFINITY;
  #nextSweep = Number.NEGATIVE_INFINITY;

  /** Sets the clock, by which members expire. */
  setClock(now: number): void {
    this.#now = now;
  }

  /** Forgets the groups that have expired by the clock. */
  sweep(): void {
    // Visiting all groups costs time in proportion to their number. Once an hour that is negligible.
    if (this.#now < this.#nextSweep) return;
    this.#nextSweep = this.#now + 3_600_000;
    for (const [id, group] of this.#groups) if (group.expiresAt <= this.#now) this.#groups.delete(id);
  }

  append(
    key: GroupKey,
    members: readonly Member[],
    { around, due, expiresAt }: { around: Around; due?: number; expiresAt: number },
  ): GroupView {
    const group = this.#groupOf(key);
    group.timespan = around.timespan;
    for (const member of members) {
      const identity = `${member.rule}\n${member.identity}`;
      if (group.known.has(identity)) continue;
      group.known.add(identity);
      group.rules.add(member.rule);
      const place = firstAfter(group.members, member.eventTime);
      group.members.splice(place, 0, member);
      group.expiries.splice(place, 0, expiresAt);
      group.expiresAt = Math.max(group.expiresAt, expiresAt);
      group.soonest = Math.min(group.soonest, expiresAt);
      if (due !== undefined) this.#setDue(group, Math.min(due, group.due ?? due));
    }
    return this.look(key, around);
  }

  /**
   * The group as an append reads it back. While it is silent for every window that holds the times, no member matters,
   * so none is read.
   */
  look(key: GroupKey, around: Around): GroupView {
    const group = this.#groupOf(key);
    this.#forget(group);
    const { from, to, timespan } = around;
    const firings = firingsBetween(group, from - 2 * timespan, to + 2 * timespan);
    if (isSilentAround(group, firings, around)) return viewOf(group, { members: [], truncated: false }, firings);
    return viewOf(group, from === to ? nearest(group, around) : between(group, around), firings);
  }

  read(key: GroupKey, limit: number): GroupView {
    const group = this.#groupOf(key);
    this.#forget(group);
    const { members, judgedThrough = Number.NEGATIVE_INFINITY } = group;
    const first = firstAfter(members, judgedThrough);
    const read = members.slice(first, first + limit);
    // An earlier firing silences none of the windows that are still to be judged.
    const firings = firingsBetween(group, judgedThrough - group.timespan, Number.POSITIVE_INFINITY);
    return viewOf(group, { members: read, truncated: first + limit < members.length }, firings);
  }

  claim(
    key: GroupKey,
    { firings, judgedThrough, due }: Claim,
    { around, expiresAt }: { around?: Around; expiresAt: number },
  ): undefined {
    const group = this.#groupOf(key);
    for (const firing of firings) {
      const place = firstFiringAfter(group, firing.at);
      group.firings.splice(place, 0, { firing: { ...firing, pending: false }, expiresAt });
    }
    if (judgedThrough !== undefined) group.judgedThrough = judgedThrough;
    // The result of an append doesn't change the time at which the group is due.
    if (around === undefined && (judgedThrough !== undefined || due !== undefined)) this.#setDue(group, due);
  }

  /** The groups that must be judged by a time, those that were due first come first. Each is returned once. */
  due(now: number): { key: GroupKey; due: number }[] {
    const found: { key: GroupKey; due: number }[] = [];
    const named = new Set<string>();
    for (let next = this.#queue.take(now); next !== undefined; next = this.#queue.take(now)) {
      const { id, due } = next;
      const group = this.#groups.get(id);
      // Since then the time may have been moved, and the group may be judged or gone.
      if (group?.due !== due || named.has(id)) continue;
      named.add(id);
      found.push({ key: group.key, due });
    }
    return found;
  }

  #groupOf(key: GroupKey): Group {
    const id = idOf(key);
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = {
        key,
        timespan: 0,
        members: [],
        expiries: [],
        known: new Set(),
        rules: new Set(),
        firings: [],
        judgedThrough: undefined,
        due: undefined,
        expiresAt: 0,
        soonest: Number.POSITIVE_INFINITY,
        forgetAt: FORGET_FROM,
      };
      this.#groups.set(id, group);
    }
    return group;
  }

  #setDue(group: Group, due: number | undefined): void {
    group.due = due;
    if (due !== undefined) this.#queue.add(idOf(group.key), due);
  }

  #forget(group: Group): void {
    if (group.soonest > this.#now || group.members.length < group.forgetAt) return;
    const isLeft = (expiresAt: number | undefined): boolean => expiresAt !== undefined && expiresAt > this.#now;
    group.members = group.members.filter((_, i) => isLeft(group.expiries[i]));
    group.expiries = group.expiries.filter(isLeft);
    group.firings = group.firings.filter(({ expiresAt }) => isLeft(expiresAt));
    group.soonest = group.expiries.reduce((first, expiresAt) => Math.min(first, expiresAt), Number.POSITIVE_INFINITY);
    group.known = new Set(group.members.map(({ rule, identity }) => `${rule}\n${identity}`));
    group.forgetAt = Math.max(FORGET_FROM, 2 * group.members.length);
  }
}

function idOf({ correlation, group }: GroupKey): string {
  return `${correlation}\n${group}`;
}

function viewOf(
  { judgedThrough }: Group,
  { members, truncated }: Pick<GroupView, 'members' | 'truncated'>,
  firings: readonly Firing[],
): GroupView {
  return { members, truncated, firings, version: 0, ...(judgedThrough === undefined ? {} : { judgedThrough }) };
}

/**
 * Where in the sorted firings those later than a time begin. Firings come nearly in order, so the search starts at the
 * end.
 */
function firstFiringAfter({ firings }: Group, time: number): number {
  let place = firings.length;
  while (place > 0 && (firings[place - 1]?.firing.at ?? 0) > time) place -= 1;
  return place;
}

/** The firings later than one time and before another. */
function firingsBetween(group: Group, after: number, before: number): Firing[] {
  const found: Firing[] = [];
  for (let place = firstFiringAfter(group, before) - 1; place >= 0; place--) {
    const firing = group.firings[place]?.firing;
    if (firing === undefined || firing.at <= after) break;
    found.push(firing);
  }
  return found.reverse();
}

/** Whether each window that holds one of the times ends less than a timespan away from a firing. */
function isSilentAround({ members }: Group, firings: readonly Firing[], { from, to, timespan }: Around): boolean {
  if (firings.length === 0) return false;
  const isSilent = (end: number): boolean => firings.some(({ at }) => Math.abs(at - end) < timespan);
  if (!isSilent(from)) return false;
  for (let place = firstAfter(members, from); place < members.length; place++) {
    const end = members[place]?.eventTime;
    if (end === undefined || end >= to + timespan) break;
    if (!isSilent(end)) return false;
  }
  return true;
}

/** Where in the sorted members those later than a time begin. */
function firstAfter(members: Group['members'], time: number): number {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((members[middle]?.eventTime ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function between({ members }: Group, { from, to, timespan, limit }: Around): Pick<GroupView, 'members' | 'truncated'> {
  if (limit === 0) return { members: [], truncated: false };
  const first = firstAfter(members, from - timespan);
  return { members: members.slice(first, firstAfter(members, to + timespan - 1)), truncated: false };
}

function nearest(group: Group, { from: time, timespan, limit }: Around): Pick<GroupView, 'members' | 'truncated'> {
  const { members } = group;
  const middle = firstAfter(members, time);
  if (group.rules.size === 1) {
    const first = firstAfter(members, time - timespan);
    const last = firstAfter(members, time + timespan - 1);
    const [from, to] = [Math.max(first, middle - limit), Math.min(last, middle + limit)];
    return { members: members.slice(from, to), truncated: from > first || to < last };
  }
  const before = new Nearest(group.rules.size, limit);
  for (let i = middle - 1; i >= 0; i--) {
    const member = members[i];
    if (member === undefined || member.eventTime <= time - timespan || !before.take(member)) break;
  }
  const after = new Nearest(group.rules.size, limit);
  for (let i = middle; i < members.length; i++) {
    const member = members[i];
    if (member === undefined || member.eventTime >= time + timespan || !after.take(member)) break;
  }
  return { members: [...before.taken.reverse(), ...after.taken], truncated: before.truncated || after.truncated };
}

/** Takes the first members of each rule, until there are enough of all. */
class Nearest {
  readonly taken: Member[] = [];
  truncated = false;
  readonly #counts = new Map<string, number>();
  readonly #rules: number;
  readonly #limit: number;
  #full = 0;

  constructor(rules: number, limit: number) {
    this.#rules = rules;
    this.#limit = limit;
  }

  /** False if no more members are needed. */
  take(member: Member): boolean {
    const count = this.#counts.get(member.rule) ?? 0;
    if (count >= this.#limit) {
      this.truncated = true;
      return this.#limit > 0 && this.#full < this.#rules;
    }
    this.taken.push(member);
    this.#counts.set(member.rule, count + 1);
    if (count + 1 === this.#limit) this.#full += 1;
    return true;
  }
}
