import { AsyncLocalStorage } from 'node:async_hooks';
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

/** Counts what the calls of a client take: those of each piece of work by themselves, also where several are done at once. */
export class ConsumedUnits {
  readonly #works = new AsyncLocalStorage<Units>();

  /** Has DynamoDB tell what each call of the client takes from now on. */
  constructor(client: DynamoDBClient) {
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
          // Every answer about items has it, where it was asked for: of one table, or a list.
          const { ConsumedCapacity } = result.output as { ConsumedCapacity?: Capacity | readonly Capacity[] };
          const capacities = ConsumedCapacity === undefined ? [] : [ConsumedCapacity].flat();
          const taken = capacities.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
          const units = this.#works.getStore();
          if (units !== undefined) units[READS.test(commandName) ? 'reads' : 'writes'] += taken;
          return result;
        },
      { step: 'initialize', name: 'countUnits' },
    );
  }

  /** Does some work, which is told what it has taken so far. */
  count<Result>(work: (units: Readonly<Units>) => Promise<Result>): Promise<Result> {
    const units: Units = { reads: 0, writes: 0 };
    return this.#works.run(units, () => work(units));
  }
}
