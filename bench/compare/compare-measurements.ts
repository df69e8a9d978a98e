/** Microseconds of CPU an event by part, of one run. */
export type Measurement = Readonly<Record<string, number>>;

/** A part of this commit beside that of another one. */
export interface ComparedPart {
  readonly part: string;
  /** Least of all rounds: what else the machine does only adds to it. Undefined where the other commit has no such part. */
  readonly before: number | undefined;
  readonly after: number;
  /** `after` as a part of `before`. */
  readonly ratio: number | undefined;
  readonly isWorse: boolean;
}

/** A part is worse from this ratio on. Below it lies what the same code differs by from run to run. */
const WORSE = 1.25;

/**
 * Compares the rounds of two commits, part by part.
 * @throws Error where this commit was not measured.
 */
export function compareMeasurements(
  before: readonly Measurement[],
  after: readonly Measurement[],
): readonly ComparedPart[] {
  const parts = [...new Set(after.flatMap((round) => Object.keys(round)))];
  if (parts.length === 0) throw new Error('no part of this commit was measured');
  return parts.map((part) => {
    const [old, now] = [least(before, part), least(after, part)];
    if (now === undefined) throw new Error(`${part} was not measured`);
    const ratio = old === undefined ? undefined : Number((now / old).toFixed(2));
    return { part, before: old, after: now, ratio, isWorse: ratio !== undefined && ratio >= WORSE };
  });
}

function least(rounds: readonly Measurement[], part: string): number | undefined {
  const times = rounds.flatMap((round) => round[part] ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}
