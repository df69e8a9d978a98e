import { cutText } from '../shared/cut-text.ts';

/** Bytes of an exception's message that a reason repeats. */
const MAX_MESSAGE_BYTES = 300;

/**
 * The reason for a record whose processing threw. The message of a syntax error quotes text that may be a secret, so
 * only the error's name is given.
 */
export function processingReason(error: unknown): string {
  if (!(error instanceof Error)) return 'processing it failed: unknown error';
  const message = error instanceof SyntaxError ? '' : `: ${cutText(error.message, MAX_MESSAGE_BYTES)}`;
  return `processing it failed: ${error.name}${message}`;
}
