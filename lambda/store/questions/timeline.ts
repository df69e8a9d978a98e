import { literalPattern } from '../dynamo/queries/text-pattern.ts';
import type { EventQueries } from './event-queries.ts';
import type { IndexedEvent } from './indexed-event.ts';

export interface TimelineQuery {
  /** As events name it: an ARN, an id, a name. */
  readonly resource: string;
  readonly since?: Date;
  readonly until?: Date;
  /** As EventQuery has them. */
  readonly maxReadUnits?: number;
  readonly onEstimate?: (units: number) => void;
}

/** All that was done to a resource. */
export interface Timeline {
  /** What changed it, or would have: writes, tags, permissions. The oldest first. */
  readonly changes: readonly IndexedEvent[];
  /** Who looked at it, the most frequent first. */
  readonly reads: readonly ReadSummary[];
}

/** Reads of one kind by one actor. */
export interface ReadSummary {
  readonly actor: string;
  readonly actorKind: string;
  readonly action: string;
  readonly count: number;
  /** Those of them that were denied or failed. */
  readonly failureCount: number;
  readonly first: string;
  readonly last: string;
}

const READS: ReadonlySet<string> = new Set(['read', 'list']);

/** @throws ReadLimitReached. */
export async function timeline(queries: EventQueries, query: TimelineQuery): Promise<Timeline> {
  const { resource, ...times } = query;
  const changes: IndexedEvent[] = [];
  const reads = new Map<string, ReadSummary>();
  const conditions = { resource: [literalPattern(resource)] };
  for await (const event of queries.search({ conditions, ...times, order: 'oldest-first' })) {
    if (!READS.has(event.access)) {
      changes.push(event);
      continue;
    }
    const key = `${event.actor}\n${event.action}`;
    const before = reads.get(key);
    reads.set(key, {
      actor: event.actor,
      actorKind: event.actorKind,
      action: event.action,
      count: (before?.count ?? 0) + 1,
      failureCount: (before?.failureCount ?? 0) + (event.outcome === 'success' ? 0 : 1),
      first: before?.first ?? event.eventTime,
      last: event.eventTime,
    });
  }
  return { changes, reads: [...reads.values()].toSorted((a, b) => b.count - a.count) };
}
