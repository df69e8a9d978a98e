import { counted, grouped } from '../../../lambda/shared/counted.ts';
import type { UnreadablePath } from '../../inputs/find-files.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Io } from '../../output/process-io.ts';
import type { ScanTotals } from './gather-results.ts';
import type { Summary } from './report/scan-summary.ts';

/** Records that are named; all of them are counted. */
const MAX_NAMED_RECORDS = 20;

/** Says on stderr what was read, what was found, and what couldn't be read. */
export function reportTotals(totals: ScanTotals, rules: number, found: Summary, io: Io): void {
  const { files, judged, records, unreadableFiles, unreadableRecords, incomplete, undated, namedRecords, repeated } =
    totals;
  const say = (line: string): void => io.stderr.write(`${printableLines(line)}\n`);
  reportUnreadable(unreadableFiles, io);
  for (const isJudged of [false, true]) {
    const word = isJudged ? 'incomplete' : 'unreadable';
    const named = namedRecords.filter(({ judged: it }) => it === isJudged).slice(0, MAX_NAMED_RECORDS);
    for (const { path, index, reason } of named) say(`${word} record: ${path}#${index}: ${reason}`);
    const unnamed = (isJudged ? incomplete : unreadableRecords) - named.length;
    if (unnamed > 0) say(`… and ${counted(unnamed, `${word} record`)} more`);
  }
  if (unreadableFiles.length > 0) say(`${counted(unreadableFiles.length, 'file')} unreadable, or not to the end`);
  if (unreadableRecords > 0) say(`${counted(unreadableRecords, 'record')} unreadable`);
  if (incomplete > 0) say(`${counted(incomplete, 'record')} incomplete: judged as far as they go`);
  if (undated > 0) {
    say(
      `${counted(undated, 'event')} without a time: judged one by one, whatever time was asked for, not by correlations`,
    );
  }
  const outside = records - judged - unreadableRecords;
  if (outside > 0) say(`${counted(outside, 'event')} outside of the time asked for`);
  if (repeated > 0) say(`${counted(repeated, 'finding')} again, of events that came more than once`);
  const levels = found.levels().map(({ level, findings }) => `${grouped(findings)} ${level}`);
  const by = levels.length > 0 ? ` (${levels.join(', ')})` : '';
  say(
    `${counted(judged, 'event')} in ${counted(files, 'file')} judged by ${counted(rules, 'rule')}: ${counted(found.findings, 'finding')}${by}`,
  );
}

/** Names files that couldn't be read. */
export function reportUnreadable(files: readonly UnreadablePath[], io: Io): void {
  for (const { path, reason } of files) io.stderr.write(`${printableLines(`unreadable: ${path}: ${reason}`)}\n`);
}

/** How much couldn't be read. */
export function countUnreadable({ unreadableFiles, unreadableRecords }: ScanTotals): number {
  return unreadableFiles.length + unreadableRecords;
}
