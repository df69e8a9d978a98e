import * as z from 'zod';
import type { PendingAlert } from '../../alerts/alert-store.ts';
import type { AlertPublication } from '../../alerts/channels/alert-publication.ts';
import { arePending, UNTRIED } from '../../alerts/channels/channel-state.ts';
import { NOTICE_KINDS } from '../../alerts/messages/alert-notice.ts';
import { LEVELS } from '../../detection/index.ts';
import { type AlertDelivery, deliveriesOf } from './alert-deliveries.ts';

/**
 * The version of alert rows that this code writes. Rows without one are of version 1: their publication has one member
 * for each topic, and no channels. Members that a newer version adds are left as they are.
 */
export const ALERT_ROW_VERSION = 2;

const channelStates = z.record(
  z.string(),
  z.object({
    state: z.enum(['pending', 'sent', 'given-up']),
    tries: z.number(),
    since: z.iso.datetime().optional(),
    nextTry: z.iso.datetime().optional(),
    at: z.iso.datetime().optional(),
    error: z.string().optional(),
  }),
);

/** The members of an alert's row that are read again. */
const alertRow = z.object({
  alertId: z.string(),
  kind: z.enum(['alert', 'storm']),
  ruleId: z.string(),
  level: z.enum(LEVELS),
  account: z.string().optional(),
  actor: z.string().optional(),
  windowStart: z.iso.datetime(),
  windowEnd: z.iso.datetime(),
  openedBy: z.string().optional(),
  createdAt: z.string(),
  state: z.enum(['pending', 'open', 'set-aside']).optional(),
  dueAt: z.string().optional(),
  /** By channel: how far it is with the first message. Absent in rows of version 1. */
  channels: channelStates.optional(),
  /** When the first channel sent it. */
  sentAt: z.string().optional(),
  /** The first message to people, as it was sent. */
  message: z.object({ subject: z.string().optional(), body: z.string() }).optional(),
  summaryDueAt: z.iso.datetime().optional(),
  summary: z.object({ count: z.number(), channels: channelStates }).optional(),
  givenUp: z
    .array(
      z.object({
        notice: z.enum(['first', 'summary']),
        channel: z.string(),
        at: z.string(),
        tries: z.number(),
        error: z.string(),
      }),
    )
    .optional(),
  collapsedInto: z.string().optional(),
  limit: z.number().optional(),
  findings: z.number().optional(),
  summarySentAt: z.string().optional(),
  closedAt: z.string().optional(),
});

/**
 * `state` and `dueAt` are there only while something is left to do. `set-aside`: sweep couldn't read the row. A version
 * that can read it takes it back.
 */
export interface AlertRow extends z.infer<typeof alertRow> {
  /** What the receivers of channels with a queue answered. */
  readonly deliveries?: readonly AlertDelivery[];
}

const publicationV1 = z.object({
  level: z.enum(LEVELS),
  subject: z.string(),
  text: z.string(),
  json: z.string(),
  chat: z.string().optional(),
  attributes: z.record(z.string(), z.string()).and(z.object({ kind: z.enum(NOTICE_KINDS) })),
});

const publicationV2 = z.object({
  kind: z.enum(NOTICE_KINDS),
  level: z.enum(LEVELS),
  attributes: z.record(z.string(), z.string()),
  messages: z.record(z.string(), z.object({ subject: z.string().optional(), body: z.string() })),
});

const publication: z.ZodType<AlertPublication> = z.union([
  publicationV2,
  publicationV1.transform(({ level, subject, text, json, chat, attributes }) => ({
    kind: attributes.kind,
    level,
    attributes,
    messages: {
      people: { subject, body: text },
      programs: { body: json },
      ...(chat !== undefined && { chat: { body: chat } }),
    },
  })),
]);

/** An alert with a channel that hasn't sent its first message. */
export interface DuePending extends PendingAlert {
  /** The row, for everything else that must be done with it. */
  readonly row: DueRow;
}

/** An alert that sweep must handle. */
export interface DueRow extends AlertRow {
  readonly dueAt: string;
}

const due = z.object({ dueAt: z.string() });

/** @throws ZodError for a row that this version doesn't know. */
export function readAlertRow(item: Readonly<Record<string, unknown>>): AlertRow {
  const deliveries = deliveriesOf(item);
  return { ...alertRow.parse(item), ...(deliveries.length > 0 && { deliveries }) };
}

/** @throws ZodError for a row that this version doesn't know. */
export function readDueOpen(item: Readonly<Record<string, unknown>>): DueRow {
  const row = { ...alertRow.parse(item), ...due.parse(item) };
  // Version 1 has one time for everything. In an open row it is the time of the summary.
  return row.summary !== undefined && arePending(row.summary.channels) ? row : { summaryDueAt: row.dueAt, ...row };
}

/** @throws ZodError for a row that this version doesn't know. */
export function readDuePending(item: Readonly<Record<string, unknown>>): DuePending {
  const row = { ...alertRow.parse(item), ...due.parse(item) };
  const { alertId, kind, level, windowStart, windowEnd, dueAt, summaryDueAt, summary } = row;
  const { publication: read } = z.object({ publication }).parse(item);
  const untried = () => Object.fromEntries(Object.keys(read.messages).map((name) => [name, UNTRIED]));
  return {
    alertId,
    kind,
    level,
    window: { start: windowStart, end: windowEnd },
    publication: read,
    channels: row.channels ?? untried(),
    ...(summaryDueAt !== undefined && { summaryDueAt }),
    ...(summary !== undefined && { summary }),
    leaseUntil: dueAt,
    row,
  };
}
