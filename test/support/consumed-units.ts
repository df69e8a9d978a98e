import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What one kind of call took, of all that were made: `Query ledger`, `TransactWriteItems ledger+segments`. */
export interface Consumed {
  calls: number;
  /** As the server told them. */
  units: number;
}

interface Capacity {
  readonly TableName?: string;
  readonly CapacityUnits?: number;
}

/** Counts the calls of a client from now on, and the units that each took, by what they do to which tables. */
export function countConsumed(client: DynamoDBClient): Map<string, Consumed> {
  const counted = new Map<string, Consumed>();
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
        // Every answer of the data plane has it, where it was asked for: one for each table.
        const { ConsumedCapacity } = result.output as { ConsumedCapacity?: Capacity | readonly Capacity[] };
        const capacities: readonly Capacity[] = ConsumedCapacity === undefined ? [] : [ConsumedCapacity].flat();
        const tables = new Set(capacities.map(({ TableName = '' }) => TableName.split('-').at(-1) ?? ''));
        const name = `${commandName.replace(/Command$/, '')} ${[...tables].toSorted().join('+')}`;
        const sum = counted.get(name) ?? { calls: 0, units: 0 };
        counted.set(name, sum);
        sum.calls++;
        sum.units += capacities.reduce((units, { CapacityUnits = 0 }) => units + CapacityUnits, 0);
        return result;
      },
    { step: 'initialize' },
  );
  return counted;
}
