import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What DynamoDB says that calls took, by table and by index. */
export interface Units {
  readonly calls: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Write units by `table` and `table/index`; a table's are without its indexes'. */
  readonly writes: ReadonlyMap<string, number>;
}

/** Nothing was called. */
export const NO_UNITS: Units = { calls: 0, writeUnits: 0, readUnits: 0, writes: new Map() };

/** What two parts of the work took together. */
export function sumOfUnits(one: Units, other: Units): Units {
  const writes = new Map(one.writes);
  for (const [name, units] of other.writes) writes.set(name, (writes.get(name) ?? 0) + units);
  return {
    calls: one.calls + other.calls,
    writeUnits: one.writeUnits + other.writeUnits,
    readUnits: one.readUnits + other.readUnits,
    writes,
  };
}

interface Capacity {
  readonly TableName?: string;
  readonly CapacityUnits?: number;
  readonly Table?: { readonly CapacityUnits?: number };
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits?: number }>>;
}

/** Counts what every call of a client takes: DynamoDB is asked for it with each of them. */
export class UnitCounter {
  #calls = 0;
  #writeUnits = 0;
  #readUnits = 0;
  #writes = new Map<string, number>();

  constructor(client: DynamoDBClient) {
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (call) => {
          const result = await next({ ...call, input: { ...call.input, ReturnConsumedCapacity: 'INDEXES' } });
          this.#count(commandName, result.output);
          return result;
        },
      { step: 'initialize', name: 'units' },
    );
  }

  /** What was counted since the last call. */
  take(): Units {
    const units = {
      calls: this.#calls,
      writeUnits: this.#writeUnits,
      readUnits: this.#readUnits,
      writes: this.#writes,
    };
    this.#calls = 0;
    this.#writeUnits = 0;
    this.#readUnits = 0;
    this.#writes = new Map();
    return units;
  }

  #count(command: string, output: object): void {
    this.#calls++;
    const given: unknown = 'ConsumedCapacity' in output ? output.ConsumedCapacity : undefined;
    if (given === undefined || given === null) return;
    const all = (Array.isArray(given) ? given : [given]) as readonly Capacity[];
    // The only statements are insertions.
    const isWrite = /Put|Update|Delete|Write|ExecuteStatement/.test(command);
    for (const { TableName = '', CapacityUnits = 0, Table, GlobalSecondaryIndexes = {} } of all) {
      if (!isWrite) {
        this.#readUnits += CapacityUnits;
        continue;
      }
      this.#writeUnits += CapacityUnits;
      let indexes = 0;
      for (const [name, { CapacityUnits: units = 0 }] of Object.entries(GlobalSecondaryIndexes)) {
        this.#add(`${TableName}/${name}`, units);
        indexes += units;
      }
      this.#add(TableName, Table?.CapacityUnits ?? CapacityUnits - indexes);
    }
  }

  #add(name: string, units: number): void {
    this.#writes.set(name, (this.#writes.get(name) ?? 0) + units);
  }
}
