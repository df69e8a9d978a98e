import module from 'node:module';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';

/**
 * Has Node keep what it compiles of this program from now on, without types, in the user's cache folder, and use what it
 * kept: half of the time of a start. Node 20 can't, and goes on without.
 */
export function keepCompiledCode(): void {
  const folder = cacheFolder(process.env);
  if (folder !== undefined) module.enableCompileCache?.(join(folder, 'compiled'));
}
