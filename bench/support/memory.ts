const SAMPLE_MILLISECONDS = 20;

/** Runs something and tells the most memory that the process had meanwhile, in MB, and the seconds it took. */
export async function withPeakMemory<Result>(
  run: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly peakMegabytes: number; readonly seconds: number }> {
  globalThis.gc?.();
  let peak = process.memoryUsage.rss();
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(look, SAMPLE_MILLISECONDS);
  const start = performance.now();
  try {
    const result = await run();
    look();
    return { result, peakMegabytes: Math.ceil(peak / 2 ** 20), seconds: (performance.now() - start) / 1000 };
  } finally {
    clearInterval(timer);
  }
}

/** The value that `share` of the numbers don't exceed. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
