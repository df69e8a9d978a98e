import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';

/** What the schedule sends to the digest queue: all sources are to be looked at. `lib` writes it into the schedule. */
export const CHECK_SOURCES = { check: 'sources' } as const;

/** One source, in a message of its own: one that fails holds up no other. */
const checkSource = z.strictObject({ check: z.literal('source'), source: z.string().min(1) });

/** The digests of one account, in a message of its own: an organization has hundreds. */
const listDigests = z.strictObject({
  check: z.literal('digests'),
  source: z.string().min(1),
  /** Where the account's keys begin: `…AWSLogs/…/ACCOUNT/`. */
  prefix: z.string().min(1),
});

const sourceMessage = z.union([z.strictObject({ check: z.literal(CHECK_SOURCES.check) }), checkSource, listDigests]);

export type SourceMessage = z.infer<typeof sourceMessage>;

/** Undefined for any other message of the digest queue. */
export function parseSourceMessage(body: string): SourceMessage | undefined {
  if (!body.includes('"check"')) return undefined;
  try {
    return sourceMessage.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** Queues what is to be looked at in a call of its own. @throws the SDK's errors. */
export async function queueSourceMessage(sqs: SQSClient, QueueUrl: string, message: SourceMessage): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
}
