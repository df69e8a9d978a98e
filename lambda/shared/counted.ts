/** Before each three digits at the end, but for the first of all. */
const THOUSANDS = /\B(?=(?:\d{3})+$)/g;

/**
 * A count with what is counted: `1 rule`, `3,000 rules`.
 * @param many where it isn't `what` with an s.
 */
export function counted(count: number, what: string, many = `${what}s`): string {
  return `${grouped(count)} ${count === 1 ? what : many}`;
}

/**
 * A whole number as English writes it: `3,000`. What Node has for this takes as long as loading all rules, when it is asked
 * for the first time.
 */
export function grouped(count: number): string {
  return Number.isInteger(count) && Math.abs(count) < 1e15
    ? String(count).replace(THOUSANDS, ',')
    : count.toLocaleString('en-US');
}

/** `1 rule was`, `3 rules were`. */
export function countedWere(count: number, what: string): string {
  return `${counted(count, what)} ${count === 1 ? 'was' : 'were'}`;
}
