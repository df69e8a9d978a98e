import {
  type DynamoDBDocumentClient,
  PutCommand,
  paginateQuery,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Alert } from '../alerts/alert.ts';
import type { AlertStore } from '../alerts/dispatcher.ts';
import type { AlertPublication } from '../alerts/publisher.ts';
import { LEVELS } from '../detection/index.ts';
import { isConditionFailure } from './conditional.ts';

const dueAlertSchema = z.object({
  alertId: z.string(),
  dueAt: z.string(),
  publication: z.object({
    level: z.enum(LEVELS),
    subject: z.string(),
    text: z.string(),
    json: z.string(),
    attributes: z.object({
      ruleId: z.string(),
      level: z.string(),
      account: z.string(),
      region: z.string(),
      action: z.string(),
      actorKind: z.string(),
    }),
  }),
});

/** An alert whose publication nobody finished. */
export interface DueAlert {
  readonly alertId: string;
  /** The end of the lease that ran out. */
  readonly dueAt: string;
  readonly publication: AlertPublication;
}

/** The alerts as rows. `state` is there only while something is left to do. */
export class AlertTable implements AlertStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async create(alert: Alert, publication: AlertPublication, leaseUntil: Date): Promise<boolean> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: {
            alertId: alert.alertId,
            state: 'pending',
            dueAt: leaseUntil.toISOString(),
            ruleId: alert.ruleId,
            level: alert.level,
            account: alert.account,
            actor: alert.actor,
            windowStart: alert.window.start,
            windowEnd: alert.window.end,
            openedBy: alert.finding.findingId,
            publication,
          },
          ConditionExpression: 'attribute_not_exists(alertId)',
        }),
      );
      return true;
    } catch (error) {
      if (isConditionFailure(error)) return false;
      throw error;
    }
  }

  async markSent(alertId: string, sentAt: Date): Promise<void> {
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { alertId },
        UpdateExpression: 'SET sentAt = if_not_exists(sentAt, :sentAt) REMOVE #state, dueAt',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':sentAt': sentAt.toISOString() },
      }),
    );
  }

  /** Pending alerts whose lease has run out, the longest waiting first. */
  async *pending(now: Date): AsyncGenerator<DueAlert> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        IndexName: 'by-state',
        KeyConditionExpression: '#state = :pending AND dueAt <= :now',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':pending': 'pending', ':now': now.toISOString() },
      },
    );
    for await (const { Items = [] } of pages) {
      for (const item of Items) yield dueAlertSchema.parse(item);
    }
  }

  /** How many alerts are pending, those with a lease included. */
  async countPending(): Promise<number> {
    let count = 0;
    let start: Record<string, unknown> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          IndexName: 'by-state',
          KeyConditionExpression: '#state = :pending',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':pending': 'pending' },
          Select: 'COUNT',
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      count += page.Count ?? 0;
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return count;
  }

  /** Takes over a lease that has run out. False where somebody else was faster, or the alert is sent. */
  async takeLease(alert: DueAlert, leaseUntil: Date): Promise<boolean> {
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { alertId: alert.alertId },
          UpdateExpression: 'SET dueAt = :until',
          ConditionExpression: '#state = :pending AND dueAt = :seen',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: {
            ':until': leaseUntil.toISOString(),
            ':pending': 'pending',
            ':seen': alert.dueAt,
          },
        }),
      );
      return true;
    } catch (error) {
      if (isConditionFailure(error)) return false;
      throw error;
    }
  }
}
