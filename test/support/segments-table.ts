import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { PACK_ALL, type PackOutcome, pack } from '../../lambda/pack/pack.ts';
import { createTables } from '../../local/deployment/tables.ts';

/** A table of segments of its own, quicker than a whole deployment. */
export async function createSegmentsTable(client: DynamoDBClient): Promise<string> {
  const { segments } = await createTables(client, `asked-${randomUUID().slice(0, 8)}`);
  return segments;
}

/** Packs all pages at once. */
export function packAll(client: DynamoDBDocumentClient, table: string, now: Date): Promise<PackOutcome> {
  return pack({
    client,
    table,
    policy: PACK_ALL,
    retentionDays: 365,
    now: () => now,
    mustStop: () => false,
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics: new Metrics({ namespace: 'test', singleMetric: false }),
  });
}

/** Counts the read units of all of a client's answers from now on, as the server tells them. */
export function countUnits(client: DynamoDBClient): { units: number } {
  const count = { units: 0 };
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
      // Every answer to a read has it, where it was asked for; that of a batch a list.
      type Consumed = { CapacityUnits?: number };
      const { ConsumedCapacity = [] } = result.output as { ConsumedCapacity?: Consumed | readonly Consumed[] };
      for (const { CapacityUnits = 0 } of [ConsumedCapacity].flat()) count.units += CapacityUnits;
      return result;
    },
    { step: 'initialize' },
  );
  return count;
}
