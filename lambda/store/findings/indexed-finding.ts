import * as z from 'zod';
import { forEachKnown } from '../../cloudtrail/directory.ts';

/** Members that a finding of any kind has. A correlation's finding has more. */
const schema = z.looseObject({
  findingId: z.string(),
  ruleId: z.string(),
  title: z.string(),
  level: z.string(),
  eventTime: z.string(),
  eventID: z.string().optional(),
  action: z.string().optional(),
  account: z.string().optional(),
  region: z.string().optional(),
  actor: z.string().optional(),
  actorKind: z.string().optional(),
  session: z.string().optional(),
  accessKeyId: z.string().optional(),
  address: z.string().optional(),
  sourceIPAddress: z.string().optional(),
  ...forEachKnown(z.string().optional()),
  outcome: z.string().optional(),
  errorCode: z.string().optional(),
  resources: z.array(z.string()).default([]),
  alertId: z.string().optional(),
  ruleHash: z.string().optional(),
  recordedAt: z.string().optional(),
});

/** A finding as the table holds it, including members that this version doesn't know. */
export type IndexedFinding = z.infer<typeof schema>;

/** Attributes that only the indexes need. */
const KEYS_ONLY = ['levelDay', 'expiresAt'] as const;

/** @throws ZodError for a row that isn't a finding. */
export function readFinding(item: Readonly<Record<string, unknown>>): IndexedFinding {
  const finding = schema.parse(item);
  for (const name of KEYS_ONLY) delete finding[name];
  return finding;
}
