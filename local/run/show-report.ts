import { LEVELS, type Level } from '../../lambda/detection/index.ts';
import { printable } from '../../lambda/shared/printable.ts';
import { shellWord } from '../../lambda/shared/shell-word.ts';
import type { Vouching } from '../digests/read-vouching.ts';
import type { DeliveryFailure } from './deliver-files.ts';
import { type Answer, shortName } from './read-answers.ts';
import type { Outcomes } from './read-outcomes.ts';
import type { RunReport } from './run-report.ts';
import type { Cell, Screen } from './screen.ts';

/** Problems that are named; the ledger has them all. */
const NAMED_PROBLEMS = 5;

/** The command line, as one has it in a checkout. */
const TRAILWARDEN = 'npm run -s trailwarden --';

/** Subjects that are shown; alert list has them all. */
const NAMED_SUBJECTS = 4;

export interface ReportOptions {
  readonly isSample: boolean;
  /** Whether there was any public key to check digests with. */
  readonly hasKeys: boolean;
  /** The folder, if one was named. */
  readonly data?: string;
}

/** Shows a person what became of a run. */
export function showReport(screen: Screen, report: RunReport, options: ReportOptions): void {
  const local = options.data === undefined ? '--local' : `--data ${shellWord(options.data)}`;
  showOutcomes(screen, report);
  showVouching(screen, report.vouching, options);
  showProblems(screen, report.outcomes);
  showAlerts(screen, report, local);
  showAnswers(screen, report.answers, local);
}

function showOutcomes(screen: Screen, { outcomes }: RunReport): void {
  const { closed, rejected, open, repeated, records, indexed, rejectedRecords } = outcomes;
  screen.heading('What arrived');
  screen.table(
    ['', 'in all', 'good', 'rejected', ...(open > 0 ? ['not read'] : [])],
    [
      ['log objects', closed + rejected + open, closed, rejected, ...(open > 0 ? [open] : [])],
      ['records', records, indexed, rejectedRecords, ...(open > 0 ? ['?'] : [])],
    ],
  );
  if (repeated > 0) screen.line(`  Files with the same content as another one, counted once: ${repeated}.`);
}

function showVouching(
  { colors, line }: Screen,
  vouching: Vouching | undefined,
  { isSample, hasKeys }: ReportOptions,
): void {
  if (vouching === undefined) {
    line('  There are no digests among them: nothing vouches for these log objects.');
    return;
  }
  const { valid, invalid, unchecked } = vouching.digests;
  const { verified, modified, missing, unvouched } = vouching.logs;
  const paint = modified + missing > 0 ? colors.yellow : (text: string) => text;
  line(
    paint(
      `  By their digests: ${verified} verified, ${modified} modified, ${missing} missing, ${unvouched} unvouched.`,
    ),
  );
  if (isSample && valid > 0) {
    line('  These digests were signed with a key made for this run: they prove the way, not the sample.');
  }
  if (invalid > 0) line(colors.red(`  Digests that are not genuine: ${invalid}. Their findings say why.`));
  if (unchecked > 0)
    line(colors.yellow(`  Digests that were not checked: ${unchecked}. ${hasKeys ? UNSIGNED : NO_KEYS}`));
}

const NO_KEYS = "CloudTrail's public keys are needed: --public-keys FILE.";
const UNSIGNED = 'Their signature is in the digest that follows, which is not here.';

function showProblems(screen: Screen, { open, problems }: Outcomes): void {
  const { colors } = screen;
  if (problems.length === 0) return;
  screen.heading(open > 0 ? 'Rejected, or not dealt with' : 'Rejected');
  const named = problems.slice(0, NAMED_PROBLEMS);
  screen.table(
    ['file', 'reason'],
    named.map(({ file, reason }) => [fileName(file), { text: reason, format: colors.yellow }]),
  );
  if (problems.length > named.length) screen.line(`  and ${problems.length - named.length} more`);
}

function showAlerts(screen: Screen, { findings, alerts }: RunReport, local: string): void {
  screen.heading('Findings, and alerts that were sent now');
  const rows = LEVELS.toReversed().map((level): Cell[] => [
    levelCell(screen, level),
    findings.byLevel[level],
    level === 'informational' ? 'not sent' : alerts.byLevel[level],
  ]);
  screen.table(['level', 'findings', 'alerts'], rows);
  const { subjects, byLevel } = alerts;
  const isAnyKnown = Object.values(findings.byLevel).some((count) => count > 0);
  if (subjects.length === 0) screen.line(isAnyKnown ? '  None: what is known is not sent again.' : '  None.');
  for (const subject of subjects.slice(0, NAMED_SUBJECTS)) screen.line(`  ${printable(subject)}`);
  const more = Object.values(byLevel).reduce((sum, count) => sum + count, 0) - NAMED_SUBJECTS;
  if (more > 0) screen.line(`  and ${more} more: ${TRAILWARDEN} alert list ${local}`);
}

function showAnswers(screen: Screen, answers: readonly Answer[], local: string): void {
  screen.heading('Questions to the index');
  for (const { question, values, command } of answers) {
    const told = values.map(({ value, count }) => `${shortName(value)}${count > 1 ? ` (${count})` : ''}`);
    screen.listed(
      `  ${screen.colors.bold(question)}`,
      told.map((text) => printable(text)),
    );
    screen.line(screen.colors.dim(`    ${TRAILWARDEN} ${command} ${local}`));
  }
}

function levelCell({ colors }: Screen, level: Level): Cell {
  const formats = {
    critical: (text: string) => colors.bold(colors.red(text)),
    high: colors.red,
    medium: colors.yellow,
    low: colors.cyan,
    informational: colors.dim,
  };
  return { text: level, format: formats[level] };
}

function fileName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** Names the files that couldn't be read. */
export function showFailures({ colors, line, heading }: Screen, failures: readonly DeliveryFailure[]): void {
  if (failures.length === 0) return;
  heading('Not read');
  for (const { path, reason } of failures) line(colors.red(`  ${path}: ${reason}`));
}
