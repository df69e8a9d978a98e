import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { MOST_YOUNG_BYTES } from '../../../../cli/commands/scan/young-generation.ts';

/** Makes garbage of which some stays for a while, as records do, and tells how large the young generation is then. */
const PROGRAM = `
  import { getHeapSpaceStatistics } from 'node:v8';
  const [module, isBounded] = process.argv.slice(1);
  const { boundYoungGeneration } = await import(module);
  const kept = [];
  for (let round = 0; round < 3000; round++) {
    if (isBounded === 'bounded') boundYoungGeneration();
    kept.push(Array.from({ length: 500 }, (_, index) => ({ index, text: 'record ' + index })));
    if (kept.length > 40) kept.splice(0, 20);
  }
  console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size);
`;

function youngBytes(isBounded: 'bounded' | 'unbounded'): number {
  const module = pathToFileURL('cli/commands/scan/young-generation.ts').href;
  const args = ['--input-type=module', '--eval', PROGRAM, module, isBounded];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test('the young generation grows no further than records need it', () => {
  expect(youngBytes('unbounded')).toBeGreaterThan(MOST_YOUNG_BYTES);
  expect(youngBytes('bounded')).toBeLessThanOrEqual(MOST_YOUNG_BYTES);
});
