export type { JsonValue } from '../shared/json.ts';

import { createDetector, type Detector, type DetectorOptions } from './detector.ts';
import type { RuleSource } from './language/problem.ts';
import { type ParsedRules, parseRules } from './parse/parse-rules.ts';
import type { RuleOptions } from './parse/values/rule-options.ts';

export type { ExplainNode, MatchedField } from './compile/compiled-part.ts';
export type { CorrelationFinding } from './correlation/correlation-finding.ts';
export {
  type Around,
  type Claim,
  type CorrelationStore,
  type Firing,
  type GroupKey,
  type GroupView,
  LATENESS,
  type Member,
} from './correlation/correlation-store.ts';
export type { Correlations, Membership } from './correlation/linked-correlations.ts';
export {
  type CorrelationOutcome,
  observe,
  runAsync,
  settle,
} from './correlation/run-correlations.ts';
export {
  createDetector,
  Detector,
  type DetectorOptions,
  type RuleMatch,
  type RuleMetadata,
} from './detector.ts';
export { firstSeenFinding, groupFullFinding, MAX_VALUES_A_GROUP, seenName } from './first-seen/first-seen-finding.ts';
export { type SeenValue, SPARE_DAYS, takeSight } from './first-seen/seen-value.ts';
export { chainsOfSight, daysOf, inOrderOfTime, type Sight, sightNames, sightsOf } from './first-seen/sights.ts';
export { DAY, dateOf, dayOf, dayOfDate } from './first-seen/utc-day.ts';
export { formatProblem, type RuleProblem, type RuleSource } from './language/problem.ts';
export { type CorrelationRule, LEVELS, type Level, type RuleSet } from './language/rule-set.ts';
export { ruleSetSchema } from './language/rule-set-schema.ts';
export { type ParsedRules, parseRules, type SkippedRule } from './parse/parse-rules.ts';
export type { RuleOptions } from './parse/values/rule-options.ts';

/**
 * Compiles Sigma rules, given as YAML texts of any number of documents, into a detector. Rules with problems are left
 * out, and say why in `problems`; rules for other log sources are in `skipped`. Never throws because of a rule's
 * content.
 */
export function compileRules(
  yamlTexts: readonly (string | RuleSource)[],
  options: RuleOptions & DetectorOptions = {},
): { detector: Detector } & Omit<ParsedRules, 'ruleSet'> {
  const sources = yamlTexts.map((source) => (typeof source === 'string' ? { text: source } : source));
  const { ruleSet, problems, skipped } = parseRules(sources, options);
  return { detector: createDetector(ruleSet, options), problems, skipped };
}
