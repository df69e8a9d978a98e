import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { RuleSource } from '../lambda/detection/index.ts';

/**
 * Every rule file below a folder, in the order of their paths. Tests beside the rules aren't rules.
 * Files are named as an editor opens them from the current folder.
 */
export function readRuleSources(folder: string): readonly RuleSource[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name) && !/\.test\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ file: shown(path), text: readFileSync(path, 'utf8') }));
}

function shown(path: string): string {
  const local = relative(process.cwd(), path);
  return local.startsWith('..') ? path : local;
}
