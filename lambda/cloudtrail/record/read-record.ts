import * as z from 'zod';
import type { JsonObject } from '../../shared/json.ts';
import { isAggregated, withUsualMembers } from './aggregated-record.ts';
import { toSeconds } from './record-time.ts';

/**
 * A CloudTrail record, after "CloudTrail record contents" of the AWS CloudTrail User Guide. Only the members that
 * Trailwarden uses are checked. All others stay unchanged.
 */

/** Services write scalars differently (an account as a number, a flag as text): they are read as text. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform((value) => String(value));
const optionalText = text.nullish().transform((value) => (value === null || value === '' ? undefined : value));

/** A number loses its leading zeros. */
const account = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => {
    if (value === null || value === undefined || value === '') return undefined;
    return typeof value === 'number' ? String(value).padStart(12, '0') : value;
  });

const flag = z
  .union([z.boolean(), z.string()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? undefined : String(value).toLowerCase() === 'true'));

const JSON_OBJECT = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
const optionalObject = JSON_OBJECT.nullish().transform((value) => value ?? undefined);

const time = z.string({ error: 'is missing, or not text' }).transform((value, context) => {
  const seconds = toSeconds(value);
  if (seconds === undefined) {
    context.issues.push({ code: 'custom', message: 'is not a time in ISO 8601', input: value });
    return z.NEVER;
  }
  return seconds;
});

const required = z
  .union([z.string(), z.number()], { error: 'is missing, or not text' })
  .transform(String)
  .refine((value) => value !== '', { error: 'is empty' });

const sessionIssuer = z.object({
  type: optionalText,
  arn: optionalText,
  accountId: account,
  userName: optionalText,
});

/** "CloudTrail userIdentity element". */
const userIdentity = z.object({
  type: optionalText,
  principalId: optionalText,
  arn: optionalText,
  accountId: account,
  accessKeyId: optionalText,
  userName: optionalText,
  invokedBy: optionalText,
  identityProvider: optionalText,
  credentialId: optionalText,
  onBehalfOf: z.object({ userId: optionalText, identityStoreArn: optionalText }).nullish(),
  sessionContext: z
    .object({
      sessionIssuer: sessionIssuer.nullish(),
      attributes: z.object({ mfaAuthenticated: flag, creationDate: optionalText }).nullish(),
      sourceIdentity: optionalText,
    })
    .nullish(),
});

const recordSchema = z.object({
  eventVersion: optionalText,
  eventID: required,
  eventTime: time,
  eventSource: optionalText,
  eventName: optionalText,
  awsRegion: optionalText,
  sourceIPAddress: optionalText,
  userAgent: optionalText,
  userIdentity: userIdentity.nullish(),
  recipientAccountId: account,
  eventType: optionalText,
  eventCategory: optionalText,
  managementEvent: flag,
  readOnly: flag,
  errorCode: optionalText,
  errorMessage: optionalText,
  sharedEventID: optionalText,
  sessionCredentialFromConsole: flag,
  insightDetails: optionalObject,
  serviceEventDetails: optionalObject,
});

/** The members that Trailwarden uses, with one type each. */
export type ReadRecord = z.infer<typeof recordSchema>;
export type UserIdentity = z.infer<typeof userIdentity>;

export type RecordResult =
  | { readonly ok: true; readonly record: JsonObject; readonly read: ReadRecord }
  | { readonly ok: false; readonly reason: string };

/** Reads a record of any form by its schema: what `readPlainly` doesn't take, or why it can't be read. Never throws. */
export function readUnusual(record: JsonObject, members: JsonObject): RecordResult {
  const result = readBySchema(members);
  if (result.success) return { ok: true, record, read: result.data };
  const reasons = result.error.issues.map((issue) => `${issue.path.join('.')} ${explain(issue)}`);
  return { ok: false, reason: reasons.slice(0, 5).join('; ') };
}

/** Reads the members of a record of any form: what `readPlainly` doesn't take. */
export function readBySchema(members: JsonObject): z.ZodSafeParseResult<ReadRecord> {
  return recordSchema.safeParse(members);
}

/** Defaults with which a record can be read that lacks required members. */
const STAND_INS = { eventID: 'none', eventTime: '1970-01-01T00:00:00Z' };

/**
 * What can be read of an incomplete record: each member that has the right type. `eventID` and `eventTime` are empty
 * where they are missing.
 */
export function readRecordLoosely(record: JsonObject): ReadRecord {
  const members = isAggregated(record) ? withUsualMembers(record) : record;
  const readable: JsonObject = {};
  for (const [name, schema] of Object.entries(recordSchema.shape)) {
    const value = members[name];
    if (value !== undefined && schema.safeParse(value).success) readable[name] = value;
  }
  const { eventID, eventTime } = readable;
  const read = recordSchema.parse({ ...STAND_INS, ...readable });
  return { ...read, ...(eventID === undefined && { eventID: '' }), ...(eventTime === undefined && { eventTime: '' }) };
}

function explain(issue: z.core.$ZodIssue): string {
  if (!issue.message.startsWith('Invalid input')) return issue.message;
  return issue.code === 'invalid_type' ? `is not ${issue.expected}` : 'has a type that CloudTrail never writes there';
}
