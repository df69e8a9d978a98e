import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../dynamo/condition-failure.ts';

/** How far the receiver of a channel is with a message. The row's channel says only that the message is in its queue. */
const deliverySchema = z.object({
  /** `waiting`: for the end of the channel's quiet hours, or for an earlier message. */
  state: z.enum(['delivered', 'failing', 'waiting', 'given-up']),
  /** ISO 8601 in UTC: of the last attempt. */
  at: z.string(),
  tries: z.number(),
  /** What the other side answered, or why it could not be asked. It holds no secret. */
  answer: z.string(),
  /** ISO 8601 in UTC: when a message that is failing or waiting is tried next. */
  nextTry: z.string().optional(),
  /** Of a resolved alert: how many findings it had. */
  findings: z.number().optional(),
});

export type DeliveryState = z.infer<typeof deliverySchema>;

const NOTICES = ['first', 'summary', 'resolved'] as const;

export type DeliveryNotice = (typeof NOTICES)[number];

/** A line of the alert's row. */
export interface AlertDelivery extends DeliveryState {
  readonly channel: string;
  readonly notice: DeliveryNotice;
}

/** What a receiver must know of what became of an alert's earlier messages. */
export interface EarlierDeliveries {
  /** Whether the channel takes the alert at all. */
  readonly isTaken: boolean;
  readonly first?: DeliveryState;
  readonly resolved?: DeliveryState;
}

const PREFIX = 'delivery#';

/** The attribute of an alert's row that says how far a channel's receiver is. A channel's name holds no `#`. */
export function deliveryAttribute(channel: string, notice: DeliveryNotice): string {
  return `${PREFIX}${channel}${notice === 'first' ? '' : `#${notice}`}`;
}

/** The deliveries that a row tells of. What another version wrote in another form is left out. */
export function deliveriesOf(item: Readonly<Record<string, unknown>>): readonly AlertDelivery[] {
  return Object.entries(item).flatMap(([attribute, value]) => {
    if (!attribute.startsWith(PREFIX)) return [];
    const [channel = '', suffix = 'first'] = attribute.slice(PREFIX.length).split('#');
    const notice = NOTICES.find((each) => each === suffix);
    const { success, data } = deliverySchema.safeParse(value);
    return success && notice !== undefined ? [{ channel, notice, ...data }] : [];
  });
}

/** Writes the results of receivers into the rows of alerts: each into an attribute of its own, and into no other. */
export class AlertDeliveries {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** Does nothing if there is no such alert. @throws the SDK's errors. */
  async note(alertId: string, { channel, notice, ...state }: AlertDelivery): Promise<void> {
    const command = new UpdateCommand({
      TableName: this.#table,
      Key: { alertId },
      UpdateExpression: 'SET #delivery = :delivery',
      ConditionExpression: 'attribute_exists(alertId)',
      ExpressionAttributeNames: { '#delivery': deliveryAttribute(channel, notice) },
      ExpressionAttributeValues: { ':delivery': state },
    });
    try {
      await this.#client.send(command);
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }

  /** What became of an alert's messages through a channel, as of now. @throws the SDK's errors. */
  async earlier(alertId: string, channel: string): Promise<EarlierDeliveries> {
    const first = deliveryAttribute(channel, 'first');
    const resolved = deliveryAttribute(channel, 'resolved');
    const { Item = {} } = await this.#client.send(
      new GetCommand({
        TableName: this.#table,
        Key: { alertId },
        ConsistentRead: true,
        ProjectionExpression: 'channels, #first, #resolved',
        ExpressionAttributeNames: { '#first': first, '#resolved': resolved },
      }),
    );
    const channels = z.object({ channels: z.looseObject({}) }).safeParse(Item);
    const found = deliveriesOf(Item);
    const of = (notice: DeliveryNotice) => found.find((each) => each.notice === notice);
    return {
      isTaken: channels.data?.channels[channel] !== undefined,
      ...(of('first') && { first: of('first') }),
      ...(of('resolved') && { resolved: of('resolved') }),
    };
  }
}
