/** The part of numbered runs that one of several processes does. */
export interface Share {
  /** Whether the run of this number, counted from 0, is this process's. */
  has(number: number): boolean;
}

/** All of them, for a process that works alone. */
export const WHOLE: Share = { has: () => true };

/**
 * Every `of`-th run, from the run `index` on: the shares 0 to `of` - 1 hold each run once.
 * @throws RangeError if `index` isn't a whole number from 0 up to `of` - 1.
 */
export function shareOf(index: number, of: number): Share {
  if (!Number.isInteger(index) || !Number.isInteger(of) || index < 0 || index >= of)
    throw new RangeError(`There is no share ${index} of ${of}: shares are counted from 0.`);
  return { has: (number) => number % of === index };
}

/** Reads `1/2`, the second of two shares. */
export function parseShare(text: string): Share {
  const [index, of] = text.split('/').map(Number);
  return shareOf(index ?? Number.NaN, of ?? Number.NaN);
}
