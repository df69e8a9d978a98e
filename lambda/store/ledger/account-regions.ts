import { type DynamoDBDocumentClient, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { LEDGER_BOOKKEEPING } from '../schema.ts';

const rowSchema = z.object({ account: z.string(), awsRegion: z.string() });

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

  /** Notes a pair. A process writes it once, and it is always the same row. */
  async note({ account, region }: AccountRegion): Promise<void> {
    const version = `${account}#${region}`;
    if (this.#noted.has(version)) return;
    await this.#client.send(
      new PutCommand({
        TableName: this.#table,
        Item: { object: LEDGER_BOOKKEEPING.accountRegions, version, account, awsRegion: region },
      }),
    );
    this.#noted.add(version);
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
