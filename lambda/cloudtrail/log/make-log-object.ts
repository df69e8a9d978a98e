import { ContentFault, type LogObjectItem } from './log-object.ts';
import { readRecords } from './read-records.ts';

/**
 * The log object, `{"Records":[…]}` uncompressed, of records that people keep in another form. The bytes of each record
 * stay the same. What should be a record but can't be read becomes a text, so that it is reported like any other
 * unreadable record. If the content can't be read further, the log object is cut at the same place.
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
