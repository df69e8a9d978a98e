import { readEvent } from '../lambda/cloudtrail/cloudtrail-event.ts';
import { derivedFields } from '../lambda/cloudtrail/derived-fields.ts';
import {
  compileRules as compileOverRecords,
  type Detector,
  type DetectorOptions,
  type ParsedRules,
  type RuleOptions,
  type RuleSource,
} from '../lambda/detection/index.ts';

/**
 * Trailwarden's Sigma engine for programs of your own: `import { compileRules } from 'trailwarden/detection'`.
 * It reads no files, opens no connection and knows no AWS; docs/library.md describes it.
 */

export {
  type CorrelationFinding,
  type Detector,
  type DetectorOptions,
  type ExplainNode,
  formatProblem,
  type JsonValue,
  LEVELS,
  type Level,
  type MatchedField,
  type Membership,
  type RuleMatch,
  type RuleMetadata,
  type RuleOptions,
  type RuleProblem,
  type RuleSource,
  type SkippedRule,
} from '../lambda/detection/index.ts';

export type CompileOptions = RuleOptions & DetectorOptions;

export interface CompiledRules extends Pick<ParsedRules, 'problems' | 'skipped'> {
  readonly detector: Detector;
}

/**
 * Compiles Sigma rules, as YAML texts of any number of documents, into a detector.
 *
 * Rules may read the classification of a record below `trailwarden.` (docs/library.md lists the fields): it is made
 * from the record as the deployed functions make it, once a record and only if a rule asks. `derive` puts something
 * else in its place.
 *
 * Never throws for what a rule says: a rule that can't be judged exactly is left out and named in `problems`, with
 * file, line and column; one for another log source is in `skipped`, unless `anyLogsource` is set.
 */
export function compileRules(yamlTexts: readonly (string | RuleSource)[], options: CompileOptions = {}): CompiledRules {
  return compileOverRecords(yamlTexts, { derive: classification, ...options });
}

/** A record that isn't CloudTrail's has no classification: its `trailwarden.` fields are absent. */
function classification(record: object): object {
  const result = readEvent(record, { bucket: '', key: '', version: '', index: 0 });
  return result.ok ? derivedFields(result.event) : {};
}
