/** The end of a text that was cut to size. */
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
