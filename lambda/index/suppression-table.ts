import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isInForce, type Suppression } from '../alerts/suppression.ts';
import type { SuppressionSource } from '../alerts/suppression-lookup.ts';
import type { CloudTrailEvent } from '../cloudtrail/event.ts';
import { eventRows } from './event-row.ts';
import { KnownDaysWriter } from './known-days.ts';
import { ShardSettings } from './shard-settings.ts';

/**
 * Days that the events of making and ending suppressions stay in the index: whoever asks why nobody was told asks late.
 */
const AUDIT_DAYS = 3653;

const suppressionSchema: z.ZodType<Suppression> = z.object({
  suppressionId: z.string(),
  ruleId: z.string(),
  actor: z.string().optional(),
  account: z.string().optional(),
  until: z.string(),
  reason: z.string(),
  createdBy: z.string(),
  createdAt: z.string(),
  endedAt: z.string().optional(),
  endedBy: z.string().optional(),
});

export interface SuppressionTables {
  /** Physical names. */
  readonly suppressions: string;
  readonly events: string;
}

type TransactItems = NonNullable<TransactWriteCommandInput['TransactItems']>;

/** Reads the suppressions that are in force, for whoever records findings. */
export function suppressionsOf(client: DynamoDBDocumentClient, table: string): SuppressionSource {
  return {
    ofRule: async (ruleId, now) => {
      const found: Suppression[] = [];
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          IndexName: 'by-rule',
          KeyConditionExpression: 'ruleId = :rule AND #until > :now',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':rule': ruleId, ':now': now.toISOString() },
        },
      );
      for await (const { Items = [] } of pages) found.push(...Items.map((item) => suppressionSchema.parse(item)));
      return found.filter((suppression) => isInForce(suppression, now));
    },
  };
}

/** The suppressions as rows. Each change is written together with the event that tells of it, or not at all. */
export class SuppressionTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #tables: SuppressionTables;
  readonly #now: () => Date;

  constructor(client: DynamoDBDocumentClient, tables: SuppressionTables, now: () => Date) {
    this.#client = client;
    this.#tables = tables;
    this.#now = now;
  }

  /** @throws the SDK's errors, TransactionCanceledException for an id that is taken among them. */
  async create(suppression: Suppression, event: CloudTrailEvent): Promise<void> {
    await this.#write(event, {
      Put: {
        TableName: this.#tables.suppressions,
        Item: { ...suppression, state: 'active', records: [JSON.stringify(event.record)] },
        ConditionExpression: 'attribute_not_exists(suppressionId)',
      },
    });
  }

  /** @throws the SDK's errors, TransactionCanceledException where somebody else has ended it among them. */
  async end(suppression: Required<Pick<Suppression, 'suppressionId' | 'endedAt' | 'endedBy'>>, event: CloudTrailEvent) {
    await this.#write(event, {
      Update: {
        TableName: this.#tables.suppressions,
        Key: { suppressionId: suppression.suppressionId },
        UpdateExpression: 'SET #state = :ended, endedAt = :at, endedBy = :by, records = list_append(records, :records)',
        ConditionExpression: '#state = :active',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ':active': 'active',
          ':ended': 'ended',
          ':at': suppression.endedAt,
          ':by': suppression.endedBy,
          ':records': [JSON.stringify(event.record)],
        },
      },
    });
  }

  async get(suppressionId: string): Promise<Suppression | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#tables.suppressions, Key: { suppressionId }, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : suppressionSchema.parse(Item);
  }

  /** The suppressions in force, those that end soonest first; with `all` also those that are over. */
  async *list({ all }: { readonly all: boolean }): AsyncGenerator<Suppression> {
    const now = this.#now();
    for (const state of all ? ['active', 'ended'] : ['active']) {
      const pages = paginateQuery(
        { client: this.#client },
        {
          TableName: this.#tables.suppressions,
          IndexName: 'by-state',
          KeyConditionExpression: '#state = :state AND #until > :from',
          ExpressionAttributeNames: { '#state': 'state', '#until': 'until' },
          ExpressionAttributeValues: { ':state': state, ':from': all ? '0' : now.toISOString() },
        },
      );
      for await (const { Items = [] } of pages) yield* Items.map((item) => suppressionSchema.parse(item));
    }
  }

  async #write(event: CloudTrailEvent, change: TransactItems[number]): Promise<void> {
    const now = this.#now();
    const { events } = this.#tables;
    const shards = await new ShardSettings(this.#client, events).read();
    const days = { client: this.#client, eventsTable: events, retentionDays: AUDIT_DAYS, now: this.#now };
    await new KnownDaysWriter(days).noteEvent(event.account, event.eventTime);
    const rows = eventRows(event, { shards, retentionDays: AUDIT_DAYS, now });
    await this.#client.send(
      new TransactWriteCommand({
        TransactItems: [change, ...rows.map((Item) => ({ Put: { TableName: events, Item } }))],
      }),
    );
  }
}
