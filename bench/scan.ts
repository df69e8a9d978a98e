import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { makeRules } from './detection.ts';
import { writeScanCorpus } from './made/scan-corpus.ts';
import { percentile } from './support/memory.ts';

/** What `scan` costs, start included, on one core. */
export interface ScanRow {
  name: string;
  records: number;
  /** Medians of user CPU time. */
  cpuSeconds: number;
  microsecondsPerRecord: number;
  /** Gunzip and JSON.parse of the same objects, in the same rounds. */
  floorSeconds: number;
  ratioToFloor: number;
  peakMegabytes: number;
}

const RECORDS = 50_000;
const ROUNDS = 5;
const ROOT = join(import.meta.dirname, '..');

const toldSchema = z.object({ seconds: z.number(), megabytes: z.number().default(0) });

/** Measures `scan` over log objects of 500 and of 8 records, with the default pack and with 790 rules. */
export async function benchScan({ events = RECORDS }: { readonly events?: number }): Promise<ScanRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-scan-'));
  try {
    const [large, small, rules] = ['large', 'small', 'rules.yml'].map((name) => join(folder, name));
    if (large === undefined || small === undefined || rules === undefined) return [];
    await writeScanCorpus(large, events, 500);
    await writeScanCorpus(small, Math.ceil(events / 6), 8);
    await writeFile(rules, makeRules(790).join('---\n'));
    return [
      await measure('scan, the default pack, 500 records an object', large, events, []),
      await measure('scan, 790 rules, 500 records an object', large, events, ['--rules', rules]),
      await measure('scan, the default pack, 8 records an object', small, Math.ceil(events / 6), []),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(name: string, folder: string, records: number, options: readonly string[]): Promise<ScanRow> {
  const scans: z.infer<typeof toldSchema>[] = [];
  const floors: z.infer<typeof toldSchema>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    floors.push(await told([join(ROOT, 'bench/support/floor.ts'), folder]));
    const program = ['--import', join(ROOT, 'bench/support/tell-cpu.ts'), join(ROOT, 'bin/trailwarden.ts')];
    scans.push(await told([...program, 'scan', folder, '--format', 'jsonl', ...options]));
  }
  const median = (all: readonly z.infer<typeof toldSchema>[]): number =>
    percentile(
      all.map(({ seconds }) => seconds),
      0.5,
    );
  const [scan, floor] = [median(scans), median(floors)];
  return {
    name,
    records,
    cpuSeconds: Number(scan.toFixed(2)),
    microsecondsPerRecord: Number(((scan / records) * 1e6).toFixed(1)),
    floorSeconds: Number(floor.toFixed(3)),
    ratioToFloor: Number((scan / floor).toFixed(1)),
    peakMegabytes: Math.ceil(Math.max(...scans.map(({ megabytes }) => megabytes))),
  };
}

/** Runs a program of Node on one core where the system can bind it to one, and waits for what it tells. */
async function told(args: readonly string[]): Promise<z.infer<typeof toldSchema>> {
  const isBound = spawnSync('taskset', ['--version']).status === 0;
  const [command = process.execPath, ...before] = isBound ? ['taskset', '-c', '0', process.execPath] : [];
  return await new Promise((resolve, reject) => {
    const child = spawn(command, [...before, ...args], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    let message: unknown;
    child.on('message', (value) => {
      message = value;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const result = toldSchema.safeParse(message);
      if (code === 0 && result.success) resolve(result.data);
      else reject(new Error(`${args.join(' ')} ended with ${code}`));
    });
  });
}
