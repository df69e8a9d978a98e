/** A time of which all events are there. ISO 8601 in UTC to the second; both ends are included. */
export interface CoveredTime {
  readonly from: string;
  readonly to: string;
  /** Events of the second `from` that are there, where there may be others: reading stopped within it. */
  readonly ids: readonly string[];
}

/** A time that is to be asked for; both ends are included. */
export interface MissingTime {
  readonly since: string;
  readonly until: string;
  /** Events of the second `until` that are there. */
  readonly ids: readonly string[];
}

/** Adds a time to those that are covered. The newest comes first; times that touch are one. */
export function cover(covered: readonly CoveredTime[], added: CoveredTime): readonly CoveredTime[] {
  if (added.from > added.to) return covered;
  const touches = ({ from, to }: CoveredTime): boolean => from <= added.to && to >= added.from;
  const joined = covered.filter(touches).reduce(join, added);
  const others = covered.filter((time) => !touches(time));
  return [...others, joined].toSorted((a, b) => (a.from > b.from ? -1 : 1));
}

function join(one: CoveredTime, other: CoveredTime): CoveredTime {
  const lower = other.from < one.from ? other : one;
  const upper = other.to > one.to ? other : one;
  return { from: lower.from, to: upper.to, ids: lower.ids };
}

/** What of a time isn't covered, the newest first. */
export function missingTimes(
  covered: readonly CoveredTime[],
  { since, until }: { readonly since: string; readonly until: string },
): readonly MissingTime[] {
  const missing: MissingTime[] = [];
  let end = until;
  let ids: readonly string[] = [];
  for (const time of covered) {
    if (time.from > end) continue;
    if (time.to < since || end <= since) break;
    if (time.to < end) missing.push({ since: time.to, until: end, ids });
    end = time.from;
    ids = time.ids;
  }
  if (end > since) missing.push({ since, until: end, ids });
  return missing;
}
