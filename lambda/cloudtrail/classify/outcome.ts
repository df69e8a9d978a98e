import { type JsonObject, textAt } from '../../shared/json.ts';
import type { ReadRecord } from '../record/read-record.ts';

export type Outcome = 'success' | 'denied' | 'error';

const DENIED =
  /AccessDenied|Unauthorized|NotAuthorized|AuthFailure|Forbidden|OptInRequired|SignatureDoesNotMatch|InvalidClientTokenId|UnrecognizedClient|ExpiredToken|FailedAuthentication/i;

/** What went wrong, where the record says. */
export interface Failure {
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/**
 * The error of a call; of App Mesh's events about Envoy's connections, which name none, the status of a connection that
 * broke ("Logging AWS App Mesh API calls with AWS CloudTrail": ConnectionTerminated, with its failureReason). Connections
 * that are established, or end as they should, are no failures.
 */
export function classifyFailure(read: ReadRecord): Failure {
  const status =
    read.eventSource === 'appmesh.amazonaws.com' ? textAt(read.serviceEventDetails, 'eventStatus') : undefined;
  const isBroken = read.errorCode === undefined && status === 'ConnectionTerminated';
  const reason = isBroken ? textAt(read.serviceEventDetails, 'failureReason') : undefined;
  const errorCode = isBroken ? status : read.errorCode;
  const errorMessage = read.errorMessage ?? (reason === '' ? undefined : reason);
  return { ...(errorCode !== undefined && { errorCode }), ...(errorMessage !== undefined && { errorMessage }) };
}

/** Whether the call succeeded, was refused because a permission was missing, or failed. */
export function classifyOutcome({ errorCode, errorMessage }: Failure, record: JsonObject): Outcome {
  if (errorCode !== undefined) return DENIED.test(errorCode) ? 'denied' : 'error';
  // "AWS Management Console sign-in events": a failed login has no errorCode.
  if (SIGN_IN_RESULTS.some((path) => textAt(record, 'responseElements', path) === 'Failure')) return 'denied';
  return errorMessage === undefined ? 'success' : 'error';
}

const SIGN_IN_RESULTS = ['ConsoleLogin', 'SwitchRole', 'CheckMfa', 'ExitRole', 'RenewRole', 'GetSigninToken'] as const;
