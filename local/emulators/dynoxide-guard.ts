/**
 * Runs the program named in its arguments for as long as its own standard input stays open. The pipe closes when the
 * process at its other end dies, in any way. So a native emulator never outlives the run that started it, even after a
 * SIGKILL.
 */
import { spawn } from 'node:child_process';

const [program, ...parameters] = process.argv.slice(2);
if (program === undefined) throw new Error('The guard needs the program to run.');

const child = spawn(program, parameters, { stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true });
child.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
child.on('exit', (code) => process.exit(code ?? 1));

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill());
process.stdin.resume();
process.stdin.on('error', () => child.kill());
process.stdin.on('close', () => child.kill());
