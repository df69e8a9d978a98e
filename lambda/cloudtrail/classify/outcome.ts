import { type JsonObject, textAt } from '../../shared/json.ts';
import type { ReadRecord } from '../record/read-record.ts';

export type Outcome = 'success' | 'denied' | 'error';

const DENIED =
  /AccessDenied|Unauthorized|NotAuthorized|AuthFailure|Forbidden|OptInRequired|SignatureDoesNotMatch|InvalidClientTokenId|UnrecognizedClient|ExpiredToken|FailedAuthentication/i;

/** Whether the call succeeded, was refused because a permission was missing, or failed. */
export function classifyOutcome(read: ReadRecord, record: JsonObject): Outcome {
  if (read.errorCode !== undefined) return DENIED.test(read.errorCode) ? 'denied' : 'error';
  // "AWS Management Console sign-in events": a failed login has no errorCode.
  if (SIGN_IN_RESULTS.some((path) => textAt(record, 'responseElements', path) === 'Failure')) return 'denied';
  return read.errorMessage === undefined ? 'success' : 'error';
}

const SIGN_IN_RESULTS = ['ConsoleLogin', 'SwitchRole', 'CheckMfa', 'ExitRole', 'RenewRole', 'GetSigninToken'] as const;
