import type { AlertMessage } from '../../alerts/messages/message-schema.ts';
import { cutText } from '../../shared/cut-text.ts';
import type { PostJson } from '../https/post-json.ts';
import { readTextSecret } from '../secrets/secret-values.ts';
import { factsOf } from './message-facts.ts';
import type { Receiver } from './receiver.ts';

/** Characters of a summary that PagerDuty takes. */
const MAX_SUMMARY = 1024;
const MAX_DETAIL_BYTES = 4000;

const HOSTS = { us: 'https://events.pagerduty.com', eu: 'https://events.eu.pagerduty.com' } as const;

export type PagerDutyRegion = keyof typeof HOSTS;

const SEVERITIES: Readonly<Record<string, string>> = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info',
};

/**
 * An event of the Events API v2 without its routing key. Every message about an alert has the same `dedup_key`, so that
 * repeats and summaries go into the one incident.
 */
export function pagerDutyEvent(message: AlertMessage): Readonly<Record<string, unknown>> {
  const { title, lines, why, first, command, console } = factsOf(message);
  const cut = (text: string): string => cutText(text, MAX_DETAIL_BYTES);
  const origin =
    message.kind === 'storm'
      ? { source: 'trailwarden', class: 'storm', timestamp: message.minute.start }
      : {
          source: `${message.account} ${message.region}`,
          class: message.rule.id,
          component: message.finding.action,
          group: message.account,
          timestamp: message.finding.eventTime,
        };
  return {
    event_action: 'trigger',
    dedup_key: message.alertId,
    client: 'Trailwarden',
    payload: {
      summary: title.slice(0, MAX_SUMMARY),
      severity: SEVERITIES[message.level] ?? 'info',
      ...origin,
      custom_details: {
        what: cut(lines.join('\n')),
        ...(why !== undefined && { why: cut(why) }),
        ...(first !== undefined && { first: cut(first) }),
        command: cut(command),
        kind: message.kind,
      },
    },
    ...(console !== undefined && { links: [{ href: console, text: 'Open it in the AWS console' }] }),
  };
}

export interface PagerDutyOptions {
  readonly post: PostJson;
  /** The routing key of an Events API v2 integration. */
  readonly secret: () => Promise<string>;
  readonly region?: PagerDutyRegion;
  /** Replaces PagerDuty's host in tests. */
  readonly host?: string;
}

/** A service of PagerDuty. */
export function pagerDutyReceiver({ post, secret, region = 'us', host = HOSTS[region] }: PagerDutyOptions): Receiver {
  const enqueue = async (event: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<string> => {
    const routingKey = readTextSecret(await secret(), 'routingKey');
    const body = JSON.stringify({ routing_key: routingKey, ...event });
    return post({ url: `${host}/v2/enqueue`, body, secrets: [routingKey] }, signal);
  };
  return {
    send: ({ message }, signal) => enqueue(pagerDutyEvent(message), signal),
    resolve: ({ alertId }, signal) => enqueue({ event_action: 'resolve', dedup_key: alertId }, signal),
  };
}
