import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { PublicationSlots } from '../../alerts/store.ts';
import { isConditionFailure } from '../dynamo/conditional.ts';
import { EVENT_BOOKKEEPING, TIME_TO_LIVE_ATTRIBUTE } from '../schema.ts';

/** A row is asked about in its minute only; it stays a day for whoever looks into a storm. */
const KEPT_SECONDS = 86_400;

/** The places of a minute are a set of alert ids: whoever asks twice has one place, and a count can't drift. */
export class PublicationSlotTable implements PublicationSlots {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, eventsTable: string) {
    this.#client = client;
    this.#table = eventsTable;
  }

  async claim(series: string, alertId: string, limit: number, now: Date): Promise<boolean> {
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: {
            eventID: EVENT_BOOKKEEPING.partition,
            part: `${EVENT_BOOKKEEPING.parts.publicationSlots}${series}#${now.toISOString().slice(0, 16)}`,
          },
          UpdateExpression: 'ADD slots :set SET #expires = :expires',
          // A set of another version's form fails the update as invalid, and not the condition.
          ConditionExpression:
            'attribute_not_exists(slots) OR NOT attribute_type(slots, :stringSet) OR size(slots) < :limit OR contains(slots, :id)',
          ExpressionAttributeNames: { '#expires': TIME_TO_LIVE_ATTRIBUTE },
          ExpressionAttributeValues: {
            ':set': new Set([alertId]),
            ':id': alertId,
            ':stringSet': 'SS',
            ':limit': limit,
            ':expires': Math.floor(now.getTime() / 1000) + KEPT_SECONDS,
          },
        }),
      );
      return true;
    } catch (error) {
      if (isConditionFailure(error)) return false;
      // Another version keeps its places in another form: what can't be counted is no reason to keep an alert back.
      if (error instanceof Error && error.name === 'ValidationException') return true;
      throw error;
    }
  }
}
