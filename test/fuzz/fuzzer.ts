import { performance } from 'node:perf_hooks';
import { seeded } from '../chaos/faults.ts';
import type { FuzzTarget } from './targets.ts';

/** An input that a target must not have taken so. */
export interface FuzzFailure {
  readonly target: string;
  readonly problem: string;
  /** Base64, to be kept as a test. */
  readonly input: string;
}

export interface FuzzReport {
  readonly inputs: number;
  readonly slowestMilliseconds: number;
  readonly failures: readonly FuzzFailure[];
}

/** An input of some kilobytes that takes longer is a hang in the making. */
const MAX_MILLISECONDS = 5_000;

const MAX_INPUT_BYTES = 64 * 1024;

/** Inputs that are kept to be changed further. */
const POOL = 200;

/**
 * Runs a target over inputs that are made from its seeds by a few changes each, until `mustStop`. The same seed makes
 * the same inputs.
 */
export async function fuzz(
  target: FuzzTarget,
  seed: number,
  mustStop: (inputs: number) => boolean,
): Promise<FuzzReport> {
  const random = seeded(seed);
  const pool = [...target.seeds];
  const failures: FuzzFailure[] = [];
  let inputs = 0;
  let slowestMilliseconds = 0;
  while (!mustStop(inputs) && failures.length < 5) {
    const input = changed(pick(pool, random), target, pool, random);
    const start = performance.now();
    const fail = (problem: string): void => {
      failures.push({ target: target.name, problem, input: input.toString('base64') });
    };
    try {
      await target.run(input);
    } catch (error) {
      fail(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
    const milliseconds = performance.now() - start;
    slowestMilliseconds = Math.max(slowestMilliseconds, milliseconds);
    if (milliseconds > MAX_MILLISECONDS) fail(`it took ${Math.round(milliseconds)} ms`);
    inputs++;
    if (random() < 0.05) {
      if (pool.length < POOL) pool.push(input);
      else pool[target.seeds.length + Math.floor(random() * (POOL - target.seeds.length))] = input;
    }
  }
  return { inputs, slowestMilliseconds, failures };
}

function changed(from: Buffer, target: FuzzTarget, pool: readonly Buffer[], random: () => number): Buffer {
  let bytes: Buffer = Buffer.from(from);
  for (let change = Math.ceil(random() * 4); change > 0; change--) bytes = changeOnce(bytes, target, pool, random);
  // A copy: a part of a longer buffer would keep all of it.
  return Buffer.from(bytes.subarray(0, MAX_INPUT_BYTES));
}

function changeOnce(bytes: Buffer, { words }: FuzzTarget, pool: readonly Buffer[], random: () => number): Buffer {
  const at = Math.floor(random() * (bytes.length + 1));
  const length = Math.floor(random() ** 3 * bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (Math.floor(random() * 7)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      return flipped;
    }
    case 1:
      return Buffer.concat([before, Buffer.from([Math.floor(random() * 256)]), after]);
    case 2:
      return Buffer.concat([before, after.subarray(length)]);
    case 3:
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 4:
      return Buffer.concat([before, pick(pool, random).subarray(Math.floor(random() * 50))]);
    case 5:
      // One word many times over: nesting, long runs.
      return Buffer.concat([before, Buffer.from(pick(words, random).repeat(Math.ceil(random() ** 4 * 2000))), after]);
    default:
      return Buffer.concat([before, Buffer.from(pick(words, random)), after]);
  }
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}
