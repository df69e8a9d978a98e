import type { Io } from '../../../cli/output/process-io.ts';
import { run } from '../../../cli/program.ts';
import { NOW } from '../../support/index-events.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  /** Characters in a line of a terminal; without it nobody looks. */
  readonly columns?: number;
  readonly colours?: boolean;
  readonly now?: Date;
  /** What a person types, one line a question; without it nobody can be asked. */
  readonly answers?: readonly string[];
  /** The environment, beside this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs a command line in this process. */
export async function runCommand(args: readonly string[], surroundings: Surroundings = {}): Promise<CommandResult> {
  const { columns, colours = false, now = NOW, answers, env = {} } = surroundings;
  const toCome = [...(answers ?? [])];
  let stdout = '';
  let stderr = '';
  const shape = { isTerminal: columns !== undefined, columns, colours };
  const io: Io = {
    stdout: {
      ...shape,
      write: (text) => {
        stdout += text;
      },
    },
    stderr: {
      ...shape,
      write: (text) => {
        stderr += text;
      },
    },
    // Tests leave nothing in the user's cache folder.
    env: { ...process.env, XDG_CACHE_HOME: undefined, HOME: undefined, LOCALAPPDATA: undefined, ...env },
    now: () => now,
    ...(answers !== undefined && {
      ask: async (question: string) => {
        stdout += question;
        const answer = toCome.shift();
        if (answer === undefined) throw new Error(`Nothing is left to answer "${question}" with.`);
        return answer;
      },
    }),
  };
  const code = await run(args, io);
  return { code, stdout, stderr };
}

/** The lines of an answer in JSON lines. */
export function jsonLines(stdout: string): readonly Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
