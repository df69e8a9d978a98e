import * as z from 'zod';
import { forEachKnown } from '../cloudtrail/directory.ts';
import type { CorrelationFinding } from '../detection/index.ts';
import type { Finding, FindingEvent } from './finding.ts';
import { boundFinding } from './finding-size.ts';

const text = z.string();

/** What a correlation keeps of each event, so that its finding can describe the last one. */
const contextSchema: z.ZodType<FindingEvent> = z.object({
  eventID: text,
  identity: text,
  eventTime: text,
  action: text,
  account: text,
  region: text,
  actor: text,
  actorKind: text,
  actorName: text.optional(),
  session: text.optional(),
  via: text.optional(),
  credential: text,
  accessKeyId: text.optional(),
  address: text.optional(),
  sourceIPAddress: text.optional(),
  userAgent: text.optional(),
  ...forEachKnown(text.optional()),
  outcome: text,
  errorCode: text.optional(),
  resources: z.array(text),
  receipt: z.object({ bucket: text, key: text, version: text, index: z.number() }),
});

/** The account of the event that a context was made of. @throws Error if the correlation was fed without one. */
export function contextAccount(context: string | undefined): string {
  return contextSchema.parse(JSON.parse(context ?? 'null')).account;
}

/**
 * The finding of a correlation. It describes the last event of its window, and the group. At most 100 KB of JSON.
 * @throws Error if the correlation was fed without a context.
 */
export function correlatedFinding(firing: CorrelationFinding): Finding {
  const { ruleId, findingId, title, level, hash, description, author, tags, references, falsepositives } = firing;
  const event = contextSchema.parse(JSON.parse(firing.context ?? 'null'));
  return boundFinding({
    findingId,
    ruleId,
    title,
    level,
    ruleHash: hash,
    ...(description !== undefined && { description }),
    ...(author !== undefined && { author }),
    tags,
    references,
    falsepositives,
    ...event,
    matched: Object.entries(firing.group).map(([field, value]) => ({ field, value })),
    correlation: {
      from: firing.from,
      to: firing.to,
      value: firing.value,
      atLeast: firing.atLeast,
      eventIDs: firing.eventIDs,
      ...(firing.steps !== undefined && { steps: firing.steps }),
    },
  });
}
