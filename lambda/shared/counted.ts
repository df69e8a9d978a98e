/**
 * A count with what is counted: `1 rule`, `3,000 rules`.
 * @param many where it isn't `what` with an s.
 */
export function counted(count: number, what: string, many = `${what}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? what : many}`;
}

/** `1 rule was`, `3 rules were`. */
export function countedWere(count: number, what: string): string {
  return `${counted(count, what)} ${count === 1 ? 'was' : 'were'}`;
}
