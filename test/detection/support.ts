import type { DetectorOptions } from '../../lambda/detection/detector.ts';
import { compileRules, type Detector, formatProblem, type RuleOptions } from '../../lambda/detection/index.ts';

type Options = RuleOptions & DetectorOptions;

/** Rules by which tests of correlations tell events apart: each matches the events that are named as it is. */
export function rulesOfNames(...names: readonly string[]): string {
  return names
    .map(
      (name) => `title: Rule ${name}
id: id-${name}
name: ${name}
logsource: { product: aws, service: cloudtrail }
detection: { s: { eventName: ${name} }, condition: s }
`,
    )
    .join('---\n');
}

/** A rule for CloudTrail around a detection, which is given as the lines below `detection:`. */
export function ruleOf(detection: string, extra = ''): string {
  const indented = detection
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  return `title: A rule\n${extra}logsource: { product: aws, service: cloudtrail }\ndetection:\n${indented}\n`;
}

/** A rule of one selection, given as the lines of its map or list. */
export function selectionOf(selection: string, extra = ''): string {
  const indented = selection
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  return ruleOf(`selection:\n${indented}\ncondition: selection`, extra);
}

/** The detector of rules that must be right. */
export function detectorOf(yaml: string | readonly string[], options: Options = {}): Detector {
  const { detector, problems } = compileRules(typeof yaml === 'string' ? [yaml] : yaml, options);
  expect(problems.map(formatProblem)).toEqual([]);
  return detector;
}

/** Whether a selection matches a record. */
export function matches(selection: string, record: object, options: Options = {}): boolean {
  return detectorOf(selectionOf(selection), options).match(record).length === 1;
}

/** The same in a document of sigma-version 3. */
export function matchesBlock(selection: string, record: object): boolean {
  return detectorOf(selectionOf(selection, 'sigma-version: 3\n')).match(record).length === 1;
}

/** What is wrong with a text of rules, a line a problem. */
export function problemsOf(yaml: string | readonly string[], options: Options = {}): string[] {
  return compileRules(typeof yaml === 'string' ? [yaml] : yaml, options).problems.map(formatProblem);
}

/** Why a selection is refused; the rule must not have been loaded. */
export function refusalOf(selection: string, options: Options = {}, extra = ''): string {
  const { detector, problems } = compileRules([selectionOf(selection, extra)], options);
  expect(detector.rules).toEqual([]);
  return problems.map(({ message, suggestion }) => (suggestion ? `${message} -> ${suggestion}` : message)).join('\n');
}
