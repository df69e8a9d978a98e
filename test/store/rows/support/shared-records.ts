import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import type { JsonObject } from '../../../../lambda/shared/json.ts';

/** Real records, which aren't part of the project: they lie beside a checkout, or nowhere. */
const FOLDER = join(__dirname, '../../../../shared/data');

const logObject = z.object({ Records: z.array(z.custom<JsonObject>((value) => value instanceof Object)) });

/** The records of each folder of log objects, by its name; none where there is no such folder. */
export function sharedRecords(): ReadonlyMap<string, readonly JsonObject[]> {
  const found = new Map<string, JsonObject[]>();
  if (!existsSync(FOLDER)) return found;
  for (const entry of readdirSync(FOLDER, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.json.gz')) continue;
    const text = gunzipSync(readFileSync(join(entry.parentPath, entry.name))).toString();
    const { Records } = logObject.parse(JSON.parse(text));
    const [folder = ''] = entry.parentPath.slice(FOLDER.length + 1).split('/');
    found.set(folder, [...(found.get(folder) ?? []), ...Records]);
  }
  return found;
}
