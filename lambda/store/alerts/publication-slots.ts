import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { PublicationSlots } from '../../alerts/alert-store.ts';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { EVENT_BOOKKEEPING, TIME_TO_LIVE_ATTRIBUTE } from '../schema.ts';

/** A row is needed in its minute only. It stays a day for people who look into a storm. */
const KEPT_SECONDS = 86_400;

/** The places of a minute are a set of alert ids: an alert that asks twice has one place, and the count stays exact. */
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
          // If another version wrote the set in another form, the update fails as invalid, not by its condition.
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
      // Another version keeps its places in another form. An alert isn't held back because places can't be counted.
      if (error instanceof Error && error.name === 'ValidationException') return true;
      throw error;
    }
  }
}
