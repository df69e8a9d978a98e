import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import {
  type CorrelationFinding,
  type CorrelationOutcome,
  compileRules,
  type Detector,
  LATENESS,
  observe,
  runAsync,
  settle,
} from '../../lambda/detection/index.ts';
import { CorrelationTable } from '../../lambda/store/correlations/correlation-table.ts';
import type { UnreadableRow } from '../../lambda/store/dynamo/read-row.ts';
import { ACCOUNT, record } from './records.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const CORRELATION_ID = '0d9b6c1e-7d62-4e6c-8a55-3f0e5b2a9c11';

const base = (name: string) => `
title: ${name}
id: rule-${name}
name: ${name}
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: ${name}
  condition: selection
`;

/** A correlation by account over events of the names A and B, given as the lines of its section. */
export function correlating(section: string): Detector {
  const lines = section.split('\n').map((line) => `  ${line.trim()}`);
  const correlation = `
title: correlated
id: ${CORRELATION_ID}
correlation:
${lines.join('\n')}
  group-by: [recipientAccountId]
  timespan: 10m
level: high
`;
  const { detector, problems } = compileRules([base('A'), base('B'), correlation]);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return detector;
}

export interface CorrelatingOptions {
  readonly detector: Detector;
  readonly dynamodb: DynamoDBClient;
  /** The physical name of the table of correlations. */
  readonly table: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whose events it takes in: a group. */
  readonly account?: string;
}

/** What a function does with a correlation: takes events in, or judges what is due, and acknowledges what it stored. */
export class CorrelatingFunction {
  /** By their ids, as the table of findings has them. */
  readonly findings = new Map<string, CorrelationFinding>();
  readonly unreadable: UnreadableRow[] = [];
  readonly store: CorrelationTable;
  readonly #detector: Detector;
  readonly #now: () => number;
  readonly #account: string;

  constructor({ detector, dynamodb, table, now, account = ACCOUNT }: CorrelatingOptions) {
    this.#detector = detector;
    this.#now = now;
    this.#account = account;
    const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
    this.store = new CorrelationTable(
      documents,
      table,
      () => new Date(now()),
      (row) => this.unreadable.push(row),
    );
  }

  /** Takes an event of a name and a time in, as ingest does. */
  async take(eventName: string, time: number): Promise<void> {
    const memberships = this.#detector.memberships(
      record({
        eventID: `${eventName}-${time}`,
        eventName,
        eventTime: new Date(time).toISOString(),
        recipientAccountId: this.#account,
      }),
      this.#now(),
    );
    await this.#conclude(
      await runAsync(observe(this.#detector.correlations, memberships, this.#options()), this.store),
    );
  }

  /** Judges what is due, as sweep does; resolves to how many groups there were. */
  async sweep(): Promise<number> {
    const keys = await this.store.due(this.#now());
    for (const key of keys) {
      await this.#conclude(await runAsync(settle(this.#detector.correlations, key, this.#options()), this.store));
    }
    return keys.length;
  }

  #options() {
    return { now: this.#now(), lateness: LATENESS };
  }

  async #conclude({ findings, unacknowledged }: CorrelationOutcome): Promise<void> {
    for (const finding of findings) this.findings.set(finding.findingId, finding);
    for (const { key, firingIds } of unacknowledged) await this.store.acknowledge(key, firingIds);
  }
}

/** All rows of a table. */
export async function rowsOf(dynamodb: DynamoDBClient, TableName: string): Promise<Record<string, unknown>[]> {
  const pages = paginateScan({ client: DynamoDBDocumentClient.from(dynamodb) }, { TableName, ConsistentRead: true });
  const found: Record<string, unknown>[] = [];
  for await (const { Items = [] } of pages) found.push(...Items);
  return found;
}
