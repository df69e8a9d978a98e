const TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

/** `YYYY-MM-DDTHH:mm:ssZ` in UTC, the form of every time in the index, because it sorts as text; undefined for no time. */
export function toSeconds(value: string): string | undefined {
  if (!TIME.test(value)) return undefined;
  if (value.length === 20 && value.endsWith('Z')) return Number.isNaN(Date.parse(value)) ? undefined : value;
  const epoch = Date.parse(value);
  return Number.isNaN(epoch) ? undefined : `${new Date(epoch).toISOString().slice(0, 19)}Z`;
}
