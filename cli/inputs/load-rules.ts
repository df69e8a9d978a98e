import { relative } from 'node:path';
import type { Command } from 'commander';
import type { ParsedRules } from '../../lambda/detection/index.ts';
import { formatProblem } from '../../lambda/detection/language/problem.ts';
import { counted } from '../../lambda/shared/counted.ts';
import { DEFAULT_RULES } from '../../local/deployment/default-rules.ts';
import { packPlaceholders } from '../../rules/placeholders.ts';
import { CommandFailure, EXIT } from '../output/exit-codes.ts';
import { printableLines } from '../output/printable-lines.ts';
import type { Io } from '../output/process-io.ts';
import { cacheFolder } from './cache-folder.ts';
import { type RuleFile, readRuleFiles, readText } from './rule-files.ts';
import { RuleImages } from './rule-image.ts';

export type Placeholders = Readonly<Record<string, readonly string[]>>;

/** Options of every command that loads rules. */
export interface RuleLoadOptions {
  /** Files and folders; the default pack if none is given. */
  readonly rules?: readonly string[];
  /** A YAML file. */
  readonly placeholders?: string;
}

/** Adds `--placeholders`. */
export function withPlaceholders(command: Command): Command {
  return command.option(
    '--placeholders <file>',
    'YAML file of values for %placeholders% of expand: a list for each name (default: those of the default pack)',
  );
}

/** Adds `--rules` and `--placeholders`. */
export function withRules(command: Command): Command {
  return withPlaceholders(
    command.option(
      '--rules <path...>',
      'Sigma rules: files, or folders with their subfolders (default: the default pack)',
    ),
  );
}

/** The default pack, by a path that is short where it can be: it stands before every problem and in every list. */
export function defaultRules(): string {
  const path = relative(process.cwd(), DEFAULT_RULES);
  return path.startsWith('..') ? DEFAULT_RULES : path;
}

/** @throws CommandFailure for a file that can't be read, or isn't a map of lists. */
export async function readPlaceholders(file: string | undefined): Promise<Placeholders> {
  if (file === undefined) return packPlaceholders();
  const text = await readText(file);
  const [{ parse }, z] = await Promise.all([import('yaml'), import('zod')]);
  const placeholdersSchema = z.record(z.string().min(1), z.array(z.string()), {
    error: 'a map of lists of text was expected',
  });
  try {
    return packPlaceholders({ placeholders: placeholdersSchema.parse(parse(text, { prettyErrors: false })) });
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new CommandFailure(`${file}: ${reason}`, EXIT.usage);
  }
}

/** Parses the rules at some paths, all of them together. */
export async function parseRulesAt(paths: readonly string[], placeholders: Placeholders): Promise<ParsedRules> {
  return await parseFiles(await readRuleFiles(paths), placeholders);
}

/** The parser is loaded where rules are parsed: an image needs none. */
async function parseFiles(files: readonly RuleFile[], placeholders: Placeholders): Promise<ParsedRules> {
  const { parseRules } = await import('../../lambda/detection/parse/parse-rules.ts');
  return parseRules(files, { placeholders });
}

/** In the second turn of the event loop from now: what a command finds at once stands on stdout by then. */
function afterFirstResults(write: () => void): void {
  setImmediate(() => setImmediate(write));
}

async function loadParsed(paths: readonly string[], placeholders: Placeholders, io: Io): Promise<ParsedRules> {
  const files = await readRuleFiles(paths);
  const parse = (): Promise<ParsedRules> => parseFiles(files, placeholders);
  const folder = cacheFolder(io.env);
  return folder === undefined
    ? await parse()
    : await new RuleImages(folder, afterFirstResults).load({ files, placeholders }, parse);
}

/**
 * Loads rules to work with: those with problems are reported on stderr, and the others are used.
 * @throws CommandFailure if no rule is left.
 */
export async function loadRules(
  { rules = [defaultRules()], placeholders }: RuleLoadOptions,
  io: Io,
): Promise<ParsedRules> {
  const parsed = await loadParsed(rules, await readPlaceholders(placeholders), io);
  const { ruleSet, problems, skipped } = parsed;
  for (const problem of problems) io.stderr.write(`${printableLines(formatProblem(problem))}\n`);
  if (skipped.length > 0) io.stderr.write(`${counted(skipped.length, 'rule')} for other log sources skipped\n`);
  if (ruleSet.rules.length === 0)
    throw new CommandFailure(`No rule for CloudTrail could be loaded from ${rules.join(', ')}.`);
  return parsed;
}
