import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionFailure } from '../dynamo/condition-failure.ts';

/** How far the receiver of a channel is with a message. The row's channel says only that the message is in its queue. */
const deliverySchema = z.object({
  state: z.enum(['delivered', 'failing', 'given-up']),
  /** ISO 8601 in UTC: of the last attempt. */
  at: z.string(),
  tries: z.number(),
  /** What the other side answered, or why it could not be asked. It holds no secret. */
  answer: z.string(),
});

export type DeliveryState = z.infer<typeof deliverySchema>;

export type DeliveryNotice = 'first' | 'summary';

/** A line of the alert's row. */
export interface AlertDelivery extends DeliveryState {
  readonly channel: string;
  readonly notice: DeliveryNotice;
}

const PREFIX = 'delivery#';
const SUMMARY = '#summary';

/** The attribute of an alert's row that says how far a channel's receiver is. A channel's name holds no `#`. */
export function deliveryAttribute(channel: string, notice: DeliveryNotice): string {
  return `${PREFIX}${channel}${notice === 'summary' ? SUMMARY : ''}`;
}

/** The deliveries that a row tells of. What another version wrote in another form is left out. */
export function deliveriesOf(item: Readonly<Record<string, unknown>>): readonly AlertDelivery[] {
  return Object.entries(item).flatMap(([attribute, value]) => {
    if (!attribute.startsWith(PREFIX)) return [];
    const { success, data } = deliverySchema.safeParse(value);
    if (!success) return [];
    const isSummary = attribute.endsWith(SUMMARY);
    const channel = attribute.slice(PREFIX.length, isSummary ? -SUMMARY.length : undefined);
    return [{ channel, notice: isSummary ? 'summary' : 'first', ...data }];
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
}
