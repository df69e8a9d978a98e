/** The part of numbered runs that one of several processes does. */
export interface Share {
  /** Whether the run of this number, counted from 0, is this process's. */
  has(number: number): boolean;
}

/** Every `of`-th run, from the run `index` on: the shares 0 to `of` - 1 hold each run once. */
export interface ShareName {
  readonly index: number;
  readonly of: number;
}

/** All of them, for a process that works alone. */
export const WHOLE: Share = { has: () => true };

/** @throws RangeError if `index` isn't a whole number from 0 up to `of` - 1. */
export function shareOf({ index, of }: ShareName): Share {
  if (!Number.isInteger(index) || !Number.isInteger(of) || index < 0 || index >= of)
    throw new RangeError(`There is no share ${index} of ${of}: shares are counted from 0.`);
  return { has: (number) => number % of === index };
}

/** What one of several processes does of a sample. */
export function shareOfSample(sample: ShareName, process: ShareName): ShareName {
  return { index: sample.index + sample.of * process.index, of: sample.of * process.of };
}

/** Reads `1/2`, the second of two shares. */
export function parseShareName(text: string): ShareName {
  const [index, of] = text.split('/').map(Number);
  return { index: index ?? Number.NaN, of: of ?? Number.NaN };
}
