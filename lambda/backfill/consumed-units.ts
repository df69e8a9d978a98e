import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Units of DynamoDB that calls took. */
export interface Units {
  reads: number;
  writes: number;
}

interface Capacity {
  readonly CapacityUnits?: number;
}

const READS = /^(?:BatchGet|Get|Query|TransactGet)/;

/** Has DynamoDB tell what each call of a client takes from now on, and adds it up. */
export function countUnits(client: DynamoDBClient): Units {
  const units: Units = { reads: 0, writes: 0 };
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
        // Every answer about items has it, where it was asked for: of one table, or a list.
        const { ConsumedCapacity } = result.output as { ConsumedCapacity?: Capacity | readonly Capacity[] };
        const capacities = ConsumedCapacity === undefined ? [] : [ConsumedCapacity].flat();
        const taken = capacities.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
        if (READS.test(commandName)) units.reads += taken;
        else units.writes += taken;
        return result;
      },
    { step: 'initialize', name: 'countUnits' },
  );
  return units;
}
