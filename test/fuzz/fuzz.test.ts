import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseRules } from '../../lambda/detection/index.ts';
import { fuzz } from './fuzzer.ts';
import { TARGETS } from './targets.ts';

/** `npm run fuzz` goes on for as long as it is given; what it finds is kept here as a test. */
describe.each(TARGETS.map((target) => [target.name, target] as const))('%s', (_, target) => {
  test('takes its own seeds', async () => {
    for (const seed of target.seeds) await target.run(seed);
  });

  test('refuses broken input without a crash or a hang', async () => {
    const { failures } = await fuzz(target, 20_260_301, (inputs) => inputs >= 300);
    expect(failures).toEqual([]);
  }, 60_000);
});

describe('what fuzzing has found', () => {
  const findings = join(__dirname, 'findings');

  test.each(readdirSync(findings).filter((file) => file.startsWith('sigma-rules-')))(
    '%s: rules that are nested too deeply are refused, not thrown at',
    (file) => {
      const text = gunzipSync(readFileSync(join(findings, file))).toString();
      expect(parseRules([{ text }]).problems.length).toBeGreaterThan(0);
    },
  );
});
