import { type DynamoDBDocumentClient, GetCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { LEVELS } from '../../detection/index.ts';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { TABLES } from '../schema.ts';

export const VERDICTS = ['true', 'false'] as const;

/** `true`: the finding told of something that should not have been. `false`: it was harmless. */
export type Verdict = (typeof VERDICTS)[number];

/** The version of marks that this code writes. */
const MARK_VERSION = 1;

const markSchema = z.object({
  version: z.literal(MARK_VERSION),
  verdict: z.enum(VERDICTS),
  /** Why, in the words of who marked it. */
  reason: z.string(),
  /** ARN or name of who marked it. */
  by: z.string(),
  /** ISO 8601 in UTC. */
  at: z.string(),
});

/** What a person has found out about a finding. The last one counts. */
export type FindingMark = Omit<z.infer<typeof markSchema>, 'version'>;

/** What marking needs to know of a finding. */
export interface MarkedFinding {
  readonly findingId: string;
  readonly level: string;
  /** Absent if the finding was never alerted. */
  readonly alertId?: string;
  /** Absent if nobody marked it, or another version did so in another form. */
  readonly mark?: FindingMark;
}

const rowSchema = z.object({
  findingId: z.string(),
  level: z.enum(LEVELS),
  alertId: z.string().optional(),
  mark: z.unknown().optional(),
});

const idSchema = z.object({ findingId: z.string() });

const readMark = markSchema.transform(({ version, ...mark }): FindingMark => mark);

/** The mark of a finding's row; undefined if nobody marked it, or another version did so in another form. */
export function markOf(value: unknown): FindingMark | undefined {
  return readMark.safeParse(value).data;
}

const [, , , BY_ALERT] = TABLES.findings.indexes;

/** Marks findings as true or false, in an attribute of their rows that nothing else writes. */
export class FindingMarks {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** Marks a finding; a second mark replaces the first. @returns false if there is no such finding. @throws the SDK's errors. */
  async mark(findingId: string, mark: FindingMark): Promise<boolean> {
    const row: z.infer<typeof markSchema> = { version: MARK_VERSION, ...mark };
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { findingId },
          UpdateExpression: 'SET #mark = :mark',
          ConditionExpression: 'attribute_exists(findingId)',
          ExpressionAttributeNames: { '#mark': 'mark' },
          ExpressionAttributeValues: { ':mark': row },
        }),
      );
      return true;
    } catch (error) {
      if (isConditionFailure(error)) return false;
      throw error;
    }
  }

  /** A finding as it is marked now; undefined if there is none. @throws the SDK's errors. */
  async get(findingId: string): Promise<MarkedFinding | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#table,
        Key: { findingId },
        ConsistentRead: true,
        ProjectionExpression: 'findingId, #level, alertId, #mark',
        ExpressionAttributeNames: { '#level': 'level', '#mark': 'mark' },
      }),
    );
    if (Item === undefined) return undefined;
    const { mark: marked, alertId, ...row } = rowSchema.parse(Item);
    const mark = markOf(marked);
    return { ...row, ...(alertId !== undefined && { alertId }), ...(mark && { mark }) };
  }

  /** The ids of an alert's findings, the oldest first. The index that is read is a moment behind the table. @throws the SDK's errors. */
  async ofAlert(alertId: string): Promise<readonly string[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        IndexName: BY_ALERT.name,
        KeyConditionExpression: 'alertId = :id',
        ProjectionExpression: 'findingId',
        ExpressionAttributeValues: { ':id': alertId },
      },
    );
    const ids: string[] = [];
    for await (const { Items = [] } of pages)
      ids.push(
        ...z
          .array(idSchema)
          .parse(Items)
          .map((item) => item.findingId),
      );
    return ids;
  }
}
