import { type DynamoDBDocumentClient, paginateQuery, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { updateExpression } from '../dynamo/update-expression.ts';
import { LEDGER_BOOKKEEPING } from '../schema.ts';

const rowSchema = z.object({ account: z.string(), awsRegion: z.string() });

/** Rows of before there was one lack the day until they are noted again. */
const firstDaySchema = z.object({ firstDay: z.iso.date().optional() });

/** An account and a region that log objects or digests came from. */
export interface AccountRegion {
  readonly account: string;
  readonly region: string;
}

/**
 * The accounts and regions that the ledger has rows of. Its index is by account, region and day, so a query must know
 * them.
 */
export class AccountRegions {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #noted = new Set<string>();

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /**
   * Notes a pair. A process writes it once, and it is always the same row.
   * @param readAt where log objects of it are read: the first day on which that was done stays.
   */
  async note({ account, region }: AccountRegion, readAt?: Date): Promise<void> {
    const version = `${account}#${region}`;
    if (this.#noted.has(version)) return;
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { object: LEDGER_BOOKKEEPING.accountRegions, version },
        ...updateExpression({
          set: { account, awsRegion: region },
          ...(readAt && { setOnce: { firstDay: readAt.toISOString().slice(0, 10) } }),
        }),
      }),
    );
    this.#noted.add(version);
  }

  /** The first day on which log objects of an account were read, `YYYY-MM-DD`; undefined if none is known. */
  async firstDayOf(account: string): Promise<string | undefined> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: '#object = :object AND begins_with(#version, :account)',
        ExpressionAttributeNames: { '#object': 'object', '#version': 'version' },
        ExpressionAttributeValues: { ':object': LEDGER_BOOKKEEPING.accountRegions, ':account': `${account}#` },
        ConsistentRead: true,
      }),
    );
    const days = Items.flatMap((item) => firstDaySchema.parse(item).firstDay ?? []);
    return days.toSorted()[0];
  }

  /** Every pair, sorted by account and region. */
  async list(): Promise<readonly AccountRegion[]> {
    const found: AccountRegion[] = [];
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: '#object = :object',
        ExpressionAttributeNames: { '#object': 'object' },
        ExpressionAttributeValues: { ':object': LEDGER_BOOKKEEPING.accountRegions },
      },
    );
    for await (const { Items = [] } of pages) {
      for (const item of Items) {
        const { account, awsRegion } = rowSchema.parse(item);
        found.push({ account, region: awsRegion });
      }
    }
    return found;
  }
}
