import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { Firing, GroupKey, Member } from '../../detection/index.ts';
import { type OnUnreadableRow, readVersionedRow } from '../dynamo/read-row.ts';
import {
  FIRING,
  FIRING_PREFIX,
  firingByKey,
  iso,
  LAST,
  MEMBER,
  partition,
  type Row,
  seconds,
} from './correlation-row.ts';

/** Sort keys of members, both included. */
export interface MemberRange {
  readonly from: string;
  readonly to: string;
  readonly limit: number;
  readonly newestFirst?: boolean;
}

/** Reads the members and firings of groups, consistently. Each row that can't be read is set aside alone. */
export class CorrelationReader {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => Date;
  readonly #onUnreadableRow: OnUnreadableRow;

  constructor(client: DynamoDBDocumentClient, table: string, now: () => Date, onUnreadableRow: OnUnreadableRow) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
    this.#onUnreadableRow = onUnreadableRow;
  }

  /** At most this many, in the order of their keys. @throws the SDK's errors. */
  async members(key: GroupKey, { from, to, limit, newestFirst = false }: MemberRange): Promise<Member[]> {
    const found: Member[] = [];
    for await (const item of this.#rows(key, from, to, { newestFirst, pageSize: limit })) {
      const read = readVersionedRow(MEMBER, item);
      if ('row' in read) found.push(read.row);
      else this.#tell(item, read.unreadable);
      if (found.length >= limit) break;
    }
    return found;
  }

  /** In the order of time: all of them, or those between two times, both included. @throws the SDK's errors. */
  async firings(key: GroupKey, from?: number, to?: number): Promise<Firing[]> {
    const lower = from === undefined ? FIRING_PREFIX : `${FIRING_PREFIX}${iso(from)}`;
    const upper = `${FIRING_PREFIX}${to === undefined ? LAST : iso(to)}`;
    const found: Firing[] = [];
    for await (const item of this.#rows(key, lower, upper)) {
      const read = readVersionedRow(FIRING, item);
      const firing = 'row' in read ? read.row : firingByKey(item.member);
      if ('unreadable' in read) this.#tell(item, read.unreadable);
      if (firing !== undefined) found.push(firing);
    }
    return found;
  }

  #tell({ group, member }: Row, reason: string): void {
    this.#onUnreadableRow({ table: this.#table, key: [group, member], reason });
  }

  /** DynamoDB deletes expired rows within days. Until then they are skipped here. */
  async *#rows(
    key: GroupKey,
    from: string,
    to: string,
    { newestFirst = false, pageSize }: { newestFirst?: boolean; pageSize?: number } = {},
  ): AsyncGenerator<Row & Record<string, unknown>> {
    const pages = paginateQuery(
      // Without a limit a page is up to 1 MB, and perhaps only one of its members is needed.
      { client: this.#client, ...(pageSize !== undefined && { pageSize }) },
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
    for await (const { Items = [] } of pages) {
      // A row was found by its key, so it has one.
      for (const item of Items) yield { ...item, group: String(item.group), member: String(item.member) };
    }
  }
}
