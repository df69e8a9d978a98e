import { isJsonObject, type JsonValue } from '../cloudtrail/json.ts';
import type { Finding } from '../findings/finding.ts';
import type { Alert } from './alert.ts';
import { printable } from './printable.ts';

/** An e-mail, as SNS sends it: the subject has at most 100 ASCII characters and no line break. */
export interface TextMessage {
  readonly subject: string;
  readonly body: string;
}

const MAX_SUBJECT = 100;
const MAX_MATCHED_FIELDS = 20;

/** The alert for the person who is woken: who did what, then why it matters, then how to look further. */
export function textMessage(alert: Alert): TextMessage {
  const { finding } = alert;
  return { subject: subject(finding), body: [...headline(finding), '', ...details(alert)].join('\n') };
}

function subject(finding: Finding): string {
  const account = ` - ${finding.account}`;
  const start = `[${finding.level.toUpperCase()}] ${finding.title}`;
  const ascii = `${start}`.replace(/[^\x20-\x7e]/g, '?');
  return `${ascii.slice(0, MAX_SUBJECT - account.length)}${account.replace(/[^\x20-\x7e]/g, '?')}`;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  success: 'It succeeded.',
  denied: 'It was denied',
  error: 'It failed',
};

function headline(finding: Finding): string[] {
  const resources = finding.resources.length === 0 ? '' : ` on ${finding.resources.slice(0, 3).join(', ')}`;
  const session = finding.session === undefined ? '' : ` (session ${finding.session})`;
  const from = finding.address ?? finding.sourceIPAddress ?? 'an unknown address';
  const agent = finding.userAgent === undefined ? '' : `, with ${finding.userAgent}`;
  const outcome = OUTCOMES[finding.outcome] ?? '';
  return [
    printable(`${actorText(finding)}${session} called ${finding.action}${resources}.`),
    printable(`From ${from}${agent}; ${credentialText(finding)}.`),
    printable(
      `At ${finding.eventTime} in ${finding.region}, account ${finding.account}. ${outcome}${finding.errorCode === undefined ? '' : `: ${finding.errorCode}.`}`,
    ),
  ];
}

function actorText(finding: Finding): string {
  if (finding.actorKind === 'root') return `Root of account ${finding.account}`;
  const via = finding.via === undefined ? '' : ` through ${finding.via}`;
  const name =
    finding.actorName === undefined || finding.actor.endsWith(finding.actorName) ? '' : `${finding.actorName}, `;
  return `${name}${finding.actor} (${finding.actorKind})${via}`;
}

function credentialText(finding: Finding): string {
  if (finding.credential === 'none') return 'no access key in the record';
  const key = finding.accessKeyId === undefined ? '' : ` ${finding.accessKeyId}`;
  return `${finding.credential} credentials${key}`;
}

function details(alert: Alert): string[] {
  const { finding } = alert;
  const { receipt } = finding;
  return [
    ...section('Rule', [`${finding.title} (${finding.level})`, ...paragraphs(finding.description)]),
    ...section('May be harmless when', finding.falsepositives),
    ...section(
      'What matched',
      finding.matched.slice(0, MAX_MATCHED_FIELDS).map(({ field, value }) => `${field} = ${valueText(value)}`),
    ),
    ...section('Look at it', [
      `trailwarden event ${finding.eventID}`,
      `https://console.aws.amazon.com/cloudtrailv2/home?region=${encodeURIComponent(finding.region)}#/events/${encodeURIComponent(finding.eventID)}`,
    ]),
    ...section('Where it stands', [
      `s3://${receipt.bucket}/${receipt.key}`,
      `version ${receipt.version}, record ${receipt.index}`,
    ]),
    ...section('References', [...finding.references, ...finding.tags]),
    printable(`Alert ${alert.alertId}, finding ${finding.findingId}, rule ${finding.ruleId}`),
    printable(
      `${finding.author === undefined ? '' : `Rule by ${finding.author}. `}Further findings of this rule, actor and account until ${alert.window.end} belong to this alert.`,
    ),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${printable(line)}`), ''];
}

function paragraphs(description: string | undefined): string[] {
  return description === undefined ? [] : description.split('\n').filter((line) => line.trim() !== '');
}

function valueText(value: JsonValue): string {
  return Array.isArray(value) || isJsonObject(value) ? JSON.stringify(value) : String(value);
}
