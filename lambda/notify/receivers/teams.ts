import type { AlertMessage } from '../../alerts/messages/message-schema.ts';
import { cutText } from '../../shared/cut-text.ts';
import type { PostJson } from '../https/post-json.ts';
import { readTextSecret } from '../secrets/secret-values.ts';
import { factsOf, type MessageFacts } from './message-facts.ts';
import type { Receiver } from './receiver.ts';

/** Bytes of a message that Teams takes. */
const MAX_BYTES = 28 * 1024;

/** Bytes of each text, from the first that fits. */
const TEXT_BOUNDS = [4000, 1500, 500] as const;

/**
 * Marks that make a link, a tag or bold text in the Markdown of a card. The caller chooses an event's values, and two
 * wildcards of a policy would vanish.
 */
const LOOKALIKES: Readonly<Record<string, string>> = { '<': '‹', '>': '›', '[': '(', ']': ')', '*': '∗' };

/** A message for a workflow of Teams ("Post to a channel when a webhook request is received"), at most 28 KB. */
export function teamsMessage(message: AlertMessage): string {
  const facts = factsOf(message);
  const bodies = TEXT_BOUNDS.map((bound) => JSON.stringify(cardMessage(facts, message.level, bound)));
  return bodies.find((body) => Buffer.byteLength(body) <= MAX_BYTES) ?? bodies.at(-1) ?? '';
}

/** A workflow's webhook: its URL is the secret. */
export function teamsReceiver(post: PostJson, secret: () => Promise<string>): Receiver {
  return {
    send: async ({ message }, signal) => {
      const url = readTextSecret(await secret(), 'url');
      return post({ url, body: teamsMessage(message) }, signal);
    },
  };
}

function cardMessage(facts: MessageFacts, level: string, bound: number) {
  const { title, lines, why, first, command, console, footer } = facts;
  const block = (text: string, style: object = {}) => ({
    type: 'TextBlock',
    text: cutText(plain(text), bound),
    wrap: true,
    ...style,
  });
  const headed = (heading: string, text: string | undefined) =>
    text === undefined || text === '' ? [] : [block(heading, { weight: 'Bolder', spacing: 'Medium' }), block(text)];
  const urgent = level === 'critical' || level === 'high';
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            block(exact(title), { weight: 'Bolder', size: 'Medium', color: urgent ? 'Attention' : 'Warning' }),
            ...lines.map((line) => block(exact(line), { spacing: 'Small' })),
            ...headed('Why it matters', why),
            ...headed('Do first', first),
            block(command, { fontType: 'Monospace', spacing: 'Medium' }),
            block(footer, { isSubtle: true, size: 'Small' }),
          ],
          ...(console !== undefined && {
            actions: [{ type: 'Action.OpenUrl', title: 'Open it in the AWS console', url: console }],
          }),
          msteams: { width: 'Full' },
        },
      },
    ],
  };
}

/** As `plain`, and without code and italics, whose marks would vanish from a name. A rule's own text may have them. */
function exact(text: string): string {
  return plain(text)
    .replaceAll('`', "'")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '‗');
}

function plain(text: string): string {
  return text.replace(/[<>[\]*]/g, (mark) => LOOKALIKES[mark] ?? '');
}
