import type { RuleSet } from '../../../../lambda/detection/index.ts';
import { testFileOf } from '../../../inputs/rule-files.ts';
import type { Control } from './control.ts';

type Rule = RuleSet['rules'][number]['metadata'];

/** A rule that supports a control; or a control that no rule supports, and something else does. */
export interface SupportRow {
  readonly control: string;
  /** What the control asks for, in our own words. */
  readonly asks: string;
  readonly beside?: string;
  readonly ruleId?: string;
  readonly title?: string;
  readonly level?: string;
  /** Of the rule's tests, which ran for this report. */
  readonly testsPassed?: number;
  readonly testsFailed?: number;
  /** Time of the newest event that the rule found, ISO 8601 in UTC; undefined if it has found none that is still kept. */
  readonly lastFired?: string;
}

/** What came of the tests beside rule files, each about the rules with some ids; `failure` says why one failed. */
export interface TestedFiles {
  readonly files: readonly {
    readonly testFile: string;
    readonly outcomes: readonly { readonly rules: readonly string[]; readonly failure?: string }[];
  }[];
}

export interface SupportQuery {
  readonly controls: readonly Control[];
  /** The default pack, of which only rules that make findings are named. */
  readonly rules: readonly Rule[];
  readonly suite: TestedFiles;
  /** The time of the newest event that a rule found. Called once a rule. */
  lastFired(ruleId: string): Promise<string | undefined>;
}

/**
 * Which rules support which control: a row each, in the order of the controls.
 * @throws Error for a control that names a file without a rule that makes findings.
 */
export async function supportRows({ controls, rules, suite, lastFired }: SupportQuery): Promise<readonly SupportRow[]> {
  const fired = new Map<string, string | undefined>();
  const rows: SupportRow[] = [];
  for (const { id: control, asks, beside, rules: files } of controls) {
    const about = { control, asks, ...(beside !== undefined && { beside }) };
    if (files.length === 0) rows.push(about);
    for (const file of files) {
      const named = rules.filter((rule) => rule.finding && rule.file.endsWith(`/${file}.yml`));
      if (named.length === 0) throw new Error(`${control}: the pack has no rule in ${file}.yml that makes findings`);
      for (const rule of named) {
        if (!fired.has(rule.id)) fired.set(rule.id, await lastFired(rule.id));
        const last = fired.get(rule.id);
        const { id: ruleId, title, level } = rule;
        rows.push({
          ...about,
          ruleId,
          title,
          level,
          ...testsOf(rule, suite),
          ...(last !== undefined && { lastFired: last }),
        });
      }
    }
  }
  return rows;
}

function testsOf({ id, file }: Rule, { files }: TestedFiles): Pick<SupportRow, 'testsPassed' | 'testsFailed'> {
  const beside = files.filter(({ testFile }) => testFile === testFileOf(file));
  const own = beside.flatMap(({ outcomes }) => outcomes.filter(({ rules }) => rules.includes(id)));
  const testsFailed = own.filter(({ failure }) => failure !== undefined).length;
  return { testsPassed: own.length - testsFailed, testsFailed };
}
