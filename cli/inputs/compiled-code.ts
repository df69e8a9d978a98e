import module from 'node:module';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';

/**
 * Has Node keep what it compiles of this program from now on, without types, in the user's cache folder, and use what it
 * kept: half of the time of a start. Node 20 can't, and goes on without.
 */
export function keepCompiledCode(): void {
  const folder = compiledCodeFolder();
  if (folder !== undefined) module.enableCompileCache?.(folder);
}

/**
 * The environment of a thread that uses and keeps it, too, from its first file on. A thread doesn't inherit it, and one that
 * is told later loads what strips types, which takes longer than all of its code.
 */
export function threadEnvironment(): NodeJS.ProcessEnv {
  const folder = compiledCodeFolder();
  return folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: folder };
}

function compiledCodeFolder(): string | undefined {
  const folder = cacheFolder(process.env);
  return folder === undefined ? undefined : join(folder, 'compiled');
}
