import * as z from 'zod';
import type { EventAttributes } from './event-row.ts';

/** An event as the rows tell it. */
export interface IndexedEvent extends EventAttributes {
  readonly eventID: string;
  /** Distinguishes events that share an eventID: 8 hex digits of a hash of time, source, name and recipient. */
  readonly identity: string;
  /** ISO 8601 in UTC, to the second. */
  readonly eventTime: string;
  /** The resource that was asked for; otherwise the first one that the record names. */
  readonly resource?: string;
  /** How many resources the record names: more than are indexed if `resourcesCut` is there. */
  readonly resourceCount: number;
}

/** Every attribute that is written is listed here: zod silently drops those that aren't. */
const attributes = {
  actor: z.string(),
  actorKind: z.string(),
  actorName: z.string().optional(),
  session: z.string().optional(),
  via: z.string().optional(),
  action: z.string(),
  eventSource: z.string(),
  eventName: z.string(),
  account: z.string(),
  awsRegion: z.string(),
  access: z.string(),
  outcome: z.string(),
  category: z.string(),
  credential: z.string(),
  accessKeyId: z.string().optional(),
  console: z.literal(true).optional(),
  mfa: z.boolean().optional(),
  errorCode: z.string().optional(),
  errorMessage: z.string().optional(),
  address: z.string().optional(),
  sourceIPAddress: z.string().optional(),
  userAgent: z.string().optional(),
  resourceCount: z.number().optional(),
  resourcesCut: z.literal(true).optional(),
  receipt: z.object({ bucket: z.string(), key: z.string(), version: z.string(), index: z.number() }),
} satisfies Readonly<Record<keyof EventAttributes, z.ZodType>>;

const rowKey = {
  eventID: z.string(),
  part: z.string(),
  eventTime: z.string(),
  resource: z.string().optional(),
};

const eventRow = z.object({ ...rowKey, ...attributes });
const resourceRow = z.object({ ...rowKey, resource: z.string(), event: z.object(attributes) });

/** A row of the table, read. */
export interface ReadRow {
  readonly event: IndexedEvent;
  /** 0 in the row of the event; 1, 2, … in those of its further resources. */
  readonly number: number;
}

/**
 * Reads a row of the events table, of an event or of a further resource.
 * @throws ZodError for a row that this version doesn't know.
 */
export function readEventRow(item: Readonly<Record<string, unknown>>): ReadRow {
  const row = 'event' in item ? readResourceRow(item) : readOwnRow(item);
  const { part, ...event } = row;
  const separator = part.indexOf('#');
  return {
    event: {
      ...event,
      identity: part.slice(0, separator),
      resourceCount: event.resourceCount ?? (event.resource === undefined ? 0 : 1),
    },
    number: Number(part.slice(separator + 1)),
  };
}

function readOwnRow(item: unknown): z.infer<typeof eventRow> {
  return eventRow.parse(item);
}

function readResourceRow(item: unknown): z.infer<typeof eventRow> {
  const { event, ...row } = resourceRow.parse(item);
  return { ...row, ...event };
}
