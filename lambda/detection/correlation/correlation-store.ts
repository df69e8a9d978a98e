/** A group of one correlation. */
export interface GroupKey {
  /** The correlation's id. */
  correlation: string;
  /** The group-by values as a JSON list, null for each field that the event doesn't have. */
  group: string;
}

/** An event in a group of a correlation, or a firing of a correlation below it. */
export interface Member {
  /** The event's identity, or the firing's id. Together with `rule` it identifies a member that comes again. */
  identity: string;
  /** The id of the rule that the event matched. */
  rule: string;
  /** Milliseconds since 1970, by which windows are formed. */
  eventTime: number;
  eventID: string;
  /** When it first came, by the clock, in milliseconds. A second delivery doesn't change it. */
  arrivedAt: number;
  /** The texts of the fields that this correlation, or one above it, needs; by their path as JSON. */
  fields: Readonly<Record<string, readonly string[]>>;
  /** For a firing of a correlation below: eventTime of the first of its events, and the events, oldest first. */
  from?: number;
  eventIDs?: readonly string[];
  /** Returned to the caller with a firing whose window ends with this event. */
  context?: string;
}

/** What one rule noticed of a chain: its first event in the window. */
export interface ChainStep {
  /** The rule's id. */
  rule: string;
  /** eventTime, in milliseconds since 1970. */
  at: number;
  eventID: string;
  action?: string;
  outcome?: string;
}

/** A correlation fired for a group: its window is (at - timespan, at]. */
export interface Firing {
  /** The same for the same correlation, group and window. */
  id: string;
  /** eventTime of the last event in the window. */
  at: number;
  /** eventTime of the first event in the window. */
  from: number;
  /** What was counted or computed. */
  value: number;
  /** The window held more members than were read: `value` is a lower bound. */
  atLeast: boolean;
  /** The last of the window's events, oldest first; at most `MAX_EVENT_IDS`. */
  eventIDs: readonly string[];
  /** The last event's fields, for the correlations above. */
  fields: Member['fields'];
  /** The last event's context. */
  context?: string;
  /** Of a chain: what each rule noticed, oldest first. */
  steps?: readonly ChainStep[];
  /** Claimed, but its findings may not be stored yet: it is reported again until it is acknowledged. */
  pending: boolean;
}

/** A group as it is read back, consistently with all writes before. */
export interface GroupView {
  /** By eventTime. */
  members: readonly Member[];
  /** More members were there than were read. */
  truncated: boolean;
  /**
   * More members were there than one reading around several times takes, so none was read: each time must be looked at
   * alone.
   */
  tooMany?: true;
  firings: readonly Firing[];
  /** Windows that start at or before this were judged, for conditions that are judged once. */
  judgedThrough?: number;
  /** When the group must be judged next, by the clock, if the store knows it. */
  due?: number;
  /** Changes with every claim, and with nothing else. */
  version: number;
}

/**
 * Which members an append reads back: those between two times, or less than a timespan away from them. Around a single
 * time they are at most `limit` of each rule up to that time and `limit` after it, the nearest. (A rule with a flood of
 * events must not hide those of other rules.) A limit of 0 asks for no members, only for the firings.
 */
export interface Around {
  /** Not after `to`. */
  from: number;
  to: number;
  timespan: number;
  limit: number;
}

export interface Claim {
  version: number;
  firings: readonly Firing[];
  judgedThrough?: number;
  /** When the group must be judged next, by the clock; undefined if nothing is left to judge. */
  due?: number;
}

/**
 * Where the state of correlations is kept. Two functions may use one group at a time: an append must be visible to
 * every read that starts after it, and of two claims with one version only one may succeed.
 */
export interface CorrelationStore {
  /**
   * Writes members, in the order of eventTime, except those that are there already, and reads the group back around
   * them. `due` is when the group must be judged because of them, at the latest, unless a claim that has seen the members
   * sets another time. The members may be deleted from `expiresAt` on, and the state of their group from an hour before
   * that.
   */
  append(
    key: GroupKey,
    members: readonly Member[],
    options: { around: Around; due?: number; expiresAt: number },
  ): Promise<GroupView>;
  /** Reads the group as an append does, and writes nothing. */
  look(key: GroupKey, around: Around): Promise<GroupView>;
  /** Reads the part of a group that must still be judged: the first `limit` members later than `judgedThrough`. */
  read(key: GroupKey, limit: number): Promise<GroupView>;
  /**
   * Writes firings and what was judged, if the version is still the same. Otherwise returns the group as it is now:
   * with `around` as an append reads it, without it as `read` does. Only a claim without `around` says when the group
   * is due next.
   */
  claim(key: GroupKey, claim: Claim, options: { around?: Around; expiresAt: number }): Promise<GroupView | undefined>;
  /** The groups that are due, and those with firings that have been pending longer than a function lives. */
  due(now: number): Promise<readonly GroupKey[]>;
  /** Marks firings as no longer pending: their findings are stored. */
  acknowledge(key: GroupKey, firingIds: readonly string[]): Promise<void>;
}

/** How long after a window has closed its events may still come: conditions that are judged once wait for it. */
export const LATENESS = 20 * 60_000;

/** Members of a group that are read by default. A correlation with a higher threshold reads as many as it needs. */
export const MEMBER_CAP = 1_000;

/** Event ids that a firing names. */
export const MAX_EVENT_IDS = 100;

const DAY = 86_400_000;

/**
 * The time from which a member no longer matters to any window, in milliseconds since 1970: its last window has closed,
 * late events have come, and one more day has passed in case it is judged late.
 */
export function expiryOf(member: Pick<Member, 'eventTime' | 'arrivedAt'>, timespan: number, lateness: number): number {
  return Math.max(member.eventTime, member.arrivedAt) + timespan + lateness + DAY;
}
