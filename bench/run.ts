import { benchDetection } from './detection.ts';
import { benchIndex } from './index.ts';
import { benchLargeObject } from './large-object.ts';
import { benchReading } from './reading.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<readonly object[]>>> = {
  detection: benchDetection,
  index: benchIndex,
  reading: benchReading,
  'large-object': benchLargeObject,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(', ')}. There are: ${Object.keys(BENCHMARKS).join(', ')}.`);
  process.exit(2);
}

for (const [name, bench] of Object.entries(BENCHMARKS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`\n${name}`);
  console.table(await bench());
}
