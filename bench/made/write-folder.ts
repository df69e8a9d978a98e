import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type MadeEvent, madeEvents, madeRecord } from './events.ts';

const OBJECTS = 3_872;
const RECORDS = 30_000;

/**
 * Writes log objects as a quiet organization has them: about eight records in each.
 * @returns how many there are.
 */
export async function writeFolder(folder: string, objects = OBJECTS, records = RECORDS): Promise<number> {
  const organization = { seed: 20_261_118, eventsPerObject: [Math.ceil(records / objects)] };
  const open = new Map<string, MadeEvent[]>();
  for (const event of madeEvents(organization, '2026-11-18', records)) {
    const events = open.get(event.receipt.key);
    if (events === undefined) open.set(event.receipt.key, [event]);
    else events.push(event);
  }
  // Many small ones remain: neighbours become one, until there are as many objects as are wanted.
  const all = [...open];
  const count = Math.min(objects, all.length);
  for (let object = 0; object < count; object++) {
    const place = (number: number): number => Math.floor((number * all.length) / count);
    const together = all.slice(place(object), place(object + 1));
    const [key = ''] = together[0] ?? [];
    const file = join(folder, key);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      gzipSync(JSON.stringify({ Records: together.flatMap(([, events]) => events.map(madeRecord)) })),
    );
  }
  return count;
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    console.error('Say where: node bench/made/write-folder.ts FOLDER');
    process.exit(2);
  }
  console.log(`${await writeFolder(folder)} log objects with ${RECORDS} records`);
}
