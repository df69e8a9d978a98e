import { parseArgs } from 'node:util';
import { benchAlertFirst } from './alert-first.ts';
import { benchCost } from './cost.ts';
import { benchDetection } from './detection.ts';
import { benchHandler } from './handler.ts';
import { benchIndex } from './index.ts';
import { benchLargeObject } from './large-object.ts';
import { benchReading } from './reading.ts';
import { benchScan } from './scan.ts';
import { benchStart } from './start.ts';
import { FORMATS, type Format, showRows } from './support/show-rows.ts';
import { benchThreads } from './threads.ts';

interface BenchOptions {
  /** Fewer events than a benchmark takes by itself. */
  readonly events?: number;
}

const BENCHMARKS: Readonly<Record<string, (options: BenchOptions) => Promise<readonly object[]>>> = {
  detection: benchDetection,
  reading: benchReading,
  'large-object': benchLargeObject,
  index: benchIndex,
  cost: benchCost,
  scan: benchScan,
  threads: benchThreads,
  start: benchStart,
  handler: benchHandler,
  'alert-first': benchAlertFirst,
};

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { events: { type: 'string' }, format: { type: 'string', default: 'table' } },
});
const format = FORMATS.find((name) => name === values.format);
const events = values.events === undefined ? undefined : Number(values.events.replaceAll('_', ''));
const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  refuse(`No benchmark is called ${unknown.join(', ')}. There are: ${Object.keys(BENCHMARKS).join(', ')}.`);
}
if (format === undefined) refuse(`--format is one of ${FORMATS.join(', ')}.`);
if (events !== undefined && !(Number.isInteger(events) && events > 0)) refuse('--events is a whole number above 0.');
await run(format);

async function run(as: Format): Promise<void> {
  for (const [name, bench] of Object.entries(BENCHMARKS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    showRows(name, await bench({ ...(events !== undefined && { events }) }), as);
  }
}

function refuse(reason: string): never {
  console.error(reason);
  process.exit(2);
}
