import { namedId } from '../../cloudtrail/directory.ts';
import { chainLines } from '../../findings/finding-step.ts';
import { printable } from '../../shared/printable.ts';
import type { Alert } from './alert-content.ts';
import { headline } from './alert-headline.ts';
import type { FindingNotice, NoticeKind } from './alert-notice.ts';
import { alertTitle } from './alert-title.ts';
import { consoleLink, eventCommand, storyCommand } from './event-links.ts';
import { firstStep } from './first-step.ts';
import { ruleText } from './rule-text.ts';

/**
 * A custom notification, after "Custom notifications using Amazon Q Developer in chat applications" of its
 * administrator guide: the one form of free text that the service passes on to Slack and Teams.
 */
export interface CustomNotification {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly id: string;
  readonly content: {
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps: readonly string[];
    readonly keywords: readonly string[];
  };
  readonly metadata: {
    /** Messages of one thread stand below each other: an alert and its summary. */
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly relatedResources: readonly string[];
    readonly additionalContext: Readonly<Record<string, string>>;
  };
}

const MAX_TITLE = 200;
const MAX_LINE = 500;

/** Steps of a chain in a chat: the e-mail has all of them. */
const MAX_STEPS = 10;

/** The alert for a chat channel: the first lines of the e-mail, the first step, and where to look. */
export function chatMessage(notice: FindingNotice, deployment: string): string {
  const { alert, kind } = notice;
  const { finding } = alert;
  const { text, who, how, when } = alertTitle(notice);
  const detail = kind === 'test' ? '' : ` (${[who, how, when].filter((part) => part !== undefined).join(', ')})`;
  const title = `${titleStart(notice)} ${text}${detail}, account ${namedId(finding.account, finding.accountName)}`;
  return chatBody({
    alertId: alert.alertId,
    kind,
    level: alert.level,
    title,
    lines: [
      ...headline(finding),
      ...chainLines(finding).slice(0, MAX_STEPS),
      ...ruleText(finding.description).why.slice(0, 1),
    ],
    nextSteps: steps(alert, deployment),
    keywords: [finding.account, finding.region, finding.action],
    relatedResources: finding.resources.slice(0, 5),
    context: { ruleId: finding.ruleId, account: finding.account, region: finding.region, eventID: finding.eventID },
  });
}

/** The parts of every chat message, before they are made harmless and put into the service's form. */
export interface ChatParts {
  readonly alertId: string;
  readonly kind: NoticeKind;
  readonly level: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly nextSteps: readonly string[];
  readonly keywords: readonly string[];
  readonly relatedResources: readonly string[];
  readonly context: Readonly<Record<string, string>>;
}

/** The body of a custom notification. */
export function chatBody(parts: ChatParts): string {
  const { alertId, kind, level } = parts;
  const title = plain(parts.title, MAX_TITLE);
  const notification: CustomNotification = {
    version: '1.0',
    source: 'custom',
    id: alertId,
    content: {
      textType: 'client-markdown',
      title,
      description: parts.lines.map((line) => plain(line)).join('\n'),
      nextSteps: parts.nextSteps.map((step) => plain(step)),
      keywords: [level, kind, ...parts.keywords.map((word) => plain(word, 100))],
    },
    metadata: {
      threadId: alertId,
      summary: title,
      eventType: `trailwarden-${kind}`,
      relatedResources: parts.relatedResources.map((name) => plain(name)),
      additionalContext: {
        level,
        ...Object.fromEntries(Object.entries(parts.context).map(([name, value]) => [name, plain(value)])),
      },
    },
  };
  return JSON.stringify(notification);
}

function titleStart(notice: FindingNotice): string {
  const level = `(${notice.alert.level.toUpperCase()})`;
  return notice.kind === 'test' ? `(TEST) ${level}` : level;
}

function steps({ alertId, finding }: Alert, deployment: string): string[] {
  const first = firstStep(finding, deployment);
  return [
    ...(first === undefined ? [] : [first]),
    storyCommand(alertId, deployment),
    eventCommand(finding, deployment),
    consoleLink(finding),
  ];
}

/**
 * Text that notifies nobody and holds no link. The caller chooses an event's values, and the chat would act on
 * `<!channel>` or `[text](link)` in a user agent.
 */
function plain(text: string, maxLength = MAX_LINE): string {
  return printable(text, maxLength).replace(/[<>[\]]/g, (mark) => LOOKALIKES[mark] ?? '');
}

const LOOKALIKES: Readonly<Record<string, string>> = { '<': '‹', '>': '›', '[': '(', ']': ')' };
