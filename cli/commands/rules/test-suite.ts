import { existsSync } from 'node:fs';
import { parseRules, type RuleProblem, type RuleSet } from '../../../lambda/detection/index.ts';
import type { Placeholders } from '../../inputs/load-rules.ts';
import { neededRules } from '../../inputs/needed-rules.ts';
import { findTestFiles, type RuleFile, readRuleFiles, readText, testFileOf } from '../../inputs/rule-files.ts';
import { runTests, type TestOutcome } from './run-tests.ts';
import { parseTestFile } from './test-file.ts';

/** The tests of one rule file, run. */
export interface FileOutcome {
  readonly testFile: string;
  readonly outcomes: readonly TestOutcome[];
}

/** What came of the tests of all rules at some paths. */
export interface SuiteOutcome {
  /** Of rules and of tests; a rule with a problem isn't tested. */
  readonly problems: readonly RuleProblem[];
  readonly files: readonly FileOutcome[];
  /** Rules that make findings and that no test is about. */
  readonly untested: readonly RuleSet['rules'][number]['metadata'][];
  /** Test files that belong to no rule file. */
  readonly orphans: readonly string[];
}

/** Runs the tests beside the rules. All rules are loaded together, so that correlations find the rules that they name. */
export async function runSuite(paths: readonly string[], placeholders: Placeholders): Promise<SuiteOutcome> {
  const sources = await readRuleFiles(paths);
  const { ruleSet, problems } = parseRules(sources, { placeholders });
  const suite = new Suite(sources, placeholders, ruleSet);
  for (const { file } of sources) await suite.run(file);
  const expected = new Set(sources.map(({ file }) => testFileOf(file)));
  const { files, tested } = suite;
  return {
    problems: [...problems, ...suite.problems],
    files,
    untested: ruleSet.rules.flatMap(({ metadata }) => (metadata.finding && !tested.has(metadata.id) ? metadata : [])),
    orphans: (await findTestFiles(paths)).filter((file) => !expected.has(file)),
  };
}

class Suite {
  readonly problems: RuleProblem[] = [];
  readonly files: FileOutcome[] = [];
  /** Ids of the rules that tests are about. */
  readonly tested = new Set<string>();
  readonly #sources: readonly RuleFile[];
  readonly #placeholders: Placeholders;
  readonly #ruleSet: RuleSet;

  constructor(sources: readonly RuleFile[], placeholders: Placeholders, ruleSet: RuleSet) {
    this.#sources = sources;
    this.#placeholders = placeholders;
    this.#ruleSet = ruleSet;
  }

  async run(file: string): Promise<void> {
    const testFile = testFileOf(file);
    if (!existsSync(testFile)) return;
    const parsed = parseTestFile(testFile, await readText(testFile));
    if (!parsed.ok) {
      this.problems.push(...parsed.problems);
      return;
    }
    const { content } = parsed;
    const ruleSet = this.#withPlaceholders(content.placeholders);
    const needed = neededRules(ruleSet, ({ metadata }) => metadata.file === file);
    const outcomes = runTests(needed, file, content);
    for (const { rules } of outcomes) for (const id of rules) this.tested.add(id);
    this.files.push({ testFile, outcomes });
  }

  /** The rules with a test file's own values for placeholders. */
  #withPlaceholders(own: Placeholders): RuleSet {
    if (Object.keys(own).length === 0) return this.#ruleSet;
    return parseRules(this.#sources, { placeholders: { ...this.#placeholders, ...own } }).ruleSet;
  }
}
