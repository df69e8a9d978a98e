/**
 * Seconds that a server asks to wait, from a Retry-After header: a number of seconds, or an HTTP date.
 * @returns undefined if the header is absent, in the past, or neither of them.
 */
export function retryAfterSeconds(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const date = Date.parse(text);
  if (Number.isNaN(date)) return undefined;
  const seconds = Math.ceil((date - now.getTime()) / 1000);
  return seconds > 0 ? seconds : undefined;
}
