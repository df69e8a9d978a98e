import * as z from 'zod';
import { FILTER_NAMES, MOST_ROWS } from './bounds.ts';

const text = z.string().min(1).max(4096);
const values = z.array(text).max(200).readonly();
const filters = z.partialRecord(z.enum(FILTER_NAMES), values).default({});
const time = z.iso.datetime();
const eventID = z.string().min(1).max(256);

/** Since is included, until is not. */
const range = z.object({ since: time, until: time });

const eventFilter = range.extend({ only: filters, not: filters });

/** An event or finding that was put aside for the report. Who pinned it writes the note; the title is ours. */
const pin = z.object({
  kind: z.enum(['event', 'finding']),
  id: eventID,
  /** eventTime: it bounds the days that are read for it. */
  time: text,
  title: z.string().max(500),
  note: z.string().max(5_000),
});
export type Pin = z.infer<typeof pin>;

/** What is kept of the page on this machine, for the next time. */
export const keptSchema = z.object({
  version: z.literal(1).default(1),
  rowHeight: z.union([z.literal(28), z.literal(36)]).default(36),
  zone: z.enum(['utc', 'local']).default('utc'),
  pins: z.array(pin).max(500).default([]),
});
export type Kept = z.infer<typeof keptSchema>;

/** What is asked, by the question's name. */
export const ASKED = {
  start: z.object({}),
  'overview-events': range,
  'overview-findings': range,
  completeness: range,
  facets: eventFilter,
  events: eventFilter.extend({ from: z.int().min(0), count: z.int().min(1).max(MOST_ROWS) }),
  event: z.object({ eventID, time: time.optional() }),
  findings: range.extend({
    rule: text.optional(),
    actor: text.optional(),
    level: text.optional(),
    tactic: text.optional(),
    alert: text.optional(),
  }),
  finding: z.object({ ruleId: text, findingId: text, time }),
  alert: z.object({ alertId: text }),
  'newer-findings': z.object({ after: time, seen: z.array(text).max(200) }),
  suppress: z.object({
    ruleId: text,
    actor: text.optional(),
    account: text.optional(),
    until: text,
    reason: z.string().trim().min(1).max(1_000),
  }),
  mark: z.object({
    findingId: text,
    verdict: z.enum(['true', 'false']),
    reason: z.string().trim().min(1).max(1_000),
  }),
  lead: z.object({ text: z.string().trim().min(1).max(4096) }),
  story: z.object({ subject: text, kind: text.optional(), since: time.optional(), until: time.optional() }),
  keep: keptSchema,
  report: z.object({
    story: z
      .object({ subject: text, kind: text.optional(), since: time.optional(), until: time.optional() })
      .optional(),
    pins: z.array(pin).max(500),
  }),
  'allow-reads': z.object({ units: z.int().min(1).max(1_000_000) }),
} as const;

export type QuestionName = keyof typeof ASKED;
export type Asked<Name extends QuestionName> = z.input<(typeof ASKED)[Name]>;
export type ReadAsked<Name extends QuestionName> = z.output<(typeof ASKED)[Name]>;
