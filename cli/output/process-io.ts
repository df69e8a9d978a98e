import { once } from 'node:events';
import { CommandFailure } from './exit-codes.ts';

/** The surroundings of a command: what it writes to, and what it may read. */
export interface Io {
  /** Results only. */
  readonly stdout: Output;
  /** Everything except the results: hints, progress, errors. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Asks the person at the terminal, and gives the line that they type; absent where nobody could answer. */
  readonly ask?: (question: string) => Promise<string>;
}

export interface Output {
  write(text: string): void;
  /** Whether a person reads it. */
  readonly isTerminal: boolean;
  /** Characters in a line; undefined where lines have no bound. */
  readonly columns: number | undefined;
  readonly colours: boolean;
}

/** The process's own. When the reader closes early (`| head`), the process ends without a message. */
export function processIo(): Io {
  process.stdout.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const stdout = output(process.stdout);
  const stderr = output(process.stderr);
  return {
    // A person sees each line as it comes.
    ...(stdout.isTerminal ? { stdout, stderr } : together(stdout, stderr)),
    env: process.env,
    now: () => new Date(),
    ...(process.stdin.isTTY && process.stdout.isTTY && { ask }),
  };
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  // Without it, an end of the input (Ctrl-D) would leave the question unanswered for ever.
  const ended = once(lines, 'close').then(() => {
    throw new CommandFailure('Nobody answered: nothing was done.');
  });
  const answer = lines.question(question);
  try {
    return await Promise.race([answer, ended]);
  } finally {
    ended.catch(() => undefined);
    lines.close();
  }
}

/** Characters that are written at once. */
const MAX_TOGETHER = 64 * 1024;

/**
 * Results of one turn of the event loop are written together: a call of the system for each of thousands of lines takes
 * as long as finding them. What stands on stderr comes after the results before it.
 */
function together(stdout: Output, stderr: Output): { readonly stdout: Output; readonly stderr: Output } {
  let waiting: string[] = [];
  let length = 0;
  const flush = (): void => {
    if (length > 0) stdout.write(waiting.join(''));
    waiting = [];
    length = 0;
  };
  // However the process ends.
  process.on('exit', flush);
  return {
    stdout: {
      ...stdout,
      write: (text) => {
        if (length === 0) setImmediate(flush);
        waiting.push(text);
        length += text.length;
        if (length > MAX_TOGETHER) flush();
      },
    },
    stderr: {
      ...stderr,
      write: (text) => {
        flush();
        stderr.write(text);
      },
    },
  };
}

function output(stream: NodeJS.WriteStream): Output {
  const isTerminal = stream.isTTY === true;
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal,
    // Some report 0 where they don't know it.
    columns: isTerminal ? stream.columns || undefined : undefined,
    // "NO_COLOR": when set and not empty, with any value.
    colours: isTerminal && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  };
}
