import { isDeepStrictEqual } from 'node:util';

/**
 * What differs between two values of JSON, so that a golden file of a change says nothing of what stays: members that
 * were added or changed, and `gone` for those that aren't there any more; of a list what came and what went.
 */
export function changesBetween(before: unknown, after: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(after)) {
    const came = after.filter((item) => !before.some((other) => isDeepStrictEqual(item, other)));
    const went = before.filter((item) => !after.some((other) => isDeepStrictEqual(item, other)));
    return { ...(came.length > 0 && { came }), ...(went.length > 0 && { went }) };
  }
  if (!isMembers(before) || !isMembers(after)) return after;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  const changed = names.filter((name) => !isDeepStrictEqual(before[name], after[name]));
  return Object.fromEntries(
    changed.map((name) => [name, name in after ? changesBetween(before[name], after[name]) : 'gone']),
  );
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
