import { readFileSync } from 'node:fs';
import { createDetector, type Detector, ruleSetSchema } from '../detection/index.ts';

/**
 * The detector of the rule set that was written at synth time.
 * @throws Error if the file isn't there or isn't a rule set.
 */
export function loadDetector(file: string): Detector {
  return createDetector(ruleSetSchema.parse(JSON.parse(readFileSync(file, 'utf8'))));
}
