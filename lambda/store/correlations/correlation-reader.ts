import {
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import type { Firing, GroupKey, Member } from '../../detection/index.ts';
import { type OnUnreadableRow, readVersionedRow } from '../dynamo/read-row.ts';
import {
  FIRING,
  FIRING_PREFIX,
  firingByKey,
  iso,
  LAST,
  MEMBERS,
  memberPrefix,
  partition,
  ROW_SPAN,
  type Row,
  seconds,
} from './correlation-row.ts';

/** Which members of a rule are read. Times are eventTimes in milliseconds since 1970, both included. */
export interface MemberRange {
  readonly rule: string;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly newestFirst?: boolean;
  /** Those later than this don't count for the limit. */
  readonly countedThrough?: number;
  readonly most?: number;
  /** It matters only whether there are so many: they needn't be the first. */
  readonly anyWillDo?: boolean;
}

/**
 * Rows that the first page is asked for, at least and at most. A row may have many members, so a page of 1 MB could be more
 * than is needed. Each page is twice as large as the one before it.
 */
const FIRST_PAGE = { least: 10, most: 100 } as const;

/** The members of a range, as far as rows were read. */
class FoundMembers {
  readonly #range: MemberRange;
  readonly #byIdentity = new Map<string, Member>();

  constructor(range: MemberRange) {
    this.#range = range;
  }

  get size(): number {
    return this.#byIdentity.size;
  }

  add(members: readonly Member[]): void {
    const { from, to } = this.#range;
    for (const member of members) {
      if (member.eventTime < from || member.eventTime > to) continue;
      const before = this.#byIdentity.get(member.identity);
      if (before === undefined || member.arrivedAt < before.arrivedAt) this.#byIdentity.set(member.identity, member);
    }
  }

  /** Whether no member of the next rows can be among the first ones: the next row ends at this time, or behind it. */
  isEnoughBefore(last: number): boolean {
    const { limit, newestFirst = false, anyWillDo = false } = this.#range;
    const { countedThrough = Number.POSITIVE_INFINITY } = this.#range;
    if (this.size < limit) return false;
    if (anyWillDo) return true;
    let first = 0;
    for (const { eventTime } of this.#byIdentity.values()) {
      if (eventTime > countedThrough) continue;
      if (newestFirst ? eventTime >= last : eventTime <= last - ROW_SPAN) first++;
    }
    return first >= limit;
  }

  inOrder(): readonly Member[] {
    const members = [...this.#byIdentity.values()].sort((a, b) => a.eventTime - b.eventTime);
    return this.#range.newestFirst === true ? members.reverse() : members;
  }
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

  /**
   * Those of a range, in the order of eventTime or against it: at least the first `limit`, where there are so many. Each
   * event is there once, as it came first.
   *
   * @returns undefined if there are more than `most` before the limit is reached
   * @throws the SDK's errors
   */
  async members(key: GroupKey, range: MemberRange): Promise<readonly Member[] | undefined> {
    const { rule, from, to, limit, newestFirst = false, most = Number.POSITIVE_INFINITY } = range;
    const prefix = memberPrefix(rule);
    // The key of a row has the time of its last member, which may be later than one that is asked for.
    const [lower, upper] = [`${prefix}${iso(from)}`, `${prefix}${iso(to + ROW_SPAN)}`];
    const found = new FoundMembers(range);
    for await (const item of this.#rows(key, lower, upper, {
      newestFirst,
      firstPage: Math.max(FIRST_PAGE.least, Math.min(limit, FIRST_PAGE.most)),
    })) {
      const read = readVersionedRow(MEMBERS, item);
      if ('unreadable' in read) {
        this.#tell(item, read.unreadable);
        continue;
      }
      const last = Math.max(...read.row.map(({ eventTime }) => eventTime));
      if (found.isEnoughBefore(last)) break;
      found.add(read.row);
      if (found.size > most) return undefined;
      if (found.isEnoughBefore(last)) break;
    }
    return found.inOrder();
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
    { newestFirst = false, firstPage }: { newestFirst?: boolean; firstPage?: number } = {},
  ): AsyncGenerator<Row & Record<string, unknown>> {
    const input: QueryCommandInput = {
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
    };
    let start: QueryCommandInput['ExclusiveStartKey'];
    let limit = firstPage;
    do {
      const page: QueryCommandOutput = await this.#client.send(
        new QueryCommand({
          ...input,
          ...(limit !== undefined && { Limit: limit }),
          ...(start !== undefined && { ExclusiveStartKey: start }),
        }),
      );
      // A row was found by its key, so it has one.
      for (const item of page.Items ?? []) {
        yield { ...item, group: String(item.group), member: String(item.member) };
      }
      start = page.LastEvaluatedKey;
      if (limit !== undefined) limit *= 2;
    } while (start !== undefined);
  }
}
