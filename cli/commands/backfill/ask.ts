import { createInterface } from 'node:readline/promises';
import type { Io } from '../../output/process-io.ts';

/** Asks a person. Where none is there, the answer is no. */
export async function askYesOrNo(question: string, io: Io): Promise<boolean> {
  if (!io.stderr.isTerminal || process.stdin.isTTY !== true) return false;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(question)).trim());
  } finally {
    lines.close();
  }
}
