import type { TimeRange } from './partition-page.ts';

const LAST_MILLISECOND = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * The times of the index between two moments. eventTime has whole seconds, so the end is exact.
 * @param since included
 * @param until not included
 * @returns undefined if no time lies between them.
 */
export function timeRange(since: Date | undefined, until: Date | undefined): TimeRange | undefined {
  const first = since === undefined ? undefined : seconds(Math.ceil(since.getTime() / 1000) * 1000);
  const last = until === undefined ? undefined : seconds(until.getTime() - 1);
  if (first !== undefined && last !== undefined && first > last) return undefined;
  return { ...(first !== undefined && { first }), ...(last !== undefined && { last }) };
}

function seconds(milliseconds: number): string {
  const time = new Date(Math.max(0, Math.min(milliseconds, LAST_MILLISECOND)));
  return `${time.toISOString().slice(0, 19)}Z`;
}
