import { type Known, namedId, placeText } from '../../cloudtrail/directory.ts';
import { isAboutTheLog } from '../../findings/integrity-finding.ts';
import { printable } from '../../shared/printable.ts';

const OUTCOMES: Readonly<Record<string, string>> = {
  success: 'It succeeded',
  denied: 'It was denied',
  error: 'It failed',
};

/** What the lines are made of: a finding has it, and so has a message of the published schema. */
export interface HeadlineFacts extends Known {
  readonly ruleId: string;
  readonly author?: string;
  readonly title: string;
  readonly receipt: { readonly bucket: string; readonly key: string };
  readonly eventTime: string;
  readonly region: string;
  readonly account: string;
  readonly action: string;
  readonly actor: string;
  readonly actorKind: string;
  readonly actorName?: string;
  readonly session?: string;
  readonly via?: string;
  readonly credential: string;
  readonly accessKeyId?: string;
  readonly address?: string;
  readonly sourceIPAddress?: string;
  readonly userAgent?: string;
  readonly outcome: string;
  readonly errorCode?: string;
  readonly resources: readonly string[];
}

/**
 * Three lines: who did what to what; from where and with which credential; when, and whether it succeeded. For a
 * finding about the log itself: what, who found it, and when.
 */
export function headline(finding: HeadlineFacts): [string, string, string] {
  if (isAboutTheLog(finding)) return logHeadline(finding);
  const named = namedOnce(finding.resources).slice(0, 3);
  const resources = named.length === 0 ? '' : ` on ${named.join(', ')}`;
  const session = finding.session === undefined ? '' : ` (session ${finding.session})`;
  const user = finding.userName === undefined ? '' : ` for ${finding.userName}`;
  const from = finding.address ?? finding.sourceIPAddress ?? 'an unknown address';
  const place = placeText(finding);
  const where = place === undefined ? '' : ` (${place})`;
  const agent = finding.userAgent === undefined ? '' : `, with ${finding.userAgent}`;
  return [
    printable(`${actorText(finding)}${session}${user} called ${finding.action}${resources}.`),
    printable(`From ${from}${where}${agent}; ${credentialText(finding)}.`),
    printable(`At ${finding.eventTime} in ${finding.region}, account ${accountText(finding)}. ${outcomeText(finding)}`),
  ];
}

/** An id is left out where an ARN ends with it. */
function namedOnce(resources: readonly string[]): readonly string[] {
  return resources.filter((id) => !resources.some((arn) => arn.endsWith(`/${id}`) || arn.endsWith(`:${id}`)));
}

function logHeadline({ title, receipt, eventTime, region, account }: HeadlineFacts): [string, string, string] {
  return [
    printable(`${title}: s3://${receipt.bucket}/${receipt.key}`),
    'Found by the checks of the log itself; the log does not say who did it.',
    printable(`At ${eventTime} in ${region}, account ${account}.`),
  ];
}

/** An OU says more of an account than its name, so it is there where it is known. */
function accountText({ account, accountName, accountOu }: HeadlineFacts): string {
  return namedId(account, accountOu === undefined ? accountName : `${accountName} in ${accountOu}`);
}

function actorText(finding: HeadlineFacts): string {
  if (finding.actorKind === 'root') return `Root of account ${accountText(finding)}`;
  const via = finding.via === undefined ? '' : ` through ${finding.via}`;
  const name =
    finding.actorName === undefined || finding.actor.endsWith(finding.actorName) ? '' : `${finding.actorName}, `;
  return `${name}${finding.actor} (${finding.actorKind})${via}`;
}

function credentialText(finding: HeadlineFacts): string {
  if (finding.credential === 'none') return 'no access key in the record';
  const key = finding.accessKeyId === undefined ? '' : ` ${finding.accessKeyId}`;
  return `${finding.credential} credentials${key}`;
}

function outcomeText({ outcome, errorCode }: HeadlineFacts): string {
  const text = OUTCOMES[outcome];
  if (text === undefined) return '';
  return errorCode === undefined ? `${text}.` : `${text}: ${errorCode}.`;
}
