import * as z from 'zod';
import type { PendingAlert } from '../alerts/store.ts';
import { LEVELS } from '../detection/index.ts';

/** An alert's row, as far as it is read again. */
const alertRow = z.object({
  alertId: z.string(),
  kind: z.enum(['alert', 'storm']),
  ruleId: z.string(),
  level: z.enum(LEVELS),
  account: z.string().optional(),
  actor: z.string().optional(),
  windowStart: z.string(),
  windowEnd: z.string(),
  openedBy: z.string().optional(),
  createdAt: z.string(),
  state: z.enum(['pending', 'open']).optional(),
  dueAt: z.string().optional(),
  sentAt: z.string().optional(),
  collapsedInto: z.string().optional(),
  limit: z.number().optional(),
  findings: z.number().optional(),
  summarySentAt: z.string().optional(),
  closedAt: z.string().optional(),
});

/** `state` is there only while something is left to do, and `dueAt` with it. */
export type AlertRow = z.infer<typeof alertRow>;

const attributes = z.object({
  kind: z.string(),
  ruleId: z.string(),
  level: z.string(),
  account: z.string(),
  region: z.string(),
  action: z.string(),
  actorKind: z.string(),
});

const publication = z.object({
  level: z.enum(LEVELS),
  subject: z.string(),
  text: z.string(),
  json: z.string(),
  chat: z.string().optional(),
  attributes,
});

/** An alert whose lease ran out before anybody marked it sent. */
export interface DuePending extends PendingAlert {
  readonly dueAt: string;
}

/** An alert whose window is to be summed up. */
export interface DueOpen extends AlertRow {
  readonly dueAt: string;
}

const due = z.object({ dueAt: z.string() });

/** @throws ZodError for a row that this version doesn't know. */
export function readAlertRow(item: Readonly<Record<string, unknown>>): AlertRow {
  return alertRow.parse(item);
}

/** @throws ZodError for a row that this version doesn't know. */
export function readDueOpen(item: Readonly<Record<string, unknown>>): DueOpen {
  return { ...alertRow.parse(item), ...due.parse(item) };
}

/** @throws ZodError for a row that this version doesn't know. */
export function readDuePending(item: Readonly<Record<string, unknown>>): DuePending {
  const { alertId, kind, level, windowStart, windowEnd } = alertRow.parse(item);
  return {
    alertId,
    kind,
    level,
    window: { start: windowStart, end: windowEnd },
    publication: z.object({ publication }).parse(item).publication,
    ...due.parse(item),
  };
}
