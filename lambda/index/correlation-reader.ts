import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { Firing, GroupKey, Member } from '../detection/index.ts';
import { FIRING_PREFIX, firingSchema, iso, LAST, memberSchema, partition, seconds } from './correlation-row.ts';

/** Sort keys of members, both included. */
export interface MemberRange {
  readonly from: string;
  readonly to: string;
  readonly limit: number;
  readonly newestFirst?: boolean;
}

/** Reads the members and firings of groups, consistently. */
export class CorrelationReader {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => Date;

  constructor(client: DynamoDBDocumentClient, table: string, now: () => Date) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  /** At most so many, in the order of their keys. @throws the SDK's errors. */
  async members(key: GroupKey, { from, to, limit, newestFirst = false }: MemberRange): Promise<Member[]> {
    const found: Member[] = [];
    for await (const item of this.#rows(key, from, to, newestFirst)) {
      found.push(memberSchema.parse(item));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** In the order of time; all of them, or those between two times, both included. @throws the SDK's errors. */
  async firings(key: GroupKey, from?: number, to?: number): Promise<Firing[]> {
    const lower = from === undefined ? FIRING_PREFIX : `${FIRING_PREFIX}${iso(from)}`;
    const upper = `${FIRING_PREFIX}${to === undefined ? LAST : iso(to)}`;
    const found: Firing[] = [];
    for await (const item of this.#rows(key, lower, upper, false)) found.push(firingSchema.parse(item));
    return found;
  }

  /** DynamoDB deletes expired rows within days: until then they are passed over here. */
  async *#rows(key: GroupKey, from: string, to: string, newestFirst: boolean): AsyncGenerator<Record<string, unknown>> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: '#group = :group AND #member BETWEEN :from AND :to',
        FilterExpression: 'expiresAt > :now',
        ExpressionAttributeNames: { '#group': 'group', '#member': 'member' },
        ExpressionAttributeValues: {
          ':group': partition(key),
          ':from': from,
          ':to': to,
          ':now': seconds(this.#now().getTime()),
        },
        ConsistentRead: true,
        ScanIndexForward: !newestFirst,
      },
    );
    for await (const { Items = [] } of pages) yield* Items;
  }
}
