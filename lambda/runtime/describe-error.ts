/** An error's name and message. SDK errors hold requests and headers that a log must not hold. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
}
