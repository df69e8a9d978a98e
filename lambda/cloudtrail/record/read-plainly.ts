import { isJsonObject, type JsonObject, type JsonValue } from '../../shared/json.ts';
import type { ReadRecord, UserIdentity } from './read-record.ts';
import { toSeconds } from './record-time.ts';

/**
 * Reads the members of a record whose types are those that CloudTrail nearly always writes, with the result that the
 * schema of records has, in a tenth of its time. Undefined for every other record: the schema reads it, or says why not.
 */
export function readPlainly(members: JsonObject): ReadRecord | undefined {
  try {
    return read(members);
  } catch (error) {
    if (error === UNUSUAL) return undefined;
    throw error;
  }
}

type SessionContext = NonNullable<UserIdentity['sessionContext']>;

/** Thrown where the schema must decide. One value, because making an error for each record would take too long. */
const UNUSUAL = Symbol('unusual');

function read(members: JsonObject): ReadRecord {
  const { eventID, eventTime, userIdentity } = members;
  if (typeof eventID !== 'string' || eventID === '' || typeof eventTime !== 'string') throw UNUSUAL;
  const seconds = toSeconds(eventTime);
  if (seconds === undefined) throw UNUSUAL;
  return {
    eventVersion: text(members.eventVersion),
    eventID,
    eventTime: seconds,
    eventSource: text(members.eventSource),
    eventName: text(members.eventName),
    awsRegion: text(members.awsRegion),
    sourceIPAddress: text(members.sourceIPAddress),
    userAgent: text(members.userAgent),
    userIdentity: userIdentity === undefined || userIdentity === null ? userIdentity : identity(object(userIdentity)),
    recipientAccountId: text(members.recipientAccountId),
    eventType: text(members.eventType),
    eventCategory: text(members.eventCategory),
    managementEvent: flag(members.managementEvent),
    readOnly: flag(members.readOnly),
    errorCode: text(members.errorCode),
    errorMessage: text(members.errorMessage),
    sharedEventID: text(members.sharedEventID),
    sessionCredentialFromConsole: flag(members.sessionCredentialFromConsole),
    insightDetails: optionalObject(members.insightDetails),
    serviceEventDetails: optionalObject(members.serviceEventDetails),
  };
}

function identity(members: JsonObject): UserIdentity {
  const { onBehalfOf, sessionContext } = members;
  return {
    type: text(members.type),
    principalId: text(members.principalId),
    arn: text(members.arn),
    accountId: text(members.accountId),
    accessKeyId: text(members.accessKeyId),
    userName: text(members.userName),
    invokedBy: text(members.invokedBy),
    identityProvider: text(members.identityProvider),
    credentialId: text(members.credentialId),
    onBehalfOf: onBehalfOf === undefined || onBehalfOf === null ? onBehalfOf : owner(object(onBehalfOf)),
    sessionContext:
      sessionContext === undefined || sessionContext === null ? sessionContext : session(object(sessionContext)),
  };
}

function owner(members: JsonObject): NonNullable<UserIdentity['onBehalfOf']> {
  return { userId: text(members.userId), identityStoreArn: text(members.identityStoreArn) };
}

function session(members: JsonObject): SessionContext {
  const { sessionIssuer, attributes } = members;
  return {
    sessionIssuer:
      sessionIssuer === undefined || sessionIssuer === null ? sessionIssuer : issuer(object(sessionIssuer)),
    attributes: attributes === undefined || attributes === null ? attributes : attributesOf(object(attributes)),
    sourceIdentity: text(members.sourceIdentity),
  };
}

function issuer(members: JsonObject): NonNullable<SessionContext['sessionIssuer']> {
  return {
    type: text(members.type),
    arn: text(members.arn),
    accountId: text(members.accountId),
    userName: text(members.userName),
  };
}

function attributesOf(members: JsonObject): NonNullable<SessionContext['attributes']> {
  return { mfaAuthenticated: flag(members.mfaAuthenticated), creationDate: text(members.creationDate) };
}

function text(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (value === undefined || value === null) return undefined;
  throw UNUSUAL;
}

function flag(value: JsonValue | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value === 'true' || value.toLowerCase() === 'true';
  if (value === undefined || value === null) return undefined;
  throw UNUSUAL;
}

function object(value: JsonValue): JsonObject {
  if (isJsonObject(value)) return value;
  throw UNUSUAL;
}

function optionalObject(value: JsonValue | undefined): JsonObject | undefined {
  return value === undefined || value === null ? undefined : object(value);
}
