import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeRules } from './detection.ts';
import { madeEvents, madeRecord } from './made/events.ts';
import { type Measured, medianOf, runProgram } from './support/measured-process.ts';

/** How long it takes until something stands on stdout. */
export interface StartRow {
  name: string;
  /** Medians, of the clock. */
  seconds: number;
  /** User and system CPU time of the whole process. */
  cpuSeconds: number;
}

const ROUNDS = 7;

/** It matches each record of the object that is scanned, so that there is a first finding. */
const EVERY_CALL = `title: Every call
logsource: { product: aws, service: cloudtrail }
detection:
  call: { eventName|startswith: '' }
  condition: call
`;

/** Measures starts in a checkout: of help, and of a scan with 790 rules to its first finding, with and without what is kept. */
export async function benchStart(): Promise<StartRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-start-'));
  const cache = join(folder, 'cache');
  const [rules, object] = [join(folder, 'rules.yml'), join(folder, 'object.json.gz')];
  try {
    const records = [...madeEvents({ seed: 14, eventsPerObject: [8] }, '2026-11-18', 8)].map(madeRecord);
    await writeFile(object, gzipSync(JSON.stringify({ Records: records })));
    await writeFile(rules, [EVERY_CALL, ...makeRules(789)].join('---\n'));
    const scan = ['scan', object, '--format', 'jsonl', '--rules', rules];
    const forgetRules = async (): Promise<void> => {
      for (const image of globSync(join(cache, 'trailwarden/*.rules'))) await rm(image);
    };
    const forgetAll = (): Promise<void> => rm(cache, { recursive: true, force: true });
    return [
      await measure('--help', ['--help'], cache),
      await measure('first finding of 790 rules', scan, cache),
      await measure('first finding of 790 rules, which were changed', scan, cache, forgetRules),
      await measure('first finding of 790 rules, nothing kept', scan, cache, forgetAll),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(
  name: string,
  args: readonly string[],
  cache: string,
  before: () => Promise<void> = async () => {},
): Promise<StartRow> {
  const runs: Measured[] = [];
  await runProgram(args, { cache, isFirst: true });
  for (let round = 0; round < ROUNDS; round++) {
    await before();
    runs.push(await runProgram(args, { cache, isWatched: true }));
  }
  return {
    name,
    seconds: Number(medianOf(runs, ({ firstOutputSeconds }) => firstOutputSeconds).toFixed(3)),
    cpuSeconds: Number(medianOf(runs, ({ cpuSeconds }) => cpuSeconds).toFixed(3)),
  };
}
