import {
  type AttributeValue,
  BatchWriteItemCommand,
  PutItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { backoff } from '../../shared/backoff.ts';
import { BoundedTasks } from '../../shared/concurrency.ts';
import { counted } from '../../shared/counted.ts';
import { FaultOfAccess, isFaultOfAccess } from '../../shared/faults.ts';
import { attributesOf } from './attribute-values.ts';

export interface RowWriterOptions<Row extends object> {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  /** The attributes of a row's key, which are texts. Rows of the same key overwrite each other: the later one is written. */
  readonly key: readonly (keyof Row & string)[];
  /** BatchWriteItem calls that run at the same time. */
  readonly concurrency?: number;
}

/** A row that DynamoDB refuses because of its content: no further try can write it. */
export interface RefusedRow<Row extends object> {
  readonly row: Row;
  readonly reason: string;
}

/** Rows were still unprocessed after the last try: the table is throttled. */
export class RowsUnprocessed extends FaultOfAccess {
  override readonly name = 'RowsUnprocessed';
}

/** BatchWriteItem's bound. */
const BATCH_ROWS = 25;
const MAX_ATTEMPTS = 10;
const BACKOFF = { baseMilliseconds: 50, maxMilliseconds: 3_000 };

/**
 * Writes rows in batches, a bounded number at the same time. A batch holds a key once. Unprocessed rows are tried
 * again. A batch that is refused is written row by row, so that one bad row affects no other.
 */
export class RowWriter<Row extends object> {
  readonly #options: RowWriterOptions<Row>;
  readonly #tasks: BoundedTasks;
  readonly #refused: RefusedRow<Row>[] = [];
  #batch = new Map<string, Row>();

  constructor(options: RowWriterOptions<Row>) {
    this.#options = options;
    this.#tasks = new BoundedTasks(options.concurrency ?? 8);
  }

  /**
   * Takes a row; waits while as many batches are under way as the limit allows.
   * @throws RowsUnprocessed, a FaultOfAccess, and the SDK's faults of access, those of earlier batches included.
   */
  async add(row: Row): Promise<void> {
    this.#batch.set(
      this.#keyOf((name) => String(row[name])),
      row,
    );
    if (this.#batch.size < BATCH_ROWS) return;
    await this.#send();
  }

  /**
   * Writes what is left and waits for everything. Returns the rows refused since the last call.
   * @throws RowsUnprocessed, a FaultOfAccess, and the SDK's faults of access: the first of them.
   */
  async flush(): Promise<readonly RefusedRow<Row>[]> {
    if (this.#batch.size > 0) await this.#send();
    await this.#tasks.finish();
    return this.#refused.splice(0);
  }

  async #send(): Promise<void> {
    const rows = [...this.#batch.values()];
    this.#batch = new Map();
    await this.#tasks.add(() => this.#write(rows));
  }

  async #write(rows: Row[]): Promise<void> {
    const { client, table } = this.#options;
    let left = rows;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (attempt > 0) await backoff(attempt - 1, BACKOFF);
      try {
        const { UnprocessedItems } = await client.send(
          new BatchWriteItemCommand({
            RequestItems: { [table]: left.map((row) => ({ PutRequest: { Item: attributesOf(row) } })) },
          }),
        );
        left = this.#unprocessed(left, UnprocessedItems?.[table] ?? []);
        if (left.length === 0) return;
      } catch (error) {
        if (isFaultOfAccess(error)) throw error;
        await Promise.all(left.map((row) => this.#writeAlone(row)));
        return;
      }
    }
    throw new RowsUnprocessed(`${counted(left.length, 'row')} stayed unprocessed after ${MAX_ATTEMPTS} tries`);
  }

  /** What comes back is what was sent, in another form. */
  #unprocessed(sent: readonly Row[], requests: readonly WriteRequest[]): Row[] {
    if (requests.length === 0) return [];
    const byKey = new Map(sent.map((row) => [this.#keyOf((name) => String(row[name])), row]));
    return requests.flatMap(({ PutRequest }) => {
      const item: Record<string, AttributeValue | undefined> = PutRequest?.Item ?? {};
      return byKey.get(this.#keyOf((name) => item[name]?.S ?? '')) ?? [];
    });
  }

  #keyOf(textOf: (name: keyof Row & string) => string): string {
    return this.#options.key.map(textOf).join('\n');
  }

  async #writeAlone(row: Row): Promise<void> {
    try {
      await this.#options.client.send(new PutItemCommand({ TableName: this.#options.table, Item: attributesOf(row) }));
    } catch (error) {
      if (isFaultOfAccess(error)) throw error;
      this.#refused.push({ row, reason: error instanceof Error ? error.message : 'unknown' });
    }
  }
}
