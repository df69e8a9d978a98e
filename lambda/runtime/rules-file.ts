import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { createDetector, type Detector, type RuleSet } from '../detection/index.ts';

/**
 * What is looked at when a function starts. The file was checked in full when the deployment was synthesized, which
 * takes a hundred times as long, and nobody but the deployment can write it.
 */
const imageSchema = z.looseObject({
  version: z.literal(1),
  rules: z.array(
    z.looseObject({ kind: z.enum(['detection', 'correlation']), metadata: z.looseObject({ id: z.string() }) }),
  ),
});

/**
 * The detector of the rule set that was written at synth time.
 * @throws Error if the file isn't there or isn't a rule set.
 */
export function loadDetector(file: string): Detector {
  const image = imageSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return createDetector(image as z.infer<typeof imageSchema> & RuleSet);
}
