import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectThat } from '../world/expect.ts';
import { ACCOUNT, REGION, type World } from '../world/world.ts';

/**
 * The command lines below a heading of a page, word for word, with the account and region put in for the words that stand
 * for them there, and without what follows a `#`.
 */
export async function linesBelow({ project }: World, page: string, heading: string): Promise<readonly string[]> {
  const text = await readFile(join(project, page), 'utf8');
  const begin = text.indexOf(`\n## ${heading}\n`);
  expectThat(begin >= 0, `${page} has no heading "${heading}".`);
  const section = text.slice(begin + 1).split(/\n## /)[0] ?? '';
  return [...section.matchAll(/```sh\n(.*?)```/gs)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) =>
      line
        .replace(/\s+#.*$/, '')
        .replaceAll('ACCOUNT', ACCOUNT)
        .replaceAll('REGION', REGION),
    )
    .filter((line) => line.trim() !== '');
}
