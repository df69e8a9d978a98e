import type { AlertMessage } from '../../alerts/messages/message-schema.ts';
import type { PostJson } from '../https/post-json.ts';
import { readTextSecret } from '../secrets/secret-values.ts';
import { factsOf } from './message-facts.ts';
import type { Receiver } from './receiver.ts';

/** Slack's bounds: characters of a section's text, and blocks of a message. */
const MAX_SECTION = 3000;
const MAX_BLOCKS = 50;

/** Characters of the text for notifications: Slack cuts it anyway. */
const MAX_TEXT = 1000;

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

interface MarkdownText {
  readonly type: 'mrkdwn';
  readonly text: string;
  /** Without it Slack makes links of what looks like an address or a channel in an event's values. */
  readonly verbatim: true;
}

/** For an event's values: no mark in them formats anything, and `arn:aws:iam` holds no emoji. */
interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}

type Block =
  | { readonly type: 'section'; readonly text: MarkdownText | PlainText }
  | { readonly type: 'context'; readonly elements: readonly MarkdownText[] };

export interface SlackMessage {
  /** For notifications, and where blocks can't be shown. */
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

/** A message for an incoming webhook of Slack, within Slack's bounds for any event. */
export function slackMessage(message: AlertMessage): SlackMessage {
  const { title, lines, why, first, command, console, footer } = factsOf(message);
  const look = [`\`${escaped(command.replaceAll('`', "'"), MAX_SECTION - 1200)}\``, ...linkTo(console)].join('\n');
  const blocks: Block[] = [
    section(`*${escaped(title, MAX_SECTION - 2)}*`),
    { type: 'section', text: { type: 'plain_text', text: escaped(lines.join('\n'), MAX_SECTION), emoji: false } },
    ...headed('Why it matters', why),
    ...headed('Do first', first),
    section(`*Look at it*\n${look}`),
    { type: 'context', elements: [markdown(escaped(footer, MAX_SECTION))] },
  ];
  return {
    text: escaped(`${title}\n${lines[0] ?? ''}`, MAX_TEXT),
    blocks: blocks.slice(0, MAX_BLOCKS),
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** An incoming webhook: its URL is the secret. */
export function slackReceiver(post: PostJson, secret: () => Promise<string>): Receiver {
  return {
    send: async ({ message }, signal) => {
      const url = readTextSecret(await secret(), 'url');
      return post({ url, body: JSON.stringify(slackMessage(message)) }, signal);
    },
  };
}

function headed(heading: string, text: string | undefined): readonly Block[] {
  if (text === undefined || text === '') return [];
  return [section(`*${heading}*\n${escaped(text, MAX_SECTION - heading.length - 3)}`)];
}

/** `console` is a URL with encoded values: no mark in it ends the link. */
function linkTo(console: string | undefined): readonly string[] {
  if (console === undefined) return [];
  const url = escaped(console, 1100);
  return url === escaped(console, Number.POSITIVE_INFINITY) ? [`<${url}|Open it in the AWS console>`] : [];
}

function section(text: string): Block {
  return { type: 'section', text: markdown(text) };
}

function markdown(text: string): MarkdownText {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** The text with Slack's three marks escaped, cut to a length that counts the escapes, and never within one. */
function escaped(text: string, maxLength: number): string {
  const parts: string[] = [];
  let length = 0;
  for (const character of text) {
    const part = ESCAPED[character] ?? character;
    if (length + part.length > maxLength) {
      while (length >= maxLength) length -= parts.pop()?.length ?? maxLength;
      return `${parts.join('')}…`;
    }
    parts.push(part);
    length += part.length;
  }
  return parts.join('');
}
