import type { SyncCorrelationStore } from './run.ts';
import type { Around, Claim, Firing, GroupKey, GroupView, Member } from './store.ts';

interface Group {
  key: GroupKey;
  /** By eventTime. */
  members: { member: Member; expiresAt: number }[];
  known: Set<string>;
  /** The ids of the rules that members have matched. */
  rules: Set<string>;
  firings: { firing: Firing; expiresAt: number }[];
  judgedThrough: number | undefined;
  due: number | undefined;
  expiresAt: number;
  /** When the first of the members expires. */
  soonest: number;
}

/** The state of correlations in memory: for one process, which has no need to claim and none to acknowledge. */
export class MemoryCorrelationStore implements SyncCorrelationStore {
  readonly #groups = new Map<string, Group>();
  #now = Number.NEGATIVE_INFINITY;
  #nextDue = Number.POSITIVE_INFINITY;
  #nextSweep = Number.NEGATIVE_INFINITY;

  /** Sets the clock, by which members expire. */
  setClock(now: number): void {
    this.#now = now;
  }

  /** Forgets the groups that have expired by the clock. */
  sweep(): void {
    // Going over all groups costs as much as there are of them; once an hour it is nothing.
    if (this.#now < this.#nextSweep) return;
    this.#nextSweep = this.#now + 3_600_000;
    for (const [id, group] of this.#groups) if (group.expiresAt <= this.#now) this.#groups.delete(id);
  }

  append(
    key: GroupKey,
    member: Member,
    { around, due, expiresAt }: { around: Around; due?: number; expiresAt: number },
  ): GroupView {
    const group = this.#groupOf(key);
    const identity = `${member.rule}\n${member.identity}`;
    if (!group.known.has(identity)) {
      group.known.add(identity);
      group.rules.add(member.rule);
      group.members.splice(firstAfter(group.members, member.eventTime), 0, { member, expiresAt });
      group.expiresAt = Math.max(group.expiresAt, expiresAt);
      group.soonest = Math.min(group.soonest, expiresAt);
      if (due !== undefined) this.#setDue(group, Math.min(due, group.due ?? due));
    }
    return this.around(key, around);
  }

  /** The group as an append reads it back. */
  around(key: GroupKey, around: Around): GroupView {
    const group = this.#groupOf(key);
    this.#forget(group);
    return viewOf(group, nearest(group, around));
  }

  read(key: GroupKey, limit: number): GroupView {
    const group = this.#groupOf(key);
    this.#forget(group);
    const left = group.members.slice(firstAfter(group.members, group.judgedThrough ?? Number.NEGATIVE_INFINITY));
    const members = left.slice(0, limit).map(({ member }) => member);
    return viewOf(group, { members, truncated: members.length < left.length });
  }

  claim(key: GroupKey, { firings, judgedThrough, due }: Claim, { expiresAt }: { expiresAt: number }): undefined {
    const group = this.#groupOf(key);
    for (const firing of firings) group.firings.push({ firing: { ...firing, pending: false }, expiresAt });
    if (judgedThrough !== undefined) group.judgedThrough = judgedThrough;
    if (judgedThrough !== undefined || due !== undefined) this.#setDue(group, due);
  }

  /** The groups that must be judged by a time, those that were due first coming first. */
  due(now: number): { key: GroupKey; due: number }[] {
    if (this.#nextDue > now) return [];
    const found: { key: GroupKey; due: number }[] = [];
    this.#nextDue = Number.POSITIVE_INFINITY;
    for (const { key, due } of this.#groups.values()) {
      if (due === undefined) continue;
      if (due <= now) found.push({ key, due });
      else this.#nextDue = Math.min(this.#nextDue, due);
    }
    return found.sort((a, b) => a.due - b.due);
  }

  #groupOf(key: GroupKey): Group {
    const id = `${key.correlation}\n${key.group}`;
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = {
        key,
        members: [],
        known: new Set(),
        rules: new Set(),
        firings: [],
        judgedThrough: undefined,
        due: undefined,
        expiresAt: 0,
        soonest: Number.POSITIVE_INFINITY,
      };
      this.#groups.set(id, group);
    }
    return group;
  }

  #setDue(group: Group, due: number | undefined): void {
    group.due = due;
    if (due !== undefined) this.#nextDue = Math.min(this.#nextDue, due);
  }

  #forget(group: Group): void {
    if (group.soonest > this.#now) return;
    group.members = group.members.filter(({ expiresAt }) => expiresAt > this.#now);
    group.firings = group.firings.filter(({ expiresAt }) => expiresAt > this.#now);
    group.soonest = Math.min(...group.members.map(({ expiresAt }) => expiresAt));
    group.known = new Set(group.members.map(({ member }) => `${member.rule}\n${member.identity}`));
  }
}

function viewOf(group: Group, { members, truncated }: Pick<GroupView, 'members' | 'truncated'>): GroupView {
  const { judgedThrough } = group;
  const firings = group.firings.map(({ firing }) => firing);
  return { members, truncated, firings, version: 0, ...(judgedThrough === undefined ? {} : { judgedThrough }) };
}

/** Where in the sorted members those later than a time begin. */
function firstAfter(members: Group['members'], time: number): number {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((members[middle]?.member.eventTime ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nearest(group: Group, { time, timespan, limit }: Around): Pick<GroupView, 'members' | 'truncated'> {
  const { members } = group;
  const middle = firstAfter(members, time);
  const before = new Nearest(group.rules.size, limit);
  for (let i = middle - 1; i >= 0; i--) {
    const member = members[i]?.member;
    if (member === undefined || member.eventTime <= time - timespan || !before.take(member)) break;
  }
  const after = new Nearest(group.rules.size, limit);
  for (let i = middle; i < members.length; i++) {
    const member = members[i]?.member;
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

  /** False when no more members need be offered. */
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
