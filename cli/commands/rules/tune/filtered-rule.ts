import type { CloudTrailEvent } from '../../../../lambda/cloudtrail/cloudtrail-event.ts';
import { derivedFields } from '../../../../lambda/cloudtrail/derived-fields.ts';
import { createDetector, parseRules, type RuleSet } from '../../../../lambda/detection/index.ts';
import { formatProblem } from '../../../../lambda/detection/language/problem.ts';
import type { DetectionRule } from '../../../../lambda/detection/language/rule-set.ts';
import { runTests } from '../run-tests.ts';
import type { TestFile } from '../test-file.ts';

/** A rule with one more filter, given as YAML: what it hides, and which of its labelled tests no longer hold. */
export class FilteredRule {
  readonly #rule: DetectionRule;
  readonly #detector: ReturnType<typeof createDetector>;
  readonly #ruleSet: RuleSet;

  /**
   * @param needed the rule with those that its tests need.
   * @throws Error if the filter can't be read: it was written by us.
   */
  constructor(rule: DetectionRule, needed: RuleSet, filter: string) {
    this.#rule = rule;
    const filters = [...rule.filters, ...filtersOf(rule, filter)];
    const rules = needed.rules.map((one) => (one.metadata.id === rule.metadata.id ? { ...rule, filters } : one));
    this.#ruleSet = { ...needed, rules };
    this.#detector = createDetector({ version: 1, rules: [onlyFilter(rule, filters.slice(rule.filters.length))] });
  }

  /** Whether the filter leaves an event out, whatever the rule says of it. */
  hides(event: CloudTrailEvent): boolean {
    return this.#detector.match(event.record, derivedFields(event)).length === 0;
  }

  /** Names of the tests that hold without the filter, and don't with it. */
  brokenTests(tests: TestFile | undefined, passedBefore: ReadonlySet<string>): readonly string[] {
    if (tests === undefined) return [];
    return runTests(this.#ruleSet, this.#rule.metadata.file, tests).flatMap(({ name, line, failure }) =>
      failure !== undefined && passedBefore.has(`${line} ${name}`) ? [name] : [],
    );
  }
}

/** Names and lines of the tests that hold. */
export function passedTests(needed: RuleSet, file: string, tests: TestFile | undefined): ReadonlySet<string> {
  if (tests === undefined) return new Set();
  const outcomes = runTests(needed, file, tests);
  return new Set(outcomes.flatMap(({ name, line, failure }) => (failure === undefined ? [`${line} ${name}`] : [])));
}

/** A rule that matches every event that its filters let through. */
function onlyFilter(rule: DetectionRule, filters: DetectionRule['filters']): DetectionRule {
  const { ruleSet } = parseRules([{ text: EVERYTHING }]);
  const [everything] = ruleSet.rules;
  if (everything?.kind !== 'detection') throw new Error('a rule that matches everything can not be read');
  return { ...everything, metadata: { ...everything.metadata, id: rule.metadata.id }, filters };
}

const EVERYTHING = `title: Everything
logsource: { product: aws, service: cloudtrail }
detection: { all: { eventName|exists: true }, none: { eventName|exists: false }, condition: all or none }
`;

/** Parsed beside a rule of the same id, because a filter is read together with what it names. */
function filtersOf({ metadata: { id } }: DetectionRule, filter: string): DetectionRule['filters'] {
  const named = EVERYTHING.replace('title: Everything', `title: Everything\nid: ${JSON.stringify(id)}`);
  const { ruleSet, problems } = parseRules([{ text: named }, { text: filter }]);
  const [rule] = ruleSet.rules;
  if (problems.length > 0 || rule?.kind !== 'detection') {
    throw new Error(`The filter that was made can't be read: ${problems.map(formatProblem).join('; ')}`);
  }
  return rule.filters;
}
