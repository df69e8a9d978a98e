import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type CorrelationRule, dateOf } from '../../detection/index.ts';
import { isConditionFailure } from '../dynamo/condition-failure.ts';
import { ruleKey, SEEN_VERSION } from './seen-row.ts';
import type { SeenRules } from './seen-rules.ts';

/** Backfills that are noted of a rule's content, at most. */
const MAX_TAUGHT = 200;

/** A time of which a backfill has read all objects, of one account or of all. */
export interface TaughtTime {
  readonly account?: string;
  /** UTC days since 1970, both included. */
  readonly since: number;
  readonly until: number;
}

/** What backfills have taught rules of type `first_seen`: noted in the row of each rule's content. */
export class SeenTaught {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #rules: Pick<SeenRules, 'read'>;

  constructor(client: DynamoDBDocumentClient, table: string, rules: Pick<SeenRules, 'read'>) {
    this.#client = client;
    this.#table = table;
    this.#rules = rules;
  }

  /** Notes that a backfill has taught a rule all of a time. Doing it again changes nothing. */
  async note(rule: CorrelationRule, { account, since, until }: TaughtTime): Promise<void> {
    const known = (await this.#rules.read([rule])).get(rule.metadata.id);
    const isSame = (one: TaughtTime): boolean => one.account === account && one.since === since && one.until === until;
    if (known === undefined || known.taught.some(isSame)) return;
    const { group, member } = ruleKey(rule.metadata);
    const one = { ...(account !== undefined && { account }), since: dateOf(since), until: dateOf(until) };
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { group, member },
          UpdateExpression: 'SET taught = list_append(if_not_exists(taught, :none), :one)',
          ConditionExpression: 'rowVersion <= :version AND (attribute_not_exists(taught) OR size(taught) < :most)',
          ExpressionAttributeValues: { ':none': [], ':one': [one], ':version': SEEN_VERSION, ':most': MAX_TAUGHT },
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }
}
