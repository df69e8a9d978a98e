import { mapConcurrently } from '../shared/concurrency.ts';
import { meteredRows } from '../store/dynamo/metered-query.ts';
import type { PartitionReadOptions } from '../store/dynamo/partition-page.ts';
import { type IndexedEvent, type ReadRow, readEventRow } from '../store/rows/indexed-event.ts';
import { type Condition, conditionValue } from './event-condition.ts';

const CONCURRENCY = 8;

/** Keeps the events that meet conditions which no index was asked for. */
export class EventFilter {
  readonly #conditions: readonly Condition[];
  readonly #resource: Condition | undefined;
  readonly #options: PartitionReadOptions;

  constructor(conditions: readonly Condition[], options: PartitionReadOptions) {
    this.#conditions = conditions.filter(({ field }) => field !== 'resource');
    this.#resource = conditions.find(({ field }) => field === 'resource');
    this.#options = options;
  }

  async apply(events: readonly IndexedEvent[]): Promise<readonly IndexedEvent[]> {
    const kept = events.filter((event) => this.#conditions.every((condition) => meets(event, condition)));
    const resource = this.#resource;
    if (resource === undefined) return kept;
    const named = await mapConcurrently(kept, CONCURRENCY, (event) => this.#named(event, resource));
    return named.filter((event) => event !== undefined);
  }

  /** An event's further resources stand in rows of their own: they are read only where the first isn't the one. */
  async #named(event: IndexedEvent, condition: Condition): Promise<IndexedEvent | undefined> {
    if (meets(event, condition)) return event;
    if (event.resourceCount <= 1) return undefined;
    const resource = (await this.#resources(event)).find(condition.matches);
    return resource === undefined ? undefined : { ...event, resource };
  }

  async #resources({ eventID, identity }: IndexedEvent): Promise<readonly string[]> {
    const { client, table, meter, maxRowBytes } = this.#options;
    const input = {
      TableName: table,
      KeyConditionExpression: 'eventID = :id AND begins_with(part, :identity)',
      ExpressionAttributeValues: { ':id': eventID, ':identity': `${identity}#` },
    };
    const rows: ReadRow[] = [];
    for await (const item of meteredRows({ client, input, meter, maxRowBytes })) rows.push(readEventRow(item));
    return rows.toSorted((a, b) => a.number - b.number).flatMap(({ event }) => event.resource ?? []);
  }
}

function meets(event: IndexedEvent, { field, matches }: Condition): boolean {
  const value = conditionValue(event, field);
  return value !== undefined && matches(value);
}
