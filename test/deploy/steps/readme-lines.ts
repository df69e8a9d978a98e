import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectThat } from '../world/expect.ts';
import { ACCOUNT, REGION } from '../world/world.ts';

const PROJECT = join(import.meta.dirname, '../../..');

/** The blocks of shell below a heading of a page, word for word. @throws Unmet if there is no such heading. */
export async function blocksBelow(page: string, heading: string): Promise<readonly string[]> {
  const text = await readFile(join(PROJECT, page), 'utf8');
  const begin = text.indexOf(`\n## ${heading}\n`);
  expectThat(begin >= 0, `${page} has no heading "${heading}".`);
  const section = text.slice(begin + 1).split(/\n## /)[0] ?? '';
  // Blocks in a list are indented.
  return [...section.matchAll(/^( *)```sh\n(.*?)\n *```/gms)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

/**
 * The command lines below a heading, with the account and region put in for the words that stand for them there, and without
 * what follows a `#`.
 */
export async function linesBelow(page: string, heading: string): Promise<readonly string[]> {
  return (await blocksBelow(page, heading))
    .flatMap((block) => block.split('\n'))
    .map((line) =>
      line
        .replace(/\s+#.*$/, '')
        .replaceAll('ACCOUNT', ACCOUNT)
        .replaceAll('REGION', REGION),
    )
    .filter((line) => line.trim() !== '');
}
