import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { pack } from '../../lambda/pack/pack.ts';
import { PACK_ALL, type PackOutcome, type PackPolicy } from '../../lambda/pack/pack-policy.ts';
import { createTables } from '../../local/deployment/create-tables.ts';

/** A table of segments of its own, quicker than a whole deployment. */
export async function createSegmentsTable(client: DynamoDBClient): Promise<string> {
  const { segments } = await createTables(client, `asked-${randomUUID().slice(0, 8)}`);
  return segments;
}

/** Packs pages, all of them and to the end unless a policy says otherwise. */
export function packAll(
  client: DynamoDBDocumentClient,
  table: string,
  now: Date,
  policy: PackPolicy = PACK_ALL,
): Promise<PackOutcome> {
  return pack({
    client,
    table,
    policy,
    retentionDays: 365,
    now: () => now,
    mustStop: () => false,
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics: new SilentMetrics({ namespace: 'test', serviceName: 'test' }),
  });
}

/** Prints nothing. */
class SilentMetrics extends Metrics {
  override publishStoredMetrics(): this {
    this.clearMetrics();
    return this;
  }
}

/** Counts the read units of a client's answers, as the server tells them. */
export class CountedUnits {
  readonly #underWay = new Set<Promise<unknown>>();
  #units = 0;

  constructor(client: DynamoDBClient) {
    client.middlewareStack.add(
      (next) => (args) => {
        const answer = next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } }).then((result) => {
          // Every answer to a read has it, where it was asked for; that of a batch a list.
          type Consumed = { CapacityUnits?: number };
          const { ConsumedCapacity = [] } = result.output as { ConsumedCapacity?: Consumed | readonly Consumed[] };
          for (const { CapacityUnits = 0 } of [ConsumedCapacity].flat()) this.#units += CapacityUnits;
          return result;
        });
        this.#underWay.add(answer);
        const end = (): boolean => this.#underWay.delete(answer);
        answer.then(end, end);
        return answer;
      },
      { step: 'initialize' },
    );
  }

  /** Of all answers since `begin`, those of calls included that are still under way. */
  async taken(): Promise<number> {
    await Promise.allSettled(this.#underWay);
    return this.#units;
  }

  /** Counts anew. Calls of an earlier question that are still under way are waited for: it may have read ahead. */
  async begin(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    this.#units = 0;
  }
}
