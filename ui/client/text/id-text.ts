/** An id with its middle cut out: its ends tell it from others. It is copied whole. */
export function cutMiddle(id: string, length: number): string {
  if (id.length <= length) return id;
  const start = Math.ceil((length - 1) / 2);
  return `${id.slice(0, start)}…${id.slice(id.length - (length - 1 - start))}`;
}
