import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The least that reading a folder of log objects takes in Node: gunzip, and JSON.parse of the whole object. */
const [folder = '.'] = process.argv.slice(2);
const secondsOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;
const before = process.cpuUsage();
const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
for (const { parentPath, name } of files) JSON.parse(gunzipSync(readFileSync(join(parentPath, name))).toString('utf8'));
const workSeconds = secondsOf(process.cpuUsage(before));
process.send?.({
  cpuSeconds: secondsOf(process.cpuUsage()),
  workSeconds,
  megabytes: process.resourceUsage().maxRSS / 1024,
});
