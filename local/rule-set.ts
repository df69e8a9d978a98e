import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { formatProblem, parseRules } from '../lambda/detection/index.ts';
import { packPlaceholders } from '../rules/placeholders.ts';
import { InputError } from './input-error.ts';

/** The rules that come with Trailwarden. */
export const DEFAULT_RULES = join(import.meta.dirname, '../rules');

/**
 * Parses every Sigma file below a folder and writes the normalised rule set, as the functions read it.
 *
 * @throws InputError with every problem of every rule, by file and line
 */
export async function writeRuleSet(folder: string, file: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /(?<!\.test)\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  const sources = await Promise.all(
    paths.map(async (path) => ({ file: relative(process.cwd(), path), text: await readFile(path, 'utf8') })),
  );
  const { ruleSet, problems } = parseRules(sources, { placeholders: packPlaceholders() });
  if (problems.length > 0) throw new InputError(`The rules have problems:\n${problems.map(formatProblem).join('\n')}`);
  await writeFile(file, JSON.stringify(ruleSet));
}
