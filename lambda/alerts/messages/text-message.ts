import type { Finding } from '../../findings/finding.ts';
import { chainLines } from '../../findings/finding-step.ts';
import { counted } from '../../shared/counted.ts';
import { cutText } from '../../shared/cut-text.ts';
import { isJsonObject, type JsonValue } from '../../shared/json.ts';
import { printable } from '../../shared/printable.ts';
import { headline } from './alert-headline.ts';
import type { FindingNotice } from './alert-notice.ts';
import { alertTitle } from './alert-title.ts';
import { consoleLink, eventCommand, storyCommand } from './event-links.ts';
import { firstStep } from './first-step.ts';
import { ruleText } from './rule-text.ts';

/** An e-mail, as SNS sends it: the subject has at most 100 ASCII characters and no line break. */
export interface TextMessage {
  readonly subject: string;
  readonly body: string;
}

/** SNS takes 100; a screen of 100 columns shows it with two of them before it. */
const MAX_SUBJECT = 98;

/** Bytes of an actor's name in a subject that has no room for more. */
const SHORTEST_WHO = 20;

/** A quarter of what SNS takes: nobody reads more. */
const MAX_BODY_BYTES = 64 * 1024;

const MAX_MATCHED_FIELDS = 20;

/** Lines of one section: a rule may list a hundred references. */
const MAX_LINES = 20;

/** The alert for people: who did what, why it matters, what to do first, and where to find more. */
export function textMessage(notice: FindingNotice, deployment: string): TextMessage {
  const { finding } = notice.alert;
  return {
    subject: subjectOf(notice),
    body: within(MAX_BODY_BYTES, [...introduction(notice), ...headline(finding), '', ...details(notice, deployment)]),
  };
}

/** As many of the lines as fit: the most important come first. */
function within(maxBytes: number, lines: readonly string[]): string {
  let bytes = 0;
  return lines
    .filter((line) => {
      bytes += Buffer.byteLength(line) + 1;
      return bytes <= maxBytes;
    })
    .join('\n');
}

/** A subject within SNS's bounds that always ends with `end`, however long `start` is. */
export function subjectLine(start: string, end: string): string {
  const ascii = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');
  const tail = ascii(` - ${end}`);
  return `${ascii(start).slice(0, MAX_SUBJECT - tail.length)}${tail}`;
}

/**
 * Level, title and account; then who, how it ended, what and when. Who, how and when are always there: of two long titles
 * one learns more from them than from the title's end.
 */
function subjectOf(notice: FindingNotice): string {
  const { level, finding } = notice.alert;
  const start = `[${level.toUpperCase()}]`;
  if (notice.kind === 'test') return subjectLine(`[TEST] ${start} ${finding.title}`, finding.account);
  const { text, who, how, what, when } = alertTitle(notice);
  const room = MAX_SUBJECT - ` - ${finding.account}`.length;
  const whole = `${start} ${text}`;
  const details = [
    [who, how, what, when],
    [who, how, when],
    [cutText(who ?? '', SHORTEST_WHO), how, when],
  ].map((parts) => ` (${parts.filter((part) => part !== undefined && part !== '').join(', ')})`);
  const detail = details.find((parts) => whole.length + parts.length <= room) ?? details.at(-1) ?? '';
  return subjectLine(`${whole.slice(0, room - detail.length)}${detail}`, finding.account);
}

function introduction(notice: FindingNotice): string[] {
  const { window } = notice.alert;
  if (notice.kind === 'test') {
    return ['This is a test of the alert topics. Nothing of what follows has happened.', ''];
  }
  if (notice.kind !== 'summary') return [];
  return [
    `${counted(notice.count, 'finding')} of this rule, actor and account, from ${window.start} to ${window.end}, the one that was sent already included. The last of them:`,
    '',
  ];
}

function details({ alert, kind }: FindingNotice, deployment: string): string[] {
  const { finding } = alert;
  const { receipt } = finding;
  const { why } = ruleText(finding.description);
  const first = firstStep(finding, deployment);
  return [
    ...section('The chain, in order', chainLines(finding)),
    ...section('Why it matters', [`${finding.title} (${alert.level})`, ...why]),
    ...section('Do first', first === undefined ? [] : [first]),
    ...section('May be harmless when', finding.falsepositives),
    ...section(
      'What matched',
      finding.matched.slice(0, MAX_MATCHED_FIELDS).map(({ field, value }) => `${field} = ${valueText(value)}`),
    ),
    ...section('What was counted', countedLines(finding)),
    ...section('Recorded with it', finding.also ?? []),
    ...section('Receipt', [
      `s3://${receipt.bucket}/${receipt.key}`,
      `version ${receipt.version}, record ${receipt.index}`,
    ]),
    ...section('Look at it', [
      storyCommand(alert.alertId, deployment),
      eventCommand(finding, deployment),
      consoleLink(finding),
    ]),
    ...section('References', [...finding.references, ...finding.tags]),
    printable(
      `Alert ${alert.alertId}, finding ${finding.findingId}, rule ${finding.ruleId}, version ${finding.ruleHash.slice(0, 12)}${finding.author === undefined ? '' : `, by ${finding.author}`}`,
    ),
    ...(finding.per === undefined
      ? []
      : ['It stands for the whole session: its further calls make no finding of this rule. The story has them.']),
    ...(kind === 'alert'
      ? [`Further findings of this rule, actor and account until ${alert.window.end} belong to this alert.`]
      : []),
  ];
}

function countedLines({ correlation }: Finding): string[] {
  if (correlation === undefined) return [];
  const { value, atLeast, from, to, steps } = correlation;
  const what = steps === undefined ? '' : ' rules';
  return [`${atLeast ? 'at least ' : ''}${value}${what}, from ${from} to ${to}; the event above is the last`];
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [`${title}:`, ...lines.slice(0, MAX_LINES).map((line) => `  ${printable(line)}`), ''];
}

function valueText(value: JsonValue): string {
  return Array.isArray(value) || isJsonObject(value) ? JSON.stringify(value) : String(value);
}
