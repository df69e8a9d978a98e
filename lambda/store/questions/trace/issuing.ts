import type { IndexedEvent } from '../indexed-event.ts';

/** Calls whose answer holds credentials. */
const ISSUING: ReadonlySet<string> = new Set([
  'sts:AssumeRole',
  'sts:AssumeRoleWithSAML',
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoot',
  'sts:GetFederationToken',
  'sts:GetSessionToken',
  'signin:GetSigninToken',
  'iam:CreateAccessKey',
]);

/** "AWS Management Console sign-in events": they name no key, and begin a session all the same. */
const LOGINS: ReadonlySet<string> = new Set(['signin:ConsoleLogin', 'signin:SwitchRole']);

export const LOGIN_ACTIONS: readonly string[] = [...LOGINS];

/** The longest session: GetSessionToken's and GetFederationToken's 36 hours. */
export const SESSION_MILLISECONDS = 36 * 3_600_000;

export function isIssuing({ action, outcome }: IndexedEvent): boolean {
  return outcome === 'success' && ISSUING.has(action);
}

export function isLogin({ action, outcome }: IndexedEvent): boolean {
  return outcome === 'success' && LOGINS.has(action);
}

/** "IAM identifiers": AKIA is a long-term key, ASIA that of a session. */
export function isAccessKeyId(text: string): boolean {
  return /^A[KS]IA[A-Z0-9]{12,124}$/.test(text);
}
