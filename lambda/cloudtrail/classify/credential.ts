import { at, type JsonObject, textAt } from '../../shared/json.ts';
import type { ReadRecord } from '../record/read-record.ts';

export interface Credential {
  /** The kind of credentials: an access key or password of root or a user, those of a session, or none. */
  readonly lifetime: 'long-term' | 'temporary' | 'none';
  readonly accessKeyId?: string;
}

const SESSION_TYPES: ReadonlySet<string> = new Set(['AssumedRole', 'Role', 'FederatedUser', 'IdentityCenterUser']);

/**
 * Whose credentials the call was signed with. The prefix of the access key decides ("IAM identifiers": AKIA is
 * long-term, ASIA temporary); without a key that says so, the type of the identity.
 */
export function classifyCredential(read: ReadRecord): Credential {
  const identity = read.userIdentity ?? undefined;
  const accessKeyId = identity?.accessKeyId?.trim() || undefined;
  return { lifetime: lifetime(read, accessKeyId), ...(accessKeyId !== undefined && { accessKeyId }) };
}

function lifetime(read: ReadRecord, accessKeyId: string | undefined): Credential['lifetime'] {
  const type = read.userIdentity?.type;
  if (type !== undefined && SESSION_TYPES.has(type)) return 'temporary';
  if (accessKeyId === undefined) return 'none';
  if (accessKeyId.startsWith('AKIA')) return 'long-term';
  if (accessKeyId.startsWith('ASIA')) return 'temporary';
  return read.userIdentity?.sessionContext?.attributes?.creationDate === undefined ? 'long-term' : 'temporary';
}

const CONSOLE_AGENTS = /(^|[\s/])(console|signin)\.(amazonaws|aws\.amazon)\.com/;

/** Whether the call came from the AWS Management Console. */
export function isFromConsole(read: ReadRecord): boolean {
  return (
    read.sessionCredentialFromConsole === true ||
    read.eventType === 'AwsConsoleSignIn' ||
    read.eventType === 'AwsConsoleAction' ||
    read.userIdentity?.invokedBy === 'signin.amazonaws.com' ||
    CONSOLE_AGENTS.test(read.userAgent ?? '')
  );
}

/** Whether the caller had authenticated with an MFA device; undefined if the record doesn't say. */
export function usedMfa(read: ReadRecord, record: JsonObject): boolean | undefined {
  const atSignIn = textAt(record, 'additionalEventData', 'MFAUsed') ?? at(record, 'additionalEventData', 'MFAUsed');
  if (atSignIn !== undefined) return String(atSignIn).toLowerCase() === 'yes' || atSignIn === true;
  return read.userIdentity?.sessionContext?.attributes?.mfaAuthenticated;
}
