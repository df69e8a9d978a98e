import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const PACKAGE = join(import.meta.dirname, '../../package.json');

/** The version in the project's package.json, which is what a deploy deploys. */
export function projectVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(PACKAGE, 'utf8'))).version;
}
