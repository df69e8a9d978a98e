import { writeFile } from 'node:fs/promises';
import { formatProblem, parseRules } from '../../lambda/detection/index.ts';
import { packPlaceholders } from '../../rules/placeholders.ts';
import { readRuleSources } from '../../rules/rule-sources.ts';
import { InputError } from './input-error.ts';

/**
 * Parses every Sigma file below a folder and writes the normalised rule set, as the functions read it.
 *
 * @throws InputError with every problem of every rule, by file and line
 */
export async function writeRuleSet(folder: string, file: string): Promise<void> {
  const { ruleSet, problems } = parseRules(readRuleSources(folder), { placeholders: packPlaceholders() });
  if (problems.length > 0) throw new InputError(`The rules have problems:\n${problems.map(formatProblem).join('\n')}`);
  await writeFile(file, JSON.stringify(ruleSet));
}
