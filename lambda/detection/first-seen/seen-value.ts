/** The winner of a value that was learnt: no event has fired for it. */
export const LEARNT = 'learnt';

/** Days after its timespan for which a value is kept, so that late events still find it. */
export const SPARE_DAYS = 7;

/** What is known of a value of a `first_seen` rule. Days are UTC days of eventTime, since 1970. */
export interface SeenValue {
  readonly first: number;
  readonly last: number;
  /** The identity of the event that fired for it, or `LEARNT`. */
  readonly winner: string;
  /** Events that fired before the winner, the latest first: each fires again when it is delivered again. */
  readonly earlier: readonly string[];
}

/** An event with a value. */
export interface SightOfValue {
  /** The UTC day of its eventTime, since 1970. */
  readonly day: number;
  readonly identity: string;
  /** It is of a time in which the rule only learns. */
  readonly isLearnt: boolean;
}

/** Winners before the last that are kept: an event that comes again does so within days, not after years. */
const MAX_EARLIER = 8;

/**
 * What is known once an event was seen, and whether it fires. The same value object comes back where nothing changes.
 * A value that wasn't seen for longer than the timespan is new again. A late event never takes back what has fired.
 * @param timespan in days.
 */
export function takeSight(
  known: SeenValue | undefined,
  { day, identity, isLearnt }: SightOfValue,
  timespan: number,
): { readonly value: SeenValue; readonly fires: boolean } {
  if (known !== undefined && (known.winner === identity || known.earlier.includes(identity))) {
    return { value: known, fires: true };
  }
  if (known === undefined || day - known.last > timespan) {
    const before = known === undefined || known.winner === LEARNT ? [] : [known.winner];
    const earlier = [...before, ...(known?.earlier ?? [])].slice(0, MAX_EARLIER);
    return {
      value: { first: day, last: day, winner: isLearnt ? LEARNT : identity, earlier },
      fires: !isLearnt,
    };
  }
  if (day >= known.first && day <= known.last) return { value: known, fires: false };
  return {
    value: { ...known, first: Math.min(known.first, day), last: Math.max(known.last, day) },
    fires: false,
  };
}
