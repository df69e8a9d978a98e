import type { JsonValue } from '../shared/json.ts';

/**
 * Bytes that DynamoDB counts for a row, after "DynamoDB item sizes and formats": names and text by UTF-8 length,
 * a list or map 3 bytes and 1 more a member, a number about a byte for two digits.
 */
export function rowBytes(row: object): number {
  let bytes = 0;
  for (const [name, value] of Object.entries<JsonValue | undefined>({ ...row })) {
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

/** What ends a text that was cut to size. */
const CUT_MARK = '…';

/** The text, or its beginning and a mark, in at most `maxBytes` of UTF-8; characters stay whole. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length <= maxBytes / 3 || Buffer.byteLength(text) <= maxBytes) return text;
  const room = maxBytes - Buffer.byteLength(CUT_MARK);
  const bytes = Buffer.from(text);
  let end = room;
  // A continuation byte of UTF-8 is 10xxxxxx: step back to the start of its character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end) + CUT_MARK;
}
