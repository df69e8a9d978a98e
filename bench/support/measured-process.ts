import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';
import { percentile } from './memory.ts';

const ROOT = join(import.meta.dirname, '../..');
const FLOOR = join(ROOT, 'bench/support/floor.ts');
const TELL_CPU = join(ROOT, 'bench/support/tell-cpu.ts');
const PROGRAM = join(ROOT, 'bin/trailwarden.ts');

const toldSchema = z.object({
  /** User and system CPU time of the whole process, with all of its threads. */
  cpuSeconds: z.number(),
  /** The same without the start of Node, for a program that tells it. */
  workSeconds: z.number().optional(),
  megabytes: z.number(),
});

/** What a process took. */
export interface Measured extends z.infer<typeof toldSchema> {
  readonly wallSeconds: number;
  /** From the start of the process to the first byte on stdout. */
  readonly firstOutputSeconds?: number;
  /** Lines on stdout, if that was looked at. */
  readonly lines: number;
}

export interface ProcessOptions {
  /** Where the program keeps rules and compiled code. */
  readonly cache: string;
  /** Cores that it may use, where the system can bind it to some. */
  readonly cores?: number;
  /** It keeps rules and code for those that follow, and tells its memory: where it is in front, V8's own threads are late. */
  readonly isFirst?: boolean;
  /** Whether its output is looked at, as that of the first is. */
  readonly isWatched?: boolean;
}

/** Runs the command line, as in a checkout. */
export async function runProgram(args: readonly string[], options: ProcessOptions): Promise<Measured> {
  return await run(['--import', TELL_CPU, PROGRAM, ...args], options);
}

/** Runs gunzip and JSON.parse of all objects below a folder. */
export async function runFloor(folder: string, options: ProcessOptions): Promise<Measured> {
  return await run([FLOOR, folder], options);
}

/** The median of what each of several runs took. */
export function medianOf(runs: readonly Measured[], take: (run: Measured) => number | undefined): number {
  return percentile(
    runs.map((one) => take(one) ?? Number.NaN),
    0.5,
  );
}

/** What stands before each measured command: `chrt -r 20` has it run before the machine's other processes. */
const BEFORE = (process.env.BENCH_BEFORE ?? '').split(' ').filter((word) => word !== '');

async function run(
  args: readonly string[],
  { cache, cores = 1, isFirst = false, isWatched = isFirst }: ProcessOptions,
): Promise<Measured> {
  const isBound = spawnSync('taskset', ['--version']).status === 0;
  const list = Array.from({ length: cores }, (_, core) => core).join(',');
  const bound = isBound ? ['taskset', '-c', list] : [];
  const [command = process.execPath, ...before] = [...(isFirst ? [] : BEFORE), ...bound, process.execPath];
  return await new Promise((resolve, reject) => {
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1000;
    const child = spawn(command, [...before, ...args], {
      // Who reads a pipe needs a core, too.
      stdio: ['ignore', isWatched ? 'pipe' : 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, XDG_CACHE_HOME: cache },
    });
    let told: unknown;
    let firstOutputSeconds: number | undefined;
    let lines = 0;
    child.on('message', (value) => {
      told = value;
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      firstOutputSeconds ??= seconds();
      for (const byte of chunk) if (byte === 0x0a) lines++;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const result = toldSchema.safeParse(told);
      if (code !== 0 || !result.success) reject(new Error(`${args.join(' ')} ended with ${code}`));
      else {
        const first = firstOutputSeconds === undefined ? {} : { firstOutputSeconds };
        resolve({ ...result.data, ...first, wallSeconds: seconds(), lines });
      }
    });
  });
}
