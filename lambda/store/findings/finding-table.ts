import { type DynamoDBDocumentClient, PutCommand, paginateQuery, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { AlertDecision } from '../../alerts/alert-dispatcher.ts';
import type { Finding } from '../../findings/finding.ts';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { NewRows } from '../dynamo/new-rows.ts';
import { readFindingRow } from './finding-row.ts';

/** The members of a finding's row that say what was decided. DynamoDB returns them with a refused write. */
const decisionSchema = z.object({
  alertId: z.object({ S: z.string() }).optional(),
  windowMinutes: z.object({ N: z.coerce.number().int().positive() }).optional(),
  suppressedBy: z.object({ S: z.string() }).optional(),
  joinedTo: z.object({ S: z.string() }).optional(),
  eventID: z.object({ S: z.string() }).optional(),
});

const refusalSchema = z.object({ Item: decisionSchema });

export interface Recorded {
  readonly status: 'new' | 'known';
  /** The decision that counts: that of the function that recorded the finding first. */
  readonly decision: AlertDecision;
  /** The event that the row tells of: another one of the session, where a finding stands for a whole one. */
  readonly eventID: string;
}

export interface FindingsOfAlert {
  readonly count: number;
  /** The last one by eventTime; absent if there is none. */
  readonly last?: Finding;
}

/** The findings as rows: each is stored once, always under the same id. */
export class FindingTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #newRows: NewRows;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
    this.#newRows = new NewRows(client, table, ['findingId']);
  }

  /** Records a finding. The first one stays: another object that holds the same event changes nothing. */
  async record(finding: Finding, decision: AlertDecision, now: Date): Promise<Recorded> {
    const { recordedOnly, ...attributes } = { recordedOnly: undefined, ...decision };
    const row = {
      ...finding,
      levelDay: `${finding.level}#${finding.eventTime.slice(0, 10)}`,
      ...attributes,
      recordedAt: now.toISOString(),
    };
    if (await this.#newRows.put(row)) return { status: 'new', decision, eventID: finding.eventID };
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: row,
          ConditionExpression: 'attribute_not_exists(findingId)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { status: 'new', decision, eventID: finding.eventID };
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      const { Item } = refusalSchema.parse(error);
      return { status: 'known', decision: decisionOf(Item), eventID: Item.eventID?.S ?? finding.eventID };
    }
  }

  /** How many findings an alert has, and the last of them. The index that is read is a moment behind the table. */
  async ofAlert(alertId: string): Promise<FindingsOfAlert> {
    const query = {
      TableName: this.#table,
      IndexName: 'by-alert',
      KeyConditionExpression: 'alertId = :id',
      ExpressionAttributeValues: { ':id': alertId },
    };
    let count = 0;
    for await (const page of paginateQuery({ client: this.#client }, { ...query, Select: 'COUNT' })) {
      count += page.Count ?? 0;
    }
    const { Items = [] } = await this.#client.send(new QueryCommand({ ...query, ScanIndexForward: false, Limit: 1 }));
    const [last] = Items.map(readFindingRow);
    return { count, ...(last && { last }) };
  }
}

function decisionOf({ alertId, windowMinutes, suppressedBy, joinedTo }: z.infer<typeof decisionSchema>): AlertDecision {
  if (suppressedBy !== undefined) return { suppressedBy: suppressedBy.S };
  if (joinedTo !== undefined) return { joinedTo: joinedTo.S };
  if (alertId === undefined || windowMinutes === undefined) return { recordedOnly: true };
  return { alertId: alertId.S, windowMinutes: windowMinutes.N };
}
