import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { comparisonPage } from './docs/comparison-page.ts';
import { coveragePage } from './docs/coverage-page.ts';
import { readPack } from './docs/pack.ts';
import { rulesPage } from './docs/rules-page.ts';

/*
 * Writes the pages about the pack into docs/, or with --check says which of them are stale and ends with 1.
 * The pages about other people's data are only written, or checked, where that data is named.
 */

const DOCS = join(import.meta.dirname, '../docs');

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, stratus: { type: 'string' }, panther: { type: 'string' } },
});
const pack = readPack();
const pages: Readonly<Record<string, string>> = {
  'rules.md': rulesPage(pack.rules),
  ...(values.stratus !== undefined && { 'coverage.md': coveragePage(pack, values.stratus) }),
  ...(values.panther !== undefined && { 'comparison-panther.md': comparisonPage(values.panther) }),
};
for (const [name, text] of Object.entries(pages)) {
  const file = join(DOCS, name);
  if (!values.check) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`docs/${name} is stale: npm run docs writes it anew`);
    process.exitCode = 1;
  }
}
