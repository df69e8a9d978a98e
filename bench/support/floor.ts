import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The least that reading a folder of log objects takes in Node: gunzip, and JSON.parse of the whole object. */
const [folder = '.'] = process.argv.slice(2);
const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const before = process.cpuUsage();
let records = 0;
for (const { parentPath, name } of files) {
  const { Records } = JSON.parse(gunzipSync(readFileSync(join(parentPath, name))).toString('utf8'));
  records += Records.length;
}
process.send?.({ seconds: process.cpuUsage(before).user / 1e6, records });
