import { RecordSplitter } from './record-splitter.ts';

/**
 * What a file of records looks like. `log-object`: `{"Records":[…]}`, which the functions read as it stands. `lines`:
 * JSON lines; an unreadable line hides no other. `documents`: one or several of a list, an answer of lookup-events, or
 * a single record. `unknown`: none of these forms.
 */
export type RecordShape = 'log-object' | 'lines' | 'documents' | 'unknown';

/** Bytes of a first line that are examined: a longer one is read as a document of its own. */
export const MAX_HEAD_BYTES = 4 * 1024 * 1024;

const LOG_OBJECT = /^\{\s*"Records"\s*:\s*\[/;

/**
 * The shape of content by its beginning; undefined if more of it is needed.
 * @param head the first bytes, without a byte order mark. @param isAll whether nothing follows them.
 */
export function shapeOf(head: Buffer, isAll: boolean): RecordShape | undefined {
  const start = head.findIndex((byte) => byte > 0x20);
  if (start < 0) return isAll || head.length >= MAX_HEAD_BYTES ? 'unknown' : undefined;
  if (head[start] === 0x5b) return 'documents';
  if (head[start] !== 0x7b) return 'unknown';
  const end = head.indexOf('\n', start);
  const next = end < 0 ? -1 : head.findIndex((byte, index) => index > end && byte > 0x20);
  const isLogObject = LOG_OBJECT.test(head.toString('latin1', start, start + 1024));
  if (next < 0) {
    if (isLogObject || (isAll && isWholeLogObject(head))) return 'log-object';
    return isAll || head.length >= MAX_HEAD_BYTES ? 'documents' : undefined;
  }
  const line = head.toString('utf8', start, end).trimEnd();
  const value = parseObject(line);
  if (value !== undefined) return Array.isArray(value.Records) || Array.isArray(value.Events) ? 'documents' : 'lines';
  if (isLogObject) return 'log-object';
  // A line that should be a record, but is broken: a document over several lines doesn't continue like this.
  const isBroken = endsInsideString(line) || (head[next] === 0x7b && !/[[{:,]$/.test(line));
  if (isBroken) return 'lines';
  return isAll && isWholeLogObject(head) ? 'log-object' : 'documents';
}

function isWholeLogObject(content: Buffer): boolean {
  const splitter = new RecordSplitter({ maxRecordBytes: MAX_HEAD_BYTES });
  try {
    for (const _record of splitter.push(content));
    splitter.end();
    return true;
  } catch {
    return false;
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function endsInsideString(line: string): boolean {
  return line.replace(/\\./g, '').split('"').length % 2 === 0;
}
