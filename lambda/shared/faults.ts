/** Something can't be read or written right now. A later try may succeed. The content is not the reason. */
export class FaultOfAccess extends Error {
  override readonly name: string = 'FaultOfAccess';
}

/** The content is at fault: reading it again gives the same. */
export class FaultOfContent extends Error {
  override readonly name: string = 'FaultOfContent';
}

/**
 * Names of errors that may end by themselves or by an operator's work: throttling, denial, what isn't there yet, the
 * network, the service.
 */
const ACCESS_NAMES = new RegExp(
  [
    // Throttling.
    'Throttl',
    'TooManyRequests',
    'ProvisionedThroughputExceeded',
    'RequestLimitExceeded',
    'LimitExceededException$',
    'SlowDown',
    'OverLimit',
    'TransactionInProgress',
    'TransactionConflict',
    'ConditionalRequestConflict',
    // Denial, until a policy, a key or credentials are corrected.
    'AccessDenied',
    'Forbidden',
    'NotAuthorized',
    'Unauthorized',
    'Authoriz',
    'UnrecognizedClient',
    'InvalidAccessKeyId',
    'InvalidClientTokenId',
    'SignatureDoesNotMatch',
    'Expired',
    'Credentials',
    'RequestTimeTooSkewed',
    '^KMS',
    'Kms',
    'InvalidObjectState',
    // Not there (yet).
    'NoSuch',
    'NotFound',
    'DoesNotExist',
    'NonExistentQueue',
    // The service or the way to it.
    'InternalError',
    'InternalFailure',
    'InternalServer',
    'ServiceUnavailable',
    'ServiceFailure',
    'Timeout',
    'TimedOut',
    'NetworkingError',
    'AbortError',
  ].join('|'),
);

/** Codes of Node's sockets, DNS and TLS. */
const NETWORK_CODE =
  /^(E(AI_|CONN|HOST|NET|PIPE|PROTO|TIMEDOUT|NOTFOUND|ADDR)|UND_ERR|ERR_(TLS|SSL|STREAM_PREMATURE)|CERT_)/;

/** HTTP statuses that say nothing about the request itself: denied, not there, too slow, in conflict, too many. */
const ACCESS_STATUSES: ReadonlySet<unknown> = new Set([401, 403, 404, 408, 409, 425, 429]);

/**
 * Whether another try may succeed after an error: a `FaultOfAccess` of ours, or an error of the AWS SDK or the network
 * that means throttling, denied access, something that isn't there yet, a broken connection or a failure of the
 * service. Everything else (a request that the service finds invalid, an exception of the code) fails again in the same
 * way.
 */
export function isFaultOfAccess(error: unknown): boolean {
  if (error instanceof FaultOfAccess) return true;
  if (error instanceof FaultOfContent || !(error instanceof Error)) return false;
  if (ACCESS_NAMES.test(error.name)) return true;
  if ('code' in error && typeof error.code === 'string' && NETWORK_CODE.test(error.code)) return true;
  if (isRetryable(error) || isCancelledByOthers(error)) return true;
  const status = statusOf(error);
  return status !== undefined && (status >= 500 || ACCESS_STATUSES.has(status));
}

function isRetryable(error: Error): boolean {
  return '$retryable' in error && error.$retryable !== undefined;
}

/** A transaction that was cancelled for a reason other than its own conditions and content. */
function isCancelledByOthers(error: Error): boolean {
  if (error.name !== 'TransactionCanceledException' || !('CancellationReasons' in error)) return false;
  return !JSON.stringify(error.CancellationReasons ?? []).includes('"ValidationError"');
}

function statusOf(error: Error): number | undefined {
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
