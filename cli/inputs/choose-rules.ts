import { stat } from 'node:fs/promises';
import type { RuleSet } from '../../lambda/detection/index.ts';
import { ownCommand } from '../aws/own-command.ts';
import { CommandFailure } from '../output/exit-codes.ts';
import type { Io } from '../output/process-io.ts';
import { defaultRules, loadRules, type RuleLoadOptions } from './load-rules.ts';
import { nearestRule, rulesNamed } from './name-rules.ts';
import { findRuleFiles } from './rule-files.ts';

/** Rules that were asked for, and the set that they were loaded with. */
export interface ChosenRules {
  readonly ruleSet: RuleSet;
  readonly chosen: readonly RuleSet['rules'][number][];
}

/**
 * Finds the rules that RULE means: all in a file, or those that `rulesNamed` finds among the rules that are loaded.
 * A file is loaded together with `--rules`, so that its correlations find the rules that they name.
 * @throws CommandFailure if there is none.
 */
export async function chooseRules(rule: string, options: RuleLoadOptions, io: Io): Promise<ChosenRules> {
  const isPath = (await stat(rule).catch(() => undefined)) !== undefined;
  const rules = isPath ? [...(options.rules ?? []), rule] : (options.rules ?? [defaultRules()]);
  const { ruleSet } = await loadRules({ ...options, rules }, io);
  const alone = isPath ? await filesOf(rule) : undefined;
  const chosen =
    alone === undefined
      ? chosenByName(rule, ruleSet)
      : ruleSet.rules.filter(({ metadata: { file } }) => alone.has(file));
  if (chosen.length > 0) return { ruleSet, chosen };
  if (isPath) throw new CommandFailure(`No rule of ${rule} could be loaded.`);
  const hint =
    nearestRule(
      rule,
      ruleSet.rules.map(({ metadata }) => metadata),
    ) ?? `${ownCommand(['rules', 'list', ...(options.rules ?? [])], {}, io)} names them all.`;
  throw new CommandFailure(`There is no rule file, and no rule with the id, name or title '${rule}'. ${hint}`);
}

function chosenByName(rule: string, ruleSet: RuleSet): ChosenRules['chosen'] {
  const named = new Set(
    rulesNamed(
      rule,
      ruleSet.rules.map(({ metadata }) => metadata),
    ),
  );
  return ruleSet.rules.filter(({ metadata }) => named.has(metadata));
}

async function filesOf(path: string): Promise<ReadonlySet<string>> {
  return new Set(await findRuleFiles([path]));
}
