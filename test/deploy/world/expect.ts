import { setTimeout as sleep } from 'node:timers/promises';
import type { ShellResult } from './shell.ts';

/** What the test expected of the deployment isn't so. */
export class Unmet extends Error {
  override readonly name = 'Unmet';
}

/** @throws Unmet */
export function expectThat(isSo: boolean, what: string, found?: unknown): asserts isSo {
  if (isSo) return;
  throw new Unmet(
    found === undefined
      ? what
      : `${what}\nFound: ${typeof found === 'string' ? found : JSON.stringify(found, null, 2)}`,
  );
}

/** @throws Unmet with the end of what the command wrote, where it ended otherwise. */
export function expectCode({ code, output }: ShellResult, wanted: number, line: string): void {
  expectThat(code === wanted, `${line}\nended with ${code}, not ${wanted}:`, output.slice(-4000));
}

export interface Patience {
  readonly withinSeconds: number;
  readonly everyMs?: number;
}

/** Asks until there is an answer. @throws Unmet when the time is over. */
export async function eventually<Value>(
  what: string,
  ask: () => Promise<Value | undefined>,
  { withinSeconds, everyMs = 500 }: Patience,
): Promise<Value> {
  const deadline = Date.now() + withinSeconds * 1000;
  while (true) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Unmet(`Not within ${withinSeconds} s: ${what}`);
    await sleep(everyMs);
  }
}
