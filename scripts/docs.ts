import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { coveragePage } from './docs/coverage-page.ts';
import { readSourceFiles } from './docs/import-graph.ts';
import { readPack } from './docs/pack.ts';
import { reportOnRooms } from './docs/rooms.ts';
import { rulesPage } from './docs/rules-page.ts';
import { withSection } from './docs/section.ts';

/*
 * Writes what docs/ says about the pack and about the rooms of the code, or with --check says what is stale and ends
 * with 1. Rooms or folders that use each other in a circle end it with 1 too.
 * The page about other people's data is only written, or checked, where that data is named.
 */

const ROOT = join(import.meta.dirname, '..');
const DOCS = join(ROOT, 'docs');

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, stratus: { type: 'string' } },
});
const pack = readPack();
const rooms = reportOnRooms(readSourceFiles(ROOT));
const pages: Readonly<Record<string, string>> = {
  'rules.md': rulesPage(pack.rules),
  'architecture.md': withSection(readFileSync(join(DOCS, 'architecture.md'), 'utf8'), 'rooms', rooms.section),
  ...(values.stratus !== undefined && { 'coverage.md': coveragePage(pack, values.stratus) }),
};
for (const [name, text] of Object.entries(pages)) {
  const file = join(DOCS, name);
  if (!values.check) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`docs/${name} is stale: npm run docs writes it anew`);
    process.exitCode = 1;
  }
}
for (const remark of rooms.remarks) console.log(`note: ${remark}`);
for (const fault of rooms.faults) {
  console.error(`fault: ${fault}`);
  process.exitCode = 1;
}
