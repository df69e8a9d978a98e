import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DYNAMODB_CLIENT } from '../../lambda/store/dynamo/client-settings.ts';
import type { SegmentsTable } from '../../lambda/store/segments/table/state.ts';
import { createTables } from '../../local/deployment/create-tables.ts';
import { startDynoxide } from '../../local/emulators/dynoxide.ts';
import { REGION } from '../../local/emulators/endpoints.ts';

/** A table of segments on disk, in a process of its own. */
export interface BenchTable extends SegmentsTable {
  readonly dynamodb: DynamoDBClient;
  /** The ledger's table beside it. */
  readonly ledger: string;
  readonly endpoint: string;
  /** The same table, each call to which takes so many milliseconds more: as far away as AWS is. */
  delayed(milliseconds: number): SegmentsTable;
  stop(): Promise<void>;
}

export async function startBenchTable(): Promise<BenchTable> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-bench-'));
  const dynoxide = await startDynoxide(join(folder, 'dynamodb.sqlite'));
  const first = connectBenchTable(dynoxide.endpoint, '');
  const { segments: table, ledger } = await createTables(first.dynamodb, 'bench');
  const connected = [first];
  return {
    client: first.client,
    dynamodb: first.dynamodb,
    table,
    ledger,
    endpoint: dynoxide.endpoint,
    delayed: (milliseconds) => {
      const other = connectBenchTable(dynoxide.endpoint, table, milliseconds);
      connected.push(other);
      return other;
    },
    stop: async () => {
      for (const { dynamodb } of connected) dynamodb.destroy();
      await dynoxide.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @param milliseconds that each call takes more. */
export function connectBenchTable(
  endpoint: string,
  table: string,
  milliseconds = 0,
): SegmentsTable & { readonly dynamodb: DynamoDBClient } {
  const dynamodb = new DynamoDBClient({
    ...DYNAMODB_CLIENT,
    region: REGION,
    endpoint,
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
  });
  if (milliseconds > 0) {
    dynamodb.middlewareStack.add(
      (next) => async (call) => {
        await sleep(milliseconds);
        return next(call);
      },
      { step: 'finalizeRequest', name: 'delay' },
    );
  }
  const client = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  return { client, table, dynamodb };
}
