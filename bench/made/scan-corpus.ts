import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../lambda/shared/json.ts';
import { madeEvents, madeRecord } from './events.ts';

/** Records in a hundred whose request holds a long list. */
const HEAVY_PERCENT = 2;

const HEAVY_ITEMS = 120;

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
  const close = async (): Promise<void> => {
    const text = JSON.stringify({ Records: open });
    bytes += Buffer.byteLength(text);
    const file = join(folder, key);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, gzipSync(text));
    open = [];
  };
  for (const event of madeEvents({ seed: 14, eventsPerObject: [recordsAnObject] }, '2026-11-18', records)) {
    if (open.length === 0) key = event.receipt.key;
    const record = madeRecord(event);
    open.push(index++ % 100 < HEAVY_PERCENT ? withMuchData(record) : record);
    if (open.length === recordsAnObject) await close();
  }
  if (open.length > 0) await close();
  return bytes;
}

function withMuchData(record: JsonObject): JsonObject {
  const items = Array.from({ length: HEAVY_ITEMS }, (_, item) => ({
    key: `setting-${item}`,
    value: `${record.eventID}/${item}`,
    description: 'What the setting is for, as the console shows it to people who look for it.',
  }));
  return { ...record, requestParameters: { items } };
}
