/**
 * A receiver didn't take a message: it is sent again later. The message of this error is logged, kept in the alert's
 * row and shown to people, so it holds no secret.
 */
export class NotTakenError extends Error {
  override readonly name = 'NotTakenError';
  /** What the receiver asked to wait. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, { retryAfterSeconds }: { readonly retryAfterSeconds?: number | undefined } = {}) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
