import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { fuzz } from './fuzzer.ts';
import { TARGETS } from './targets.ts';

/** `npm run fuzz -- --minutes N --seed S`: gives each parser N minutes of broken input, divided among them. */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

const MEGABYTE = 1024 ** 2;
/** Growth of what is still in use after a target is done. It levels off well below; more is a leak. */
const MAX_GROWTH_MEGABYTES = 150;

/** What is in use once the garbage is collected; needs `--expose-gc`. */
function inUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const each = (Number(values.minutes) * 60_000) / TARGETS.length;
console.log(`seed ${values.seed}`);
for (const target of TARGETS) {
  const before = inUse();
  const end = Date.now() + each;
  const { inputs, slowestMilliseconds, failures } = await fuzz(target, Number(values.seed), () => Date.now() >= end);
  const growth = Math.round((inUse() - before) / MEGABYTE);
  console.log(
    `${target.name}: ${inputs} inputs, slowest ${Math.round(slowestMilliseconds)} ms, memory ${growth >= 0 ? '+' : ''}${growth} MB`,
  );
  for (const [index, { problem, input }] of failures.entries()) {
    const file = join(tmpdir(), `fuzz-${target.name.replaceAll(/\W+/g, '-')}-${values.seed}-${index}.gz`);
    writeFileSync(file, gzipSync(Buffer.from(input, 'base64')));
    console.log(`  ${problem.slice(0, 200)}: ${file}`);
  }
  if (failures.length > 0 || growth > MAX_GROWTH_MEGABYTES) process.exitCode = 1;
}
