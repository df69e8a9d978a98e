import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { CommandFailure } from '../../output/exit-codes.ts';
import type { Output } from '../../output/process-io.ts';

/** Bytes that are gathered before they are written. */
const CHUNK_BYTES = 256 * 1024;

const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Has a file written under another name in its folder, and gives it its own once it is whole: nobody reads half a file,
 * and what was there before stays where it fails or is interrupted.
 * @param write what `file` takes is in the file when this ends; or it writes to `path` itself.
 * @throws CommandFailure where the file can't be written; the errors of `write`.
 */
export async function writeWhole(output: string, write: (path: string, file: Output) => Promise<void>): Promise<void> {
  const path = `${output}.${process.pid}.partial`;
  const file = openFile(path, output);
  const interrupt = (signal: NodeJS.Signals): void => {
    rmSync(path, { force: true });
    // Whoever waits for this process learns that it was interrupted.
    forget();
    process.kill(process.pid, signal);
  };
  const forget = (): void => {
    for (const signal of INTERRUPTIONS) process.off(signal, interrupt);
  };
  for (const signal of INTERRUPTIONS) process.once(signal, interrupt);
  try {
    await write(path, file.output);
    file.close();
    await rename(path, output).catch((error: NodeJS.ErrnoException) => {
      throw unwritable(output, error);
    });
  } catch (error) {
    file.abandon();
    await rm(path, { force: true });
    throw error;
  } finally {
    forget();
  }
}

function openFile(path: string, output: string) {
  const descriptor = opened(path, output);
  let chunks: Buffer[] = [];
  let length = 0;
  let isOpen = true;
  const flush = (): void => {
    const bytes = Buffer.concat(chunks);
    chunks = [];
    length = 0;
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
  };
  const end = (): void => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  return {
    output: {
      isTerminal: false,
      columns: undefined,
      colours: false,
      write: (text: string) => {
        const bytes = Buffer.from(text);
        chunks.push(bytes);
        length += bytes.length;
        if (length >= CHUNK_BYTES) flush();
      },
    } satisfies Output,
    close: () => {
      flush();
      end();
    },
    abandon: end,
  };
}

function opened(path: string, output: string): number {
  try {
    return openSync(path, 'w', 0o600);
  } catch (error) {
    throw unwritable(output, error);
  }
}

function unwritable(output: string, error: unknown): CommandFailure {
  const why = error instanceof Error ? error.message : String(error);
  return new CommandFailure(`${output} can't be written: ${why}`, undefined, { cause: error });
}
