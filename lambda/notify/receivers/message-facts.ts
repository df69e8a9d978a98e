import { headline } from '../../alerts/messages/alert-headline.ts';
import { titleOf } from '../../alerts/messages/alert-title.ts';
import type { AlertMessage } from '../../alerts/messages/message-schema.ts';
import { chainLines } from '../../findings/finding-step.ts';
import { counted } from '../../shared/counted.ts';
import { printable } from '../../shared/printable.ts';

/** What a message says to people, before a receiver's form is put on it. Texts are printable; marks are not escaped. */
export interface MessageFacts {
  readonly title: string;
  readonly lines: readonly string[];
  readonly why?: string;
  readonly first?: string;
  readonly command: string;
  /** A link into the AWS console. */
  readonly console?: string;
  readonly footer: string;
}

const NAMED_RULES = 10;

/** Steps of a chain: the e-mail has all of them. */
const MAX_STEPS = 10;

/** A message as people read it. */
export function factsOf(message: AlertMessage): MessageFacts {
  return message.kind === 'storm' ? stormFacts(message) : findingFacts(message);
}

function findingFacts(message: Exclude<AlertMessage, { kind: 'storm' }>): MessageFacts {
  const { rule, finding, account, region, level, alertId, command, kind } = message;
  const marker = kind === 'test' ? '[TEST] ' : '';
  const { id: ruleId, title, author, description, first } = rule;
  const told = { ...finding, ruleId, title, account, region, ...(author !== undefined && { author }) };
  const { text, who, how } = titleOf(told, message.kind === 'summary' ? message.findings : undefined);
  const detail = [who, how].filter((part) => part !== undefined).join(', ');
  const named = kind === 'test' ? title : `${text}${detail === '' ? '' : ` (${detail})`}`;
  return {
    title: printable(`${marker}[${level.toUpperCase()}] ${named} - ${account}`, 200),
    lines: [
      ...headline(told),
      ...chainLines(finding)
        .slice(0, MAX_STEPS)
        .map((line) => printable(line, 300)),
    ],
    ...(description !== undefined && { why: printable(description, 2000) }),
    ...(first !== undefined && { first: printable(first, 2000) }),
    command: printable(command),
    console: message.console,
    footer: printable(`Rule ${ruleId} · alert ${alertId}`, 300),
  };
}

function stormFacts(message: Extract<AlertMessage, { kind: 'storm' }>): MessageFacts {
  const { level, limit, minute, collapsed, command, alertId } = message;
  const count = collapsed === undefined ? `more than ${limit}` : `${limit} and ${collapsed.alerts} more`;
  const rules = collapsed?.rules.slice(0, NAMED_RULES) ?? [];
  return {
    title: `[${level.toUpperCase()}] Alert storm: ${count} ${level} alerts in a minute`,
    lines: [
      `More than ${counted(limit, 'alert')} of level ${level} were to be sent in the minute from ${minute.start}.`,
      'The further ones of this minute are recorded and not sent one by one. Every finding is in the index.',
      ...rules.map(({ id, alerts }) => printable(`${alerts} of rule ${id}`, 300)),
    ],
    command: printable(command),
    footer: `alert ${alertId}`,
  };
}
