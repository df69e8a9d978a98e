import { ConfirmSubscriptionCommand, SNSClient } from '@aws-sdk/client-sns';
import { parseArn } from '../cloudtrail/record/arn.ts';

/**
 * The topics of other accounts that may send to the log queue. A subscription that the topic's owner made stays pending
 * until the token that SNS sends to the queue is given back.
 */
export class Subscriptions {
  readonly #topics: ReadonlySet<string>;
  readonly #createClient: (region: string) => SNSClient;
  readonly #clients = new Map<string, SNSClient>();

  /**
   * @param topics ARNs of the topics that sources name.
   * @param createClient makes the client for a topic's region.
   */
  constructor(topics: readonly string[], createClient: (region: string) => SNSClient) {
    this.#topics = new Set(topics);
    this.#createClient = createClient;
  }

  /** Whether a source names the topic. */
  has(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Gives a token back. It can be done twice. @throws the SDK's errors. */
  async confirm(topic: string, token: string): Promise<void> {
    const region = parseArn(topic)?.region ?? '';
    const client = this.#clients.get(region) ?? this.#createClient(region);
    this.#clients.set(region, client);
    await client.send(new ConfirmSubscriptionCommand({ TopicArn: topic, Token: token }));
  }
}

/**
 * A client that signs nothing. "ConfirmSubscription" of the SNS API reference: the call requires a signature only to forbid
 * unsubscribing without one. The token is what allows it; a signed call would need the leave of the topic's policy, which
 * nobody may change in an audit account of Control Tower.
 */
export function anonymousClient(region: string): SNSClient {
  return new SNSClient({
    region,
    credentials: { accessKeyId: '', secretAccessKey: '' },
    signer: { sign: async (request) => request },
  });
}
