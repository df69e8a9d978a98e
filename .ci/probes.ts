import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { compileRules } from '../library/detection.ts';

/** Runs a file of cases, rules with events and what is expected of each, through the library. Exits 1 if one fails. */

const caseSchema = z.object({
  id: z.string(),
  rules: z.string(),
  steps: z.array(
    z.object({
      event: z.looseObject({}).optional(),
      expect: z.array(z.tuple([z.enum(['len', 'reject']), z.string().nullish(), z.number().nullish()])),
    }),
  ),
});

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Which file of cases?');
let held = 0;
let failed = 0;
for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
  const { id, rules, steps } = caseSchema.parse(JSON.parse(line));
  const { detector, problems } = compileRules([rules], { anyLogsource: true });
  for (const { event = {}, expect } of steps) {
    for (const [kind, , count] of expect) {
      const holds = kind === 'reject' ? problems.length > 0 : detector.match(event).length === count;
      if (holds) held++;
      else {
        failed++;
        console.error(`${id}: expected ${kind} ${count ?? ''}`);
      }
    }
  }
}
console.log(`probes: ${held} held, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
