import type { Command } from 'commander';
import type { RuleSet } from '../../../lambda/detection/index.ts';
import { findRecordFiles } from '../../inputs/find-files.ts';
import { collect } from '../../options/repeatable.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';
import type { Taught } from './gather-results.ts';
import { reportUnreadable } from './report-totals.ts';
import { teachFrom } from './scan-files.ts';

export interface HistoryOptions {
  readonly history?: readonly string[];
}

/** `--history PATH`. */
export function withHistory(command: Command): Command {
  return command.option(
    '--history <path>',
    'file or folder of earlier records, from which rules of type first_seen only learn; may be repeated',
    collect,
  );
}

/**
 * What rules of type first_seen learn from the history that was named; undefined where none was, or no rule is of that type.
 * Files that can't be read are named on stderr.
 * @throws CommandFailure for paths without any file of records.
 */
export async function readHistory({ history }: HistoryOptions, ruleSet: RuleSet, io: Io): Promise<Taught | undefined> {
  if (history === undefined) return undefined;
  const { files, unreadable } = await findRecordFiles(history);
  reportUnreadable(unreadable, io);
  if (files.length === 0) {
    throw new CommandFailure(`--history: there is no file of CloudTrail records in ${history.join(', ')}.`, EXIT.usage);
  }
  if (!ruleSet.rules.some((rule) => rule.kind === 'correlation' && rule.type === 'first_seen')) return undefined;
  const taught = await teachFrom({ ruleSet, files });
  reportUnreadable(taught.unreadable, io);
  return taught.history;
}
