import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';

/** The version in the project's package.json, which is what a deploy deploys. */
export function projectVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageAbove(import.meta.dirname), 'utf8')))
    .version;
}

/** The published package has its files one folder deeper than the project. */
function packageAbove(folder: string): string {
  const file = join(folder, 'package.json');
  return existsSync(file) ? file : packageAbove(dirname(folder));
}
