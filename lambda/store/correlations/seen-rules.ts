import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type CorrelationRule, DAY, dateOf, dayOf, daysOf, SPARE_DAYS } from '../../detection/index.ts';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { type OnUnreadableRow, readVersionedRow } from '../dynamo/read-row.ts';
import { ruleKey, SEEN_RULE, SEEN_VERSION, type SeenRule } from './seen-row.ts';
import { nameOf, type SeenValues } from './seen-values.ts';

/** Since when the deployment has had each rule of type `first_seen`, with this content. */
export class SeenRules {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #rows: Pick<SeenValues, 'get'>;
  readonly #now: () => Date;
  readonly #onUnreadableRow: OnUnreadableRow;

  constructor(
    client: DynamoDBDocumentClient,
    table: string,
    {
      rows,
      now,
      onUnreadableRow,
    }: { rows: Pick<SeenValues, 'get'>; now: () => Date; onUnreadableRow: OnUnreadableRow },
  ) {
    this.#client = client;
    this.#table = table;
    this.#rows = rows;
    this.#now = now;
    this.#onUnreadableRow = onUnreadableRow;
  }

  /** What is known of rules, by their ids; nothing of those that the deployment was not noted to have. */
  async read(rules: readonly CorrelationRule[]): Promise<ReadonlyMap<string, SeenRule>> {
    const items = await this.#rows.get(rules.map(({ metadata }) => ruleKey(metadata)));
    const read = rules.map((rule) => this.parse(rule, items.get(nameOf(ruleKey(rule.metadata)))));
    return new Map(read.filter((one) => one !== undefined));
  }

  /**
   * The row of a rule, as it was read; undefined where it is to be noted. One that a newer version has written is as new:
   * then the rule learns.
   */
  parse(rule: CorrelationRule, item: Readonly<Record<string, unknown>> | undefined): [string, SeenRule] | undefined {
    if (item === undefined) return undefined;
    const { group, member } = ruleKey(rule.metadata);
    const read = readVersionedRow(SEEN_RULE, item);
    const today = this.#today();
    if ('row' in read) {
      // What came while the deployment did not have the rule is not known.
      return today - read.row.last > daysOf(rule).timespan ? undefined : [rule.metadata.id, read.row];
    }
    this.#onUnreadableRow({ table: this.#table, key: [group, member], reason: read.unreadable });
    return [rule.metadata.id, { first: today, last: today, taught: [] }];
  }

  /** Notes that the deployment has these rules today. Doing it again changes nothing. */
  async note(rules: readonly CorrelationRule[]): Promise<void> {
    const today = this.#today();
    const known = await this.read(rules);
    for (const rule of rules) {
      const before = known.get(rule.metadata.id);
      if (before?.last === today) continue;
      await this.#write(rule, today, before === undefined);
    }
  }

  async #write(rule: CorrelationRule, today: number, isNew: boolean): Promise<void> {
    const { timespan } = daysOf(rule);
    const expiresAt = ((today + 1 + timespan + SPARE_DAYS) * DAY) / 1000;
    const { group, member } = ruleKey(rule.metadata);
    const set = 'lastDay = :today, rowVersion = :version, expiresAt = :expiresAt';
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { group, member },
          UpdateExpression: isNew ? `SET firstDay = :today, ${set} REMOVE taught` : `SET ${set}`,
          // Another function may have noted it meanwhile.
          ConditionExpression: isNew
            ? '(attribute_not_exists(lastDay) OR lastDay < :known) AND (attribute_not_exists(rowVersion) OR rowVersion <= :version)'
            : 'lastDay < :today AND rowVersion <= :version',
          ExpressionAttributeValues: {
            ':today': dateOf(today),
            ':version': SEEN_VERSION,
            ':expiresAt': expiresAt,
            ...(isNew && { ':known': dateOf(today - timespan) }),
          },
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }

  #today(): number {
    return dayOf(this.#now().getTime());
  }
}

/**
 * The day from which on a rule has learnt: that of its content or of the account's first object, whichever is later; lowered
 * by backfills that reach to it.
 */
export function learntSince({ first, taught }: SeenRule, account: string, firstOfAccount: number): number {
  let since = Math.max(first, firstOfAccount);
  const own = taught.filter((time) => time.account === undefined || time.account === account);
  for (let isLower = true; isLower; ) {
    const next = Math.min(since, ...own.flatMap((time) => (time.until >= since - 1 ? time.since : [])));
    isLower = next < since;
    since = next;
  }
  return since;
}
