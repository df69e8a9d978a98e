import * as z from 'zod';
import { forEachKnown } from '../../cloudtrail/directory.ts';
import { LEVELS } from '../../detection/index.ts';
import type { Finding } from '../../findings/finding.ts';
import { findingStepSchema } from '../../findings/finding-step.ts';
import type { JsonValue } from '../../shared/json.ts';

const text = z.string().optional();
const texts = z.array(z.string());

/** This project writes it as JSON, so it is JSON. */
const jsonValue = z.custom<JsonValue>((value) => value !== undefined);

const findingRow: z.ZodType<Finding> = z.object({
  findingId: z.string(),
  ruleId: z.string(),
  title: z.string(),
  level: z.enum(LEVELS),
  ruleHash: z.string(),
  description: text,
  author: text,
  tags: texts,
  references: texts,
  falsepositives: texts,
  per: z.literal('session').optional(),
  joins: z.literal(true).optional(),
  also: texts.optional(),
  eventID: z.string(),
  identity: z.string(),
  eventTime: z.string(),
  action: z.string(),
  account: z.string(),
  region: z.string(),
  actor: z.string(),
  actorKind: z.string(),
  actorName: text,
  session: text,
  via: text,
  credential: z.string(),
  accessKeyId: text,
  address: text,
  sourceIPAddress: text,
  userAgent: text,
  ...forEachKnown(text),
  outcome: z.string(),
  errorCode: text,
  resources: texts,
  receipt: z.object({ bucket: z.string(), key: z.string(), version: z.string(), index: z.number() }),
  matched: z.array(z.object({ field: z.string(), value: jsonValue })),
  correlation: z
    .object({
      from: z.string(),
      to: z.string(),
      value: z.number(),
      atLeast: z.boolean(),
      eventIDs: texts,
      steps: z.array(findingStepSchema).optional(),
    })
    .optional(),
  cut: z.literal(true).optional(),
});

/** The finding of a row. @throws ZodError for a row that this version doesn't know. */
export function readFindingRow(item: Readonly<Record<string, unknown>>): Finding {
  return findingRow.parse(item);
}
