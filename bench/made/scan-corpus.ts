import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import type { JsonObject } from '../../lambda/shared/json.ts';
import { type MadeEvent, madeEvents, madeRecord } from './events.ts';

/** Records in a hundred whose request holds a long list. */
const HEAVY_PERCENT = 2;

const HEAVY_ITEMS = 120;

/** Characters that are compressed at a time. */
const PART_LENGTH = 65_536;

/**
 * Writes log objects of so many records each, made from a seed: most addresses are names of services and IPv6, most
 * callers assumed roles, and 2 % of the records hold some 20 KB of data.
 * @returns uncompressed bytes.
 */
export async function writeScanCorpus(folder: string, records: number, recordsAnObject: number): Promise<number> {
  let open: JsonObject[] = [];
  let key = '';
  let bytes = 0;
  let index = 0;
  const keys = new Set<string>();
  const close = async (): Promise<void> => {
    const text = JSON.stringify({ Records: open });
    bytes += Buffer.byteLength(text);
    const file = join(folder, key);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, gzipSync(text));
    open = [];
  };
  for (const event of madeEvents({ seed: 14, eventsPerObject: [recordsAnObject] }, '2026-11-18', records)) {
    if (open.length === 0) key = newKey(event.receipt.key, keys);
    open.push(recordOf(event, index++));
    if (open.length === recordsAnObject) await close();
  }
  if (open.length > 0) await close();
  return bytes;
}

/** Several objects begin in one that `madeEvents` made: each gets a key of its own. */
function newKey(key: string, keys: Set<string>): string {
  const own = keys.has(key) ? key.replace(/.{6}(?=\.json\.gz$)/, String(keys.size).padStart(6, '0')) : key;
  keys.add(own);
  return own;
}

/** One log object of any number of such records. */
export async function writeLargeObject(file: string, records: number): Promise<void> {
  const parts = function* (): Generator<string> {
    let index = 0;
    let part = '{"Records":[';
    for (const event of madeEvents({ seed: 14, eventsPerObject: [records] }, '2026-11-18', records)) {
      part += `${index === 0 ? '' : ','}${JSON.stringify(recordOf(event, index++))}`;
      if (part.length < PART_LENGTH) continue;
      yield part;
      part = '';
    }
    yield `${part}]}`;
  };
  await mkdir(dirname(file), { recursive: true });
  await pipeline(Readable.from(parts()), createGzip(), createWriteStream(file));
}

function recordOf(event: MadeEvent, index: number): JsonObject {
  const record = madeRecord(event);
  return index % 100 < HEAVY_PERCENT ? withMuchData(record) : record;
}

function withMuchData(record: JsonObject): JsonObject {
  const items = Array.from({ length: HEAVY_ITEMS }, (_, item) => ({
    key: `setting-${item}`,
    value: `${record.eventID}/${item}`,
    description: 'What the setting is for, as the console shows it to people who look for it.',
  }));
  return { ...record, requestParameters: { items } };
}
