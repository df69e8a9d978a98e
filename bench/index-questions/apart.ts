import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs a part of a benchmark in a process of its own, so that what it leaves in memory is measured with no other part.
 * @param file beside this one; it ends with `answerApart`.
 * @param nodeOptions of the process, such as a bound for its heap.
 * @throws Error where the process ends without an answer.
 */
export function runApart<Answer>(
  file: string,
  parameters: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = fork(path, parameters, { execArgv: ['--expose-gc', ...nodeOptions] });
    // What comes is what the file's `answerApart` was given.
    child.on('message', (answer) => resolve(answer as Answer));
    child.on('exit', (code) => reject(new Error(`${file} ended without an answer: exit code ${code}`)));
  });
}

/** Tells the process that waits what was measured, and lets this one end. */
export async function answerApart(answer: object): Promise<void> {
  // Called back once it is out: what is still on its way when the channel closes is lost.
  await new Promise((resolve) => process.send?.(answer, resolve));
  process.disconnect();
}
