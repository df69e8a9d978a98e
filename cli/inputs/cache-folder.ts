import { join } from 'node:path';

/**
 * Where this program may keep what it can make again, after the XDG Base Directory Specification; undefined where the
 * user has no such place.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  // The specification has relative paths ignored.
  if (env.XDG_CACHE_HOME?.startsWith('/') === true) return join(env.XDG_CACHE_HOME, 'trailwarden');
  if (env.LOCALAPPDATA !== undefined && env.LOCALAPPDATA !== '') return join(env.LOCALAPPDATA, 'trailwarden');
  return env.HOME === undefined || env.HOME === '' ? undefined : join(env.HOME, '.cache', 'trailwarden');
}
