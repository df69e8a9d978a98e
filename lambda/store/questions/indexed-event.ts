import type { EventSummary } from '../segments/summary.ts';
import type { Condition } from './conditions.ts';

/** An event as an answer tells it. */
export interface IndexedEvent extends Omit<EventSummary, 'resources'> {
  /** The resource that was asked for; otherwise the first that the record names. */
  readonly resource?: string;
  /** How many resources the index has of it: the record names more where `resourcesCut` is there. */
  readonly resourceCount: number;
}

/** An event with every resource that is indexed. */
export interface EventDetail extends IndexedEvent {
  readonly resources: readonly string[];
}

/** @param asked the condition on resources, where there is one: the event is told by the resource that meets it. */
export function indexedEvent({ resources, ...event }: EventSummary, asked?: Condition): IndexedEvent {
  const resource = (asked && resources.find(asked.matches)) ?? resources[0];
  return { ...event, ...(resource !== undefined && { resource }), resourceCount: resources.length };
}

export function eventDetail(summary: EventSummary): EventDetail {
  return { ...indexedEvent(summary), resources: summary.resources };
}
