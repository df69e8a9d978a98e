/** The text of a number, as comparisons accept it in rules and in records. */
export const NUMERIC_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number, or the number that a text holds. Anything else is NaN, which compares with nothing. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && NUMERIC_TEXT.test(value) ? Number(value) : Number.NaN;
}
