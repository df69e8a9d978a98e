import { createReadStream, readFileSync, statSync } from 'node:fs';

/** The path that means standard input. */
export const STANDARD_INPUT = '-';

/** The bytes of a file, or of standard input: those can be read once. Errors come with the bytes. */
export function openInput(path: string): AsyncIterable<Uint8Array> {
  return path === STANDARD_INPUT ? process.stdin : createReadStream(path);
}

/**
 * The content of a regular file of at most `maxBytes`. Undefined for any other, standard input, and a file that can't be
 * read: `openInput` tells why.
 */
export function readSmallFile(path: string, maxBytes: number): Buffer | undefined {
  if (path === STANDARD_INPUT) return undefined;
  try {
    const about = statSync(path);
    return about.isFile() && about.size <= maxBytes ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}
