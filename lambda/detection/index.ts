export type { JsonValue } from '../shared/json.ts';

import { createDetector, type Detector, type DetectorOptions } from './detector.ts';
import type { RuleOptions } from './options.ts';
import { type ParsedRules, parseRules } from './parse-rules.ts';
import type { RuleSource } from './problem.ts';

export type { ExplainNode, MatchedField } from './compiled.ts';
export type { Membership } from './correlation/model.ts';
export {
  type CorrelationFinding,
  type CorrelationOutcome,
  observe,
  runAsync,
  settle,
} from './correlation/run.ts';
export {
  type Around,
  type Claim,
  type CorrelationStore,
  type Firing,
  type GroupKey,
  type GroupView,
  LATENESS,
  type Member,
} from './correlation/store.ts';
export { createDetector, Detector, type DetectorOptions, type RuleMatch, type RuleMetadata } from './detector.ts';
export type { RuleOptions } from './options.ts';
export { type ParsedRules, parseRules, type SkippedRule } from './parse-rules.ts';
export { formatProblem, type RuleProblem, type RuleSource } from './problem.ts';
export { LEVELS, type Level, type RuleSet, ruleSetSchema } from './rule-set.ts';

/**
 * Compiles Sigma rules, given as YAML texts of any number of documents, into a detector. Rules with problems are left
 * out, and say why in `problems`; rules for other log sources are in `skipped`. Never throws for what a rule says.
 */
export function compileRules(
  yamlTexts: readonly (string | RuleSource)[],
  options: RuleOptions & DetectorOptions = {},
): { detector: Detector } & Omit<ParsedRules, 'ruleSet'> {
  const sources = yamlTexts.map((source) => (typeof source === 'string' ? { text: source } : source));
  const { ruleSet, problems, skipped } = parseRules(sources, options);
  return { detector: createDetector(ruleSet, options), problems, skipped };
}
