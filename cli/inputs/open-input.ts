import { createReadStream } from 'node:fs';

/** The path that means standard input. */
export const STANDARD_INPUT = '-';

/** The bytes of a file, or of standard input: those can be read once. Errors come with the bytes. */
export function openInput(path: string): AsyncIterable<Uint8Array> {
  return path === STANDARD_INPUT ? process.stdin : createReadStream(path);
}
