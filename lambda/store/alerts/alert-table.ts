import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { AlertStore, Creation, Noted, PendingAlert, Prepared } from '../../alerts/alert-store.ts';
import { type AlertState, nextLook } from '../../alerts/channels/alert-progress.ts';
import { arePending } from '../../alerts/channels/channel-state.ts';
import type { Alert } from '../../alerts/messages/alert-content.ts';
import { STORM_RULE_ID, type Storm } from '../../alerts/noise/alert-storm.ts';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { type ReadRow, readRow } from '../dynamo/read-row.ts';
import { updateExpression } from '../dynamo/update-expression.ts';
import {
  ALERT_ROW_VERSION,
  type AlertRow,
  type DuePending,
  type DueRow,
  readAlertRow,
  readDueOpen,
  readDuePending,
} from './alert-row.ts';

/** The members of a row that say how far its alert is. DynamoDB returns them with a refused write. */
const refusalSchema = z.object({ Item: z.object({ closedAt: z.unknown().optional(), state: z.unknown().optional() }) });

/** The channel whose message is kept. */
const PEOPLE = 'people';

const NAMES = { '#state': 'state' };

/**
 * The state of rows that couldn't be read. They block no other row, and a version that can read them takes them back.
 */
const SET_ASIDE = 'set-aside';

const setAsideSchema = z.object({ alertId: z.string(), setAside: z.object({ from: z.enum(['pending', 'open']) }) });

/** The result of summing up a window. */
export interface Summed {
  /** What all channels have reported, if the window is done for now. */
  readonly findings?: number;
  /** Whether nothing is left to do, until another finding comes. */
  readonly isClosed: boolean;
  /** Whether some channel has sent a summary just now. */
  readonly wasSent: boolean;
}

/** A row of the index of what is due. */
export type DueAlert<Row> = ReadRow<Row> & { readonly alertId: string };

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

  create(alert: Alert, prepared: Prepared, leaseUntil: Date): Promise<Creation> {
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
      ...prepared,
      dueAt: leaseUntil.toISOString(),
    });
  }

  createStorm(storm: Storm, prepared: Prepared, leaseUntil: Date): Promise<Creation> {
    return this.#create({
      alertId: storm.alertId,
      kind: 'storm',
      ruleId: STORM_RULE_ID,
      level: storm.level,
      windowStart: storm.minute.start,
      windowEnd: storm.minute.end,
      limit: storm.limit,
      ...prepared,
      dueAt: leaseUntil.toISOString(),
    });
  }

  async #create(row: Readonly<Record<string, unknown>>): Promise<Creation> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: {
            ...row,
            rowVersion: ALERT_ROW_VERSION,
            state: 'pending' satisfies AlertState,
            createdAt: this.#now().toISOString(),
          },
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

  async note(
    { alertId, leaseUntil, publication }: Pick<PendingAlert, 'alertId' | 'leaseUntil' | 'publication'>,
    noted: Noted,
  ): Promise<void> {
    const { channels } = noted.progress;
    // What isn't named after a channel is shared by several.
    const left = Object.entries(publication.messages).filter(
      ([name]) => channels[name] === undefined || channels[name].state === 'pending',
    );
    const isPending = arePending(channels);
    const message = publication.messages[PEOPLE];
    const isToldToPeople = message !== undefined && channels[PEOPLE]?.state === 'sent';
    await this.#noteProgress(alertId, leaseUntil, noted, {
      set: {
        ...(noted.sentAt !== undefined && { sentAt: noted.sentAt.toISOString() }),
        // What people got is asked for long after, when no rule and no version of this program makes it again.
        ...(isToldToPeople && { message }),
        ...(isPending && { publication: { ...publication, messages: Object.fromEntries(left) } }),
      },
      remove: isPending ? [] : ['publication'],
    });
  }

  /**
   * Notes how far the summary of a window is, and ends the lease. Does nothing if another function has taken it over.
   */
  async noteSummary(
    { alertId, leaseUntil }: { readonly alertId: string; readonly leaseUntil: string },
    noted: Noted,
    { findings, isClosed, wasSent }: Summed,
  ): Promise<void> {
    const now = this.#now().toISOString();
    await this.#noteProgress(alertId, leaseUntil, noted, {
      set: {
        ...(findings !== undefined && { findings }),
        ...(isClosed && { closedAt: now }),
        ...(wasSent && { summarySentAt: now }),
      },
      remove: [],
    });
  }

  async #noteProgress(
    alertId: string,
    leaseUntil: string,
    { progress, givenUp }: Noted,
    { set, remove }: { readonly set: Readonly<Record<string, unknown>>; readonly remove: readonly string[] },
  ): Promise<void> {
    const { channels, summary, summaryDueAt } = progress;
    const look = nextLook(progress, this.#now());
    const change = updateExpression({
      set: {
        ...set,
        rowVersion: ALERT_ROW_VERSION,
        channels,
        ...(summary !== undefined && { summary }),
        ...(summaryDueAt !== undefined && { summaryDueAt }),
        ...(look !== undefined && { ...look }),
      },
      remove: [
        ...remove,
        ...(summaryDueAt === undefined ? ['summaryDueAt'] : []),
        ...(look === undefined ? ['state', 'dueAt'] : []),
      ],
    });
    const linesOfThoseGivenUp = '#givenUp = list_append(if_not_exists(#givenUp, :none), :givenUp)';
    const hasGivenUp = givenUp.length > 0;
    await this.#updateIf(alertId, {
      UpdateExpression: hasGivenUp
        ? change.UpdateExpression.replace(/^SET /, `SET ${linesOfThoseGivenUp}, `)
        : change.UpdateExpression,
      ConditionExpression: '#dueAt = :lease',
      ExpressionAttributeNames: {
        ...change.ExpressionAttributeNames,
        '#dueAt': 'dueAt',
        ...(hasGivenUp && { '#givenUp': 'givenUp' }),
      },
      ExpressionAttributeValues: {
        ...change.ExpressionAttributeValues,
        ':lease': leaseUntil,
        ...(hasGivenUp && { ':none': [], ':givenUp': givenUp }),
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

  /** Takes the lease of an alert that is due. False if another function was faster, or if the alert is done. */
  takeLease({ alertId, dueAt }: Pick<DueRow, 'alertId' | 'dueAt'>, state: AlertState, until: Date): Promise<boolean> {
    return this.#updateIf(alertId, {
      UpdateExpression: 'SET dueAt = :until',
      ConditionExpression: '#state = :state AND dueAt = :seen',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: { ':until': until.toISOString(), ':state': state, ':seen': dueAt },
    });
  }

  /** Alerts without a lease whose first message some channel hasn't sent. Those that wait longest come first. */
  async *pending(now: Date): AsyncGenerator<DueAlert<DuePending>> {
    for await (const item of this.#due('pending', now)) yield dueAlert(item, readDuePending);
  }

  /** Sent alerts whose window must be summed up, or whose summary must be sent. Those that wait longest come first. */
  async *open(now: Date): AsyncGenerator<DueAlert<DueRow>> {
    for await (const item of this.#due('open', now)) yield dueAlert(item, readDueOpen);
  }

  /** Sets a row aside that can't be read, so that it blocks no other. Does nothing if it is in another state by now. */
  async setAside(alertId: string, from: AlertState, reason: string): Promise<void> {
    await this.#updateIf(alertId, {
      UpdateExpression: 'SET #state = :aside, setAside = :note',
      ConditionExpression: '#state = :from',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: {
        ':aside': SET_ASIDE,
        ':from': from,
        ':note': { from, reason, at: this.#now().toISOString() },
      },
    });
  }

  /** Takes back the rows that were set aside (perhaps by an older version) and that this version can read. */
  async takeBack(): Promise<void> {
    for await (const { Items = [] } of paginateQuery({ client: this.#client }, this.#inState(SET_ASIDE))) {
      for (const item of Items) {
        const reading = readRow(item, (row) => {
          const aside = setAsideSchema.parse(row);
          (aside.setAside.from === 'pending' ? readDuePending : readDueOpen)(row);
          return aside;
        });
        if ('row' in reading) await this.#takeBack(reading.row);
      }
    }
  }

  async #takeBack({ alertId, setAside: { from } }: z.infer<typeof setAsideSchema>): Promise<void> {
    await this.#updateIf(alertId, {
      UpdateExpression: 'SET #state = :from REMOVE setAside',
      ConditionExpression: '#state = :aside',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: { ':aside': SET_ASIDE, ':from': from },
    });
  }

  /** How many alerts are pending, those with a lease included. */
  countPending(): Promise<number> {
    return this.#count('pending');
  }

  /** How many rows are set aside, because they couldn't be read. */
  countSetAside(): Promise<number> {
    return this.#count(SET_ASIDE);
  }

  async #count(state: AlertState | typeof SET_ASIDE): Promise<number> {
    let count = 0;
    const pages = paginateQuery({ client: this.#client }, { ...this.#inState(state), Select: 'COUNT' });
    for await (const page of pages) count += page.Count ?? 0;
    return count;
  }

  /**
   * An alert by its id; undefined if there is none.
   * @throws Error for a row of another version that this one can't read.
   */
  async get(alertId: string): Promise<AlertRow | undefined> {
    const { Item } = await this.#client.send(new GetCommand({ TableName: this.#table, Key: { alertId } }));
    if (Item === undefined) return undefined;
    const reading = readRow(Item, readAlertRow);
    if ('row' in reading) return reading.row;
    throw new Error(
      `The row of alert ${alertId} was written by another version of Trailwarden (${reading.unreadable}). Use the command line of the version that is deployed.`,
    );
  }

  /**
   * The alerts that a storm replaces. The index that is read is a moment behind the table.
   * @param onUnreadable called with the alert's id for each row that this version can't read. Such rows are left out.
   */
  async *collapsedInto(
    stormId: string,
    onUnreadable: (alertId: string, reason: string) => void,
  ): AsyncGenerator<AlertRow> {
    for await (const item of this.#collapsed(stormId)) {
      const reading = dueAlert(item, readAlertRow);
      if ('row' in reading) yield reading.row;
      else onUnreadable(reading.alertId, reading.unreadable);
    }
  }

  /** The rules of the alerts that a storm replaces: one for each alert. Nothing else in their rows is read. */
  async *rulesCollapsedInto(stormId: string): AsyncGenerator<string> {
    for await (const { ruleId } of this.#collapsed(stormId)) yield typeof ruleId === 'string' ? ruleId : 'unknown';
  }

  async *#collapsed(stormId: string): AsyncGenerator<Record<string, unknown>> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        IndexName: 'by-storm',
        KeyConditionExpression: 'collapsedInto = :storm',
        ExpressionAttributeValues: { ':storm': stormId },
      },
    );
    for await (const { Items = [] } of pages) yield* Items;
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

  #inState(state: AlertState | typeof SET_ASIDE) {
    return {
      TableName: this.#table,
      IndexName: 'by-state',
      KeyConditionExpression: '#state = :state',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: { ':state': state },
    };
  }

  /** False if the condition didn't hold. */
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

function dueAlert<Row>(
  item: Record<string, unknown>,
  read: (item: Record<string, unknown>) => Row,
): ReadRow<Row> & { readonly alertId: string } {
  // The table's key: each row has it.
  return { alertId: String(item.alertId), ...readRow(item, read) };
}
