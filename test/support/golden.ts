import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(__dirname, '../..');

/** Set, it has the golden files written anew in place of compared. */
export const UPDATE_VARIABLE = 'UPDATE_GOLDEN';

/**
 * Compares text with a file that is kept with the tests: what users or deployments rely on changes only on purpose.
 * `UPDATE_GOLDEN=1 npm test -- PATH` writes the file; its difference is then reviewed like code.
 *
 * @param file where it is kept, absolute
 * @throws the matcher's error where they differ; Error where there is no such file
 */
export function expectGolden(file: string, text: string): void {
  if (process.env[UPDATE_VARIABLE] !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  const name = relative(ROOT, file);
  if (!existsSync(file)) throw new Error(`There is no ${name}: ${UPDATE_VARIABLE}=1 npm test writes it.`);
  expect({ [name]: text }).toEqual({ [name]: readFileSync(file, 'utf8') });
}
