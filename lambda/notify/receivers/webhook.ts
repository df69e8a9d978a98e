import { createHmac } from 'node:crypto';
import type { PostJson } from '../https/post-json.ts';
import { readWebhookSecret } from '../secrets/secret-values.ts';
import type { Receiver } from './receiver.ts';

export interface WebhookOptions {
  readonly post: PostJson;
  /** The secret's value. */
  readonly secret: () => Promise<string>;
  readonly now: () => Date;
}

/** Headers that the receiver checks; a secret's headers can't replace them. */
const TIMESTAMP_HEADER = 'trailwarden-timestamp';
const SIGNATURE_HEADER = 'trailwarden-signature';

/**
 * The signature of a body: HMAC-SHA-256, in hex, over the timestamp, a full stop and the body. With the timestamp in it,
 * a message that somebody has recorded is of no use later.
 * @param timestamp seconds since 1970, as in the header.
 */
export function webhookSignature(signingKey: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', signingKey).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** JSON of the published schema, signed, to any server. */
export function webhookReceiver({ post, secret, now }: WebhookOptions): Receiver {
  return {
    send: async ({ message, json }, signal) => {
      const { url, signingKey, headers } = readWebhookSecret(await secret());
      const timestamp = String(Math.floor(now().getTime() / 1000));
      const ours = {
        [TIMESTAMP_HEADER]: timestamp,
        [SIGNATURE_HEADER]: webhookSignature(signingKey, timestamp, json),
        'trailwarden-alert-id': message.alertId,
        'trailwarden-kind': message.kind,
      };
      const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      return post(
        {
          url,
          body: json,
          headers: { ...Object.fromEntries(lowerCase), ...ours },
          secrets: [signingKey, ...Object.values(headers)],
        },
        signal,
      );
    },
  };
}
