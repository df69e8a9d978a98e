import type { JsonValue } from '../../shared/json.ts';

/**
 * Bytes that DynamoDB counts for a row, after "DynamoDB item sizes and formats": names and text by UTF-8 length, a list
 * or map 3 bytes and 1 more for each member, a number about one byte for two digits.
 */
export function rowBytes(row: object): number {
  let bytes = 0;
  const members = row as Readonly<Record<string, JsonValue | undefined>>;
  // Without a copy: each row is counted.
  for (const name in members) {
    const value = members[name];
    if (value !== undefined) bytes += Buffer.byteLength(name) + valueBytes(value);
  }
  return bytes;
}

function valueBytes(value: JsonValue): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (value === null || typeof value === 'boolean') return 1;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + 1 + valueBytes(item), 3);
  return Object.entries(value).reduce(
    (sum, [name, item]) => sum + 1 + Buffer.byteLength(name) + (item === undefined ? 0 : valueBytes(item)),
    3,
  );
}
