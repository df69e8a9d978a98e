import * as z from 'zod';
import { LEVELS, type Level } from '../../lambda/detection/index.ts';
import { printable } from '../../lambda/shared/printable.ts';
import type { IndexedFinding } from '../../lambda/store/findings/indexed-finding.ts';
import type { IndexedEvent } from '../../lambda/store/questions/indexed-event.ts';
import type { AlertSummary } from '../deployment/receive-alerts.ts';
import type { Vouching } from '../digests/read-vouching.ts';
import type { DeliveryFailure } from './deliver-files.ts';
import type { Answers, Found } from './read-answers.ts';
import type { Outcomes } from './read-outcomes.ts';
import type { RunReport } from './run-report.ts';
import type { Cell, Screen } from './screen.ts';

/** Problems that are named; the ledger has them all. */
const NAMED_PROBLEMS = 12;

export interface ReportOptions {
  readonly isSample: boolean;
  /** Whether there was any public key to check digests with. */
  readonly hasKeys: boolean;
}

/** Shows a person what became of a run. */
export function showReport(screen: Screen, report: RunReport, options: ReportOptions): void {
  showOutcomes(screen, report);
  showVouching(screen, report.vouching, options);
  showProblems(screen, report.outcomes);
  showFindings(screen, report);
  showAlerts(
    screen,
    report.alerts,
    Object.values(report.findings.byLevel).some((count) => count > 0),
  );
  showAnswers(screen, report.answers);
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

function showFindings(screen: Screen, { findings, alerts }: RunReport): void {
  screen.heading('Findings');
  const rows = LEVELS.toReversed().map((level): Cell[] => [
    levelCell(screen, level),
    findings.byLevel[level],
    level === 'informational' ? 'not sent' : alerts.byLevel[level],
  ]);
  screen.table(['level', 'findings', 'alerts now'], rows);
}

function showAlerts(screen: Screen, { subjects, byLevel, text, json }: AlertSummary, isAnyKnown: boolean): void {
  screen.heading('Alerts that the subscriber received');
  if (text === undefined) {
    screen.line(isAnyKnown ? '  None: what is known is not sent again.' : '  None.');
    return;
  }
  for (const subject of subjects) screen.line(`  ${printable(subject)}`);
  const sent = Object.values(byLevel).reduce((sum, count) => sum + count, 0);
  if (sent > subjects.length) screen.line(`  and ${sent - subjects.length} more`);
  screen.heading('One of them, as an e-mail');
  screen.line(indent(`Subject: ${text.subject}\n\n${text.body}`));
  if (json === undefined) return;
  screen.heading('One of them, for programs');
  screen.line(indent(JSON.stringify(JSON.parse(json.body), null, 2)));
}

function showAnswers(screen: Screen, { rootUse, touched, brokenEnvoys }: Answers): void {
  screen.heading('Who used root?');
  showFound(screen, rootUse, ['when', 'did', 'to', 'from'], (event) => [
    event.eventTime,
    event.action,
    shortName(event.resource ?? ''),
    addressOf(event),
  ]);
  if (touched === undefined) {
    screen.heading('What touched the file systems?');
    screen.line('  No event names one.');
  } else {
    screen.heading(`What touched the file system ${touched.fileSystem}?`);
    showFound(screen, touched, ['when', 'who', 'did', 'from'], (event) => [
      event.eventTime,
      actorOf(event),
      event.action,
      addressOf(event),
    ]);
  }
  screen.heading('Which Envoy connections broke?');
  showFound(screen, brokenEnvoys, ['when', 'virtual node', 'reason'], (finding) => [
    finding.eventTime,
    shortName(finding.resources[0] ?? ''),
    matchedValue(finding, 'serviceEventDetails.failureReason'),
  ]);
}

function showFound<Item>(
  screen: Screen,
  { count, newest }: Found<Item>,
  head: readonly string[],
  row: (item: Item) => readonly Cell[],
): void {
  if (count === 0) {
    screen.line('  None.');
    return;
  }
  screen.table(head, newest.map(row));
  if (count > newest.length) screen.line(`  and ${count - newest.length} more`);
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

function actorOf({ actor, actorName }: IndexedEvent): string {
  return actorName ?? shortName(actor);
}

/** What follows the account in an ARN; any other name as it is. */
function shortName(name: string): string {
  return name.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, '');
}

function addressOf({ address, sourceIPAddress }: Pick<IndexedEvent, 'address' | 'sourceIPAddress'>): string {
  return address ?? sourceIPAddress ?? '';
}

/** What a finding of a detection rule has in addition to the members of every finding. */
const matchedSchema = z.array(z.object({ field: z.string(), value: z.unknown() })).default([]);

function matchedValue({ matched }: IndexedFinding, field: string): string {
  return String(matchedSchema.parse(matched).find((entry) => entry.field === field)?.value ?? '');
}

function fileName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

/** Names the files that couldn't be read. */
export function showFailures({ colors, line, heading }: Screen, failures: readonly DeliveryFailure[]): void {
  if (failures.length === 0) return;
  heading('Not read');
  for (const { path, reason } of failures) line(colors.red(`  ${path}: ${reason}`));
}
