import { randomBytes } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isInForce, type Suppression } from '../../alerts/noise/suppression.ts';
import type { SuppressionSource } from '../../alerts/noise/suppression-lookup.ts';
import type { CloudTrailEvent, Receipt } from '../../cloudtrail/cloudtrail-event.ts';
import { readRow } from '../dynamo/read-row.ts';
import { eventRows } from '../rows/event-row.ts';
import { summaryOf } from '../segments/summary.ts';
import { encodePages } from '../segments/table/page-rows.ts';
import { type TransactItem, transactPages } from '../segments/table/transact-pages.ts';
import { type Caller, type SuppressionChange, suppressionEvent } from './suppression-event.ts';

/**
 * Days that the rows of making and ending suppressions are kept, whatever the deployment says of others: whoever asks why nobody was told asks late.
 */
const AUDIT_DAYS = 3653;

/**
 * The version of suppression rows. The oldest rows have none. A newer row may have a condition that this version
 * doesn't know, and would suppress too much without it. So a newer row isn't read, and its findings raise alerts.
 */
const SUPPRESSION_ROW_VERSION = 1;

const rowSchema = z.object({
  rowVersion: z.literal(SUPPRESSION_ROW_VERSION).optional(),
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

/** @throws ZodError for a row that this version doesn't know. */
function readSuppression(item: Readonly<Record<string, unknown>>): Suppression {
  const { rowVersion, ...suppression } = rowSchema.parse(item);
  return suppression;
}

/** Called for a suppression that another version wrote and this one can't read: it suppresses nothing here. */
export type OnUnreadableSuppression = (suppressionId: string, reason: string) => void;

function* readable(
  items: readonly Readonly<Record<string, unknown>>[],
  onUnreadable: OnUnreadableSuppression,
): Generator<Suppression> {
  for (const item of items) {
    const reading = readRow(item, readSuppression);
    if ('row' in reading) yield reading.row;
    else onUnreadable(String(item.suppressionId), reading.unreadable);
  }
}

const recordsSchema = z.object({ records: z.array(z.string()).default([]) });

export interface SuppressionTables {
  /** Physical names. */
  readonly suppressions: string;
  readonly events: string;
  readonly segments: string;
}

/** Reads the suppressions that are in force, for whoever records findings. */
export function suppressionsOf(
  client: DynamoDBDocumentClient,
  table: string,
  onUnreadable: OnUnreadableSuppression,
): SuppressionSource {
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
      for await (const { Items = [] } of pages) {
        for (const suppression of readable(Items, onUnreadable)) found.push(suppression);
      }
      return found.filter((suppression) => isInForce(suppression, now));
    },
  };
}

/** What is to be suppressed. */
export type SuppressionRequest = Pick<Suppression, 'ruleId' | 'actor' | 'account' | 'until' | 'reason'>;

/** The suppressions as rows. Each change is written together with its event, or not at all. */
export class SuppressionTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #tables: SuppressionTables;
  readonly #now: () => Date;

  constructor(client: DynamoDBDocumentClient, tables: SuppressionTables, now: () => Date) {
    this.#client = client;
    this.#tables = tables;
    this.#now = now;
  }

  /** Functions that record findings know it within half a minute. @throws the SDK's errors. */
  async create(request: SuppressionRequest, caller: Caller): Promise<Suppression> {
    const now = this.#now();
    const named = { suppressionId: `sup-${randomBytes(5).toString('hex')}`, ...request };
    const event = this.#event('CreateSuppression', named, caller);
    const suppression = { ...named, createdBy: nameOf(event), createdAt: now.toISOString() };
    const isWritten = await this.#write(event, {
      Put: {
        TableName: this.#tables.suppressions,
        Item: {
          ...suppression,
          rowVersion: SUPPRESSION_ROW_VERSION,
          state: 'active',
          records: [JSON.stringify(event.record)],
        },
        ConditionExpression: 'attribute_not_exists(suppressionId)',
      },
    });
    if (!isWritten) throw new Error(`The suppression ${suppression.suppressionId} is there already. Try again.`);
    return suppression;
  }

  /**
   * Ends a suppression before its time.
   * @returns false if it was ended before.
   * @throws the SDK's errors.
   */
  async end(suppression: Suppression, caller: Caller): Promise<boolean> {
    const event = this.#event('EndSuppression', suppression, caller);
    return this.#write(event, {
      Update: {
        TableName: this.#tables.suppressions,
        Key: { suppressionId: suppression.suppressionId },
        UpdateExpression: 'SET #state = :ended, endedAt = :at, endedBy = :by, records = list_append(records, :records)',
        ConditionExpression: '#state = :active',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ':active': 'active',
          ':ended': 'ended',
          ':at': this.#now().toISOString(),
          ':by': nameOf(event),
          ':records': [JSON.stringify(event.record)],
        },
      },
    });
  }

  /**
   * A suppression by its id; undefined if there is none.
   * @throws Error for a row of another version that this one can't read.
   */
  async get(suppressionId: string): Promise<Suppression | undefined> {
    const Item = await this.#item(suppressionId);
    if (Item === undefined) return undefined;
    const reading = readRow(Item, readSuppression);
    if ('row' in reading) return reading.row;
    throw new Error(
      `The row of suppression ${suppressionId} was written by another version of Trailwarden (${reading.unreadable}). Use the command line of the version that is deployed.`,
    );
  }

  /** The record of the event that a receipt names, as JSON; undefined if there is none. */
  async record({ key, index }: Pick<Receipt, 'key' | 'index'>): Promise<string | undefined> {
    return recordsSchema.parse((await this.#item(key)) ?? {}).records[index];
  }

  /**
   * The suppressions that are in force, those that end soonest first; with `all`, also those that are over.
   * @param onUnreadable called for each row that this version can't read. Such rows are left out.
   */
  async *list({ all }: { readonly all: boolean }, onUnreadable: OnUnreadableSuppression): AsyncGenerator<Suppression> {
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
      for await (const { Items = [] } of pages) yield* readable(Items, onUnreadable);
    }
  }

  async #item(suppressionId: string): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#tables.suppressions, Key: { suppressionId }, ConsistentRead: true }),
    );
    return Item;
  }

  #event(
    eventName: SuppressionChange['eventName'],
    suppression: SuppressionChange['suppression'],
    caller: Caller,
  ): CloudTrailEvent {
    return suppressionEvent({ eventName, suppression, caller, table: this.#tables.suppressions, now: this.#now() });
  }

  /** Returns false where the condition of the change doesn't hold: then nothing is written. */
  async #write(event: CloudTrailEvent, change: TransactItem): Promise<boolean> {
    const { events, segments } = this.#tables;
    const rows = eventRows(event, { rowDays: AUDIT_DAYS, now: this.#now() });
    return transactPages({
      client: this.#client,
      table: segments,
      shard: 0,
      pages: encodePages([summaryOf(event)]),
      changes: [change, ...rows.map((Item) => ({ Put: { TableName: events, Item } }))],
      now: this.#now,
    });
  }
}

/** Who it was, in one line: the actor, and the session of a role. */
function nameOf({ actor }: CloudTrailEvent): string {
  return actor.session === undefined ? actor.id : `${actor.id} (session ${actor.session})`;
}
