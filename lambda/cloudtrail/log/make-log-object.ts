import { ContentFault, type LogObjectItem } from './log-object.ts';
import { readRecords } from './read-records.ts';

/**
 * The log object, `{"Records":[…]}` uncompressed, of records that people keep in another form. Records stand in it byte
 * by byte as they stood there; what was to be a record and can't be read stands in it as text, so that it is named like
 * any other record that can't be read. Where the content can't be read on, the log object is cut at the same place.
 * @throws the errors of `body`.
 */
export async function* makeLogObject(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  yield Buffer.from('{"Records":[');
  let separator = '\n';
  try {
    for await (const items of readRecords(body)) {
      for (const item of items) {
        yield Buffer.concat([Buffer.from(separator), bytesOf(item)]);
        separator = ',\n';
      }
    }
  } catch (error) {
    if (error instanceof ContentFault) return;
    throw error;
  }
  yield Buffer.from('\n]}\n');
}

function bytesOf(item: LogObjectItem): Buffer {
  if ('value' in item) return item.bytes;
  return Buffer.from(JSON.stringify(item.bytes?.toString('utf8') ?? item.problem));
}
