import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Alert } from '../alerts/alert.ts';
import type { AlertPublication } from '../alerts/publication.ts';
import type { AlertStore, Creation } from '../alerts/store.ts';
import { STORM_RULE_ID, type Storm } from '../alerts/storm.ts';
import {
  type AlertRow,
  type DueOpen,
  type DuePending,
  readAlertRow,
  readDueOpen,
  readDuePending,
} from './alert-row.ts';
import { isConditionFailure } from './conditional.ts';

type AlertState = NonNullable<AlertRow['state']>;

/** What of a row says how far its alert is, as DynamoDB gives it back with a refused write. */
const refusalSchema = z.object({ Item: z.object({ closedAt: z.unknown().optional(), state: z.unknown().optional() }) });

const NAMES = { '#state': 'state' };

/** The alerts as rows. `state` is there only while something is left to do. */
export class AlertTable implements AlertStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => Date;

  constructor(client: DynamoDBDocumentClient, table: string, now: () => Date) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  create(alert: Alert, publication: AlertPublication, leaseUntil: Date): Promise<Creation> {
    return this.#create({
      alertId: alert.alertId,
      kind: 'alert',
      ruleId: alert.ruleId,
      level: alert.level,
      account: alert.account,
      actor: alert.actor,
      windowStart: alert.window.start,
      windowEnd: alert.window.end,
      openedBy: alert.finding.findingId,
      publication,
      dueAt: leaseUntil.toISOString(),
    });
  }

  createStorm(storm: Storm, publication: AlertPublication, leaseUntil: Date): Promise<Creation> {
    return this.#create({
      alertId: storm.alertId,
      kind: 'storm',
      ruleId: STORM_RULE_ID,
      level: storm.level,
      windowStart: storm.minute.start,
      windowEnd: storm.minute.end,
      limit: storm.limit,
      publication,
      dueAt: leaseUntil.toISOString(),
    });
  }

  async #create(row: Readonly<Record<string, unknown>>): Promise<Creation> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...row, state: 'pending' satisfies AlertState, createdAt: this.#now().toISOString() },
          ConditionExpression: 'attribute_not_exists(alertId)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return 'created';
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      const { closedAt, state } = refusalSchema.parse(error).Item;
      return closedAt !== undefined && state === undefined ? 'closed' : 'known';
    }
  }

  async markSent(alertId: string, sentAt: Date, summaryDueAt: Date): Promise<void> {
    await this.#updateIf(alertId, {
      UpdateExpression: 'SET #state = :open, dueAt = :due, sentAt = :sentAt REMOVE publication',
      ConditionExpression: '#state = :pending',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: {
        ':open': 'open',
        ':pending': 'pending',
        ':due': summaryDueAt.toISOString(),
        ':sentAt': sentAt.toISOString(),
      },
    });
  }

  async collapse(alertId: string, stormId: string): Promise<void> {
    await this.#updateIf(alertId, {
      UpdateExpression: 'SET collapsedInto = :storm REMOVE #state, dueAt, publication',
      ConditionExpression: '#state = :pending',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: { ':storm': stormId, ':pending': 'pending' },
    });
  }

  async reopen(alertId: string, summaryDueAt: Date): Promise<void> {
    await this.#updateIf(alertId, {
      UpdateExpression: 'SET #state = :open, dueAt = :due',
      ConditionExpression: 'attribute_exists(closedAt) AND attribute_not_exists(#state)',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: { ':open': 'open', ':due': summaryDueAt.toISOString() },
    });
  }

  /** Notes that a window was summed up, and nothing is left to do. Nothing where that was noted before. */
  async close(alertId: string, findings: number, { summarySent }: { summarySent: boolean }): Promise<void> {
    const now = this.#now().toISOString();
    await this.#updateIf(alertId, {
      UpdateExpression: `SET findings = :findings, closedAt = :now${summarySent ? ', summarySentAt = :now' : ''} REMOVE #state, dueAt`,
      ConditionExpression: '#state = :open',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: { ':findings': findings, ':now': now, ':open': 'open' },
    });
  }

  /** Takes over what is due. False where somebody else was faster, or it is done. */
  takeLease(due: Pick<DueOpen, 'alertId' | 'dueAt'>, state: AlertState, leaseUntil: Date): Promise<boolean> {
    return this.#updateIf(due.alertId, {
      UpdateExpression: 'SET dueAt = :until',
      ConditionExpression: '#state = :state AND dueAt = :seen',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: { ':until': leaseUntil.toISOString(), ':state': state, ':seen': due.dueAt },
    });
  }

  /** Pending alerts whose lease has run out, the longest waiting first. */
  async *pending(now: Date): AsyncGenerator<DuePending> {
    for await (const item of this.#due('pending', now)) yield readDuePending(item);
  }

  /** Sent alerts whose window is to be summed up, the longest waiting first. */
  async *open(now: Date): AsyncGenerator<DueOpen> {
    for await (const item of this.#due('open', now)) yield readDueOpen(item);
  }

  /** How many alerts are pending, those with a lease included. */
  async countPending(): Promise<number> {
    let count = 0;
    const pages = paginateQuery({ client: this.#client }, { ...this.#inState('pending'), Select: 'COUNT' });
    for await (const page of pages) count += page.Count ?? 0;
    return count;
  }

  /** An alert by its id, not there where there is none. */
  async get(alertId: string): Promise<AlertRow | undefined> {
    const { Item } = await this.#client.send(new GetCommand({ TableName: this.#table, Key: { alertId } }));
    return Item === undefined ? undefined : readAlertRow(Item);
  }

  /** The alerts that a storm stands for. The index that is asked is a moment behind the table. */
  async *collapsedInto(stormId: string): AsyncGenerator<AlertRow> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        IndexName: 'by-storm',
        KeyConditionExpression: 'collapsedInto = :storm',
        ExpressionAttributeValues: { ':storm': stormId },
      },
    );
    for await (const { Items = [] } of pages) yield* Items.map(readAlertRow);
  }

  async *#due(state: AlertState, now: Date): AsyncGenerator<Record<string, unknown>> {
    const query = this.#inState(state);
    const pages = paginateQuery(
      { client: this.#client },
      {
        ...query,
        KeyConditionExpression: `${query.KeyConditionExpression} AND dueAt <= :now`,
        ExpressionAttributeValues: { ...query.ExpressionAttributeValues, ':now': now.toISOString() },
      },
    );
    for await (const { Items = [] } of pages) yield* Items;
  }

  #inState(state: AlertState) {
    return {
      TableName: this.#table,
      IndexName: 'by-state',
      KeyConditionExpression: '#state = :state',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: { ':state': state },
    };
  }

  /** False where the condition didn't hold. */
  async #updateIf(alertId: string, update: Omit<UpdateCommandInput, 'TableName' | 'Key'>): Promise<boolean> {
    try {
      await this.#client.send(new UpdateCommand({ TableName: this.#table, Key: { alertId }, ...update }));
      return true;
    } catch (error) {
      if (isConditionFailure(error)) return false;
      throw error;
    }
  }
}
