import * as digestChecks from '../../lambda/findings/digest-checks.ts';
import { LOG_OBJECT_OVERWRITTEN } from '../../lambda/findings/integrity-finding.ts';
import { createFindingQueries } from '../../lambda/store/findings/finding-query.ts';
import type { Connection } from '../aws/connection.ts';
import { ownCommand } from '../aws/own-command.ts';
import { CommandFailure } from '../output/exit-codes.ts';
import type { Io } from '../output/process-io.ts';
import { defaultRules, parseRulesAt, readPlaceholders } from './load-rules.ts';
import { type NamedRule, nearestRule, rulesNamed } from './name-rules.ts';

export interface ResolveOptions {
  /** Files and folders of the user's own rules, beside the default pack. */
  readonly rules?: readonly string[];
}

/** Findings whose rules are known by title, too: rules of a user's own stand nowhere else. */
const RECENT_FINDINGS = 500;

/**
 * The ids of the rules that texts mean: ids, names, titles, or the beginning of one, in any case. Known are the default
 * pack, the checks of the log itself, the rules that are named, and those of recent findings. A pattern with `*` or `?`
 * stays as it is.
 * @throws CommandFailure for a text that means no rule, with the nearest, or several.
 */
export async function resolveRules(
  texts: readonly string[],
  { rules = [] }: ResolveOptions,
  connection: Pick<Connection, 'documents' | 'tables'>,
  io: Io,
): Promise<readonly string[]> {
  const queries = createFindingQueries(connection.documents, connection.tables, io.now);
  let known: readonly NamedRule[] | undefined;
  let recent: readonly NamedRule[] | undefined;
  const resolve = async (text: string): Promise<readonly string[]> => {
    if (/[*?]/.test(text)) return [text];
    for await (const { ruleId } of queries.search({ conditions: { ruleId: [text] }, limit: 1 })) return [ruleId];
    known ??= await knownRules(rules);
    const found = rulesNamed(text, known);
    if (found.length > 0) return found.map(({ id }) => id);
    recent ??= await recentRules(queries);
    const seen = rulesNamed(text, recent);
    if (seen.length > 0) return seen.map(({ id }) => id);
    const hint =
      nearestRule(text, [...known, ...recent]) ??
      `${ownCommand(['rules', 'list'], {}, io)} names those of the default pack.`;
    throw new CommandFailure(`There is no rule with the id, name or title '${text}'. ${hint}`);
  };
  const ids: string[] = [];
  for (const text of texts) ids.push(...(await resolve(text)));
  return [...new Set(ids)];
}

async function knownRules(paths: readonly string[]): Promise<readonly NamedRule[]> {
  const { ruleSet } = await parseRulesAt([defaultRules(), ...paths], await readPlaceholders(undefined));
  const checks = [LOG_OBJECT_OVERWRITTEN, ...Object.values(digestChecks)];
  return [
    ...ruleSet.rules.map(({ metadata: { id, name, title } }) => ({ id, name, title })),
    ...checks.map(({ ruleId, title }) => ({ id: ruleId, title })),
  ];
}

async function recentRules(queries: ReturnType<typeof createFindingQueries>): Promise<readonly NamedRule[]> {
  const rules = new Map<string, NamedRule>();
  for await (const { ruleId, title = ruleId } of queries.search({ conditions: {}, limit: RECENT_FINDINGS })) {
    rules.set(ruleId, { id: ruleId, title });
  }
  return [...rules.values()];
}
