import { closeSync, createReadStream, openSync, readSync } from 'node:fs';

/** The path that means standard input. */
export const STANDARD_INPUT = '-';

const MIN_MEMORY = 64 * 1024;

/** The bytes of a file, or of standard input: those can be read once. Errors come with the bytes. */
export function openInput(path: string): AsyncIterable<Uint8Array> {
  return path === STANDARD_INPUT ? process.stdin : createReadStream(path);
}

/** One piece of memory for all small files: one for each would cost more than reading them. */
let memory = Buffer.alloc(0);

/**
 * The content of a file of so many bytes, until the next call of this function. Undefined for one that has more by now,
 * standard input, and a file that can't be read: `openInput` tells why.
 */
export function readSmallFile(path: string, bytes: number): Buffer | undefined {
  if (path === STANDARD_INPUT) return undefined;
  // One byte more than there should be shows that there are more.
  if (memory.length <= bytes) memory = Buffer.allocUnsafeSlow(Math.max(MIN_MEMORY, 2 * bytes));
  try {
    const file = openSync(path, 'r');
    try {
      const length = readSync(file, memory, 0, bytes + 1, null);
      return length > bytes ? undefined : memory.subarray(0, length);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
