import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLargeObject, writeScanCorpus } from './made/scan-corpus.ts';
import { type Measured, medianOf, runProgram } from './support/measured-process.ts';

/** What a second core gives to `scan`, start included. */
export interface ThreadsRow {
  name: string;
  records: number;
  /** CPU time of two threads, as a part of what one takes in the same rounds. */
  cpuOfTwo: number;
  /** How many times as fast two threads are. */
  speedOfTwo: number;
  /** CPU time of one thread, a record. */
  microsecondsOfOne: number;
  /** Medians, of the clock. */
  secondsOfOne: number;
  secondsOfTwo: number;
  peakMegabytesOfOne: number;
}

const RECORDS = 200_000;
const ROUNDS = 5;

/** Measures `scan` with the default pack on one core and on two, over many log objects and over one large one. */
export async function benchThreads({ events = RECORDS }: { readonly events?: number }): Promise<ThreadsRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-threads-'));
  const [many, one] = [join(folder, 'many'), join(folder, 'one')];
  try {
    await writeScanCorpus(many, events, 500);
    await writeLargeObject(join(one, 'object.json.gz'), events);
    return [
      await measure('objects of 500 records', many, events, join(folder, 'cache')),
      await measure('one object of all records', one, events, join(folder, 'cache')),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(name: string, folder: string, records: number, cache: string): Promise<ThreadsRow> {
  const args = ['scan', folder, '--format', 'jsonl'];
  const ones: Measured[] = [];
  const twos: Measured[] = [];
  const { megabytes } = await runProgram(args, { cache, isFirst: true });
  await runProgram(args, { cache, cores: 2 });
  for (let round = 0; round < ROUNDS; round++) {
    ones.push(await runProgram(args, { cache, cores: 1 }));
    twos.push(await runProgram(args, { cache, cores: 2 }));
  }
  const cpu = (runs: readonly Measured[]): number => medianOf(runs, ({ cpuSeconds }) => cpuSeconds);
  const wall = (runs: readonly Measured[]): number => medianOf(runs, ({ wallSeconds }) => wallSeconds);
  return {
    name,
    records,
    cpuOfTwo: Number((cpu(twos) / cpu(ones)).toFixed(2)),
    speedOfTwo: Number((wall(ones) / wall(twos)).toFixed(2)),
    microsecondsOfOne: Number(((cpu(ones) / records) * 1e6).toFixed(1)),
    secondsOfOne: Number(wall(ones).toFixed(2)),
    secondsOfTwo: Number(wall(twos).toFixed(2)),
    peakMegabytesOfOne: Math.ceil(megabytes),
  };
}
