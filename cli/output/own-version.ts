import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isJsonObject } from '../../lambda/shared/json.ts';

/** The version in the package's own package.json: beside the sources, or above what was built of them. */
export function ownVersion(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  // Without a schema: every command asks for it, and few need what reads schemas.
  if (isJsonObject(manifest) && typeof manifest.version === 'string') return manifest.version;
  throw new Error(`${join(folder, 'package.json')} names no version: install the package again`);
}
