import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRules } from './detection.ts';
import { writeLargeObject, writeScanCorpus } from './made/scan-corpus.ts';
import { type Measured, medianOf, runFloor, runProgram } from './support/measured-process.ts';

/** What `scan` costs, start included, on one core. */
export interface ScanRow {
  name: string;
  records: number;
  /** Findings of a hundred records. */
  findingsPercent: number;
  /** Medians of user and system CPU time, of the whole process. */
  cpuSeconds: number;
  microsecondsPerRecord: number;
  /** Gunzip and JSON.parse of the same objects by a program of its own, in the same rounds. */
  floorSeconds: number;
  ratioToFloor: number;
  /** The same beside what that program takes without the start of Node. */
  ratioToFloorWithoutStart: number;
  peakMegabytes: number;
}

const RECORDS = 50_000;
const ROUNDS = 5;

/** Rules that most records match: what findings cost. */
const BROAD_RULES = ['Describe', 'List', 'Get', 'Assume', 'Decrypt'].map(
  (verb) => `title: Calls of ${verb}
logsource: { product: aws, service: cloudtrail }
level: low
detection:
  call: { eventName|startswith: ${verb}, eventSource|endswith: .amazonaws.com }
  condition: call
`,
);

/** Measures `scan` over log objects of 500 and of 8 records and over one of all records, with several sets of rules. */
export async function benchScan({ events = RECORDS }: { readonly events?: number }): Promise<ScanRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-scan-'));
  const at = (name: string): string => join(folder, name);
  const rules = async (name: string, texts: readonly string[]): Promise<readonly string[]> => {
    await writeFile(at(name), texts.join('---\n'));
    return ['--rules', at(name)];
  };
  try {
    const few = Math.ceil(events / 6.25);
    await writeScanCorpus(at('large'), events, 500);
    await writeScanCorpus(at('small'), few, 8);
    await writeLargeObject(at('one/object.json.gz'), events);
    const measure = async (name: string, objects: string, records: number, options: readonly string[]) =>
      await measureScan({ name, folder: at(objects), records, options, cache: at('cache') });
    return [
      await measure('the default pack, 500 records an object', 'large', events, []),
      await measure('57 made rules, 500 records an object', 'large', events, await rules('57.yml', makeRules(57))),
      await measure('790 made rules, 500 records an object', 'large', events, await rules('790.yml', makeRules(790))),
      await measure('rules that most records match', 'large', events, await rules('broad.yml', BROAD_RULES)),
      await measure('the default pack, 8 records an object', 'small', few, []),
      await measure('57 made rules, 8 records an object', 'small', few, ['--rules', at('57.yml')]),
      await measure('the default pack, all records in one object', 'one', events, []),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface ScanMeasurement {
  readonly name: string;
  readonly folder: string;
  readonly records: number;
  readonly options: readonly string[];
  readonly cache: string;
}

async function measureScan({ name, folder, records, options, cache }: ScanMeasurement): Promise<ScanRow> {
  const scans: Measured[] = [];
  const floors: Measured[] = [];
  const args = ['scan', folder, '--format', 'jsonl', ...options];
  const { lines, megabytes } = await runProgram(args, { cache, isFirst: true });
  for (let round = 0; round < ROUNDS; round++) {
    floors.push(await runFloor(folder, { cache }));
    scans.push(await runProgram(args, { cache }));
  }
  const scan = medianOf(scans, ({ cpuSeconds }) => cpuSeconds);
  const floor = medianOf(floors, ({ cpuSeconds }) => cpuSeconds);
  const work = medianOf(floors, ({ workSeconds }) => workSeconds);
  return {
    name,
    records,
    findingsPercent: Number(((100 * lines) / records).toFixed(1)),
    cpuSeconds: Number(scan.toFixed(2)),
    microsecondsPerRecord: Number(((scan / records) * 1e6).toFixed(1)),
    floorSeconds: Number(floor.toFixed(3)),
    ratioToFloor: Number((scan / floor).toFixed(2)),
    ratioToFloorWithoutStart: Number((scan / work).toFixed(2)),
    peakMegabytes: Math.ceil(megabytes),
  };
}
