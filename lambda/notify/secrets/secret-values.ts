import * as z from 'zod';
import { NotTakenError } from '../errors/not-taken-error.ts';

/** The forms of the secrets' values. No error repeats a value. */

const webhookSecret = z.object({
  url: z.string().min(1),
  /** The key of the signature. */
  signingKey: z.string().min(16),
  /** Further headers, such as Authorization. */
  headers: z.record(z.string().regex(/^[\w-]{1,100}$/), z.string().max(4000)).default({}),
});

export type WebhookSecret = z.infer<typeof webhookSecret>;

/** @throws NotTakenError that says what form the value must have. */
export function readWebhookSecret(value: string): WebhookSecret {
  const result = webhookSecret.safeParse(jsonOf(value));
  if (result.success) return result.data;
  throw new NotTakenError(
    'The secret must be JSON with url, signingKey (16 characters or more) and, if needed, headers (an object of texts).',
  );
}

/**
 * A value that is one text, or JSON with that text as a member, as the console of Secrets Manager makes it.
 * @throws NotTakenError that says what form the value must have.
 */
export function readTextSecret(value: string, member: 'url' | 'routingKey'): string {
  if (!value.startsWith('{')) return value;
  const result = z.record(z.string(), z.unknown()).safeParse(jsonOf(value));
  const text = result.data?.[member];
  if (typeof text === 'string' && text !== '') return text;
  throw new NotTakenError(`The secret must be a text, or JSON with the member ${member}.`);
}

function jsonOf(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
