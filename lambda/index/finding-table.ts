import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Finding } from '../findings/finding.ts';
import { isConditionFailure } from './conditional.ts';

/** The findings as rows: each once, for ever under the same id. */
export class FindingTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /**
   * Records a finding. The first one stays: another object that holds the same event changes nothing.
   * @param alertId the alert that it belongs to, where its level is published.
   */
  async record(finding: Finding, alertId: string | undefined, now: Date): Promise<'new' | 'known'> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: {
            ...finding,
            levelDay: `${finding.level}#${finding.eventTime.slice(0, 10)}`,
            ...(alertId !== undefined && { alertId }),
            recordedAt: now.toISOString(),
          },
          ConditionExpression: 'attribute_not_exists(findingId)',
        }),
      );
      return 'new';
    } catch (error) {
      if (isConditionFailure(error)) return 'known';
      throw error;
    }
  }
}
