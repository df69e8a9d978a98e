/** Whether a conditional write was refused because its condition didn't hold. */
export function isConditionFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/**
 * Whether a write of one row was refused because a transaction was in progress on it: a moment later it may succeed.
 */
export function isUnderTransaction(error: unknown): boolean {
  return error instanceof Error && error.name === 'TransactionConflictException';
}

/** Whether a transaction was refused because a condition didn't hold, or because another one was in progress. */
export function isTransactionConflict(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return false;
  const reasons =
    'CancellationReasons' in error && Array.isArray(error.CancellationReasons) ? error.CancellationReasons : [];
  const codes = reasons.map((reason: { Code?: string }) => reason.Code ?? 'None').filter((code) => code !== 'None');
  return codes.length > 0 && codes.every((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict');
}
