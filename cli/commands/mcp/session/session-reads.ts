import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ReadLimitReached, ReadMeter } from '../../../../lambda/store/dynamo/queries/read-meter.ts';
import type { EventQueries } from '../../../../lambda/store/questions/event-queries.ts';

/** Calls that read rows, by their names in the SDK. */
const READS = /^(Query|Get|BatchGet)(Item)?Command$/;

const capacitySchema = z.object({ CapacityUnits: z.number().default(0) });
const outputSchema = z.object({
  ConsumedCapacity: z
    .union([z.array(capacitySchema), capacitySchema.transform((capacity) => [capacity])])
    .default([])
    .catch([]),
});

/**
 * Counts what a session reads of the tables, whichever question does it, and ends it at a limit. Questions to the index
 * refuse beforehand what is more than is left; of other reads the last call may go beyond it, by 128 units at most.
 */
export class SessionReads {
  readonly maxUnits: number;
  #units = 0;

  constructor(maxUnits: number) {
    this.maxUnits = maxUnits;
  }

  get units(): number {
    return this.#units;
  }

  get left(): number {
    return Math.max(0, this.maxUnits - this.#units);
  }

  /** Counts all reads of a client from now on. */
  attach(client: DynamoDBDocumentClient): void {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (!READS.test(String(context.commandName))) return next(args);
        if (this.left === 0) throw this.#limitReached();
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
        const { ConsumedCapacity } = outputSchema.parse(result.output);
        for (const { CapacityUnits } of ConsumedCapacity) this.#units += CapacityUnits;
        return result;
      },
      { step: 'initialize', name: 'countReadsOfSession' },
    );
  }

  /** The same questions, each of which takes no more than is left. */
  bound(queries: EventQueries): EventQueries {
    const meter = (): ReadMeter => new ReadMeter(this.left);
    return {
      search: (query, given) => queries.search(query, given ?? meter()),
      count: (query, given) => queries.count(query, given ?? meter()),
      facets: (query, by, options, given) => queries.facets(query, by, options, given ?? meter()),
      event: (eventID, times, given) => queries.event(eventID, times, given ?? meter()),
      atOneMoment: (given) => queries.atOneMoment(given),
    };
  }

  #limitReached(): ReadLimitReached {
    return new ReadLimitReached(this.maxUnits, { units: this.#units, rows: 0, requests: 0 });
  }
}
