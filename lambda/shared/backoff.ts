import { setTimeout as sleep } from 'node:timers/promises';

export interface BackoffOptions {
  /** Milliseconds before the second try; doubles with each further try. */
  readonly baseMilliseconds: number;
  readonly maxMilliseconds: number;
  /** Ends the wait: it then throws an AbortError. */
  readonly signal?: AbortSignal;
}

/** Waits before the next try, "full jitter": a random time up to a bound that doubles with each try, from 0. */
export async function backoff(
  attempt: number,
  { baseMilliseconds, maxMilliseconds, signal }: BackoffOptions,
): Promise<void> {
  const milliseconds = Math.random() * Math.min(maxMilliseconds, baseMilliseconds * 2 ** attempt);
  await sleep(milliseconds, undefined, { signal });
}
