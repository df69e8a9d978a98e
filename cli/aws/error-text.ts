import { CommandFailure, EXIT } from '../output/exit-codes.ts';

/** What an error means to a person, and what the process ends with for it. */
export async function explainError(error: unknown): Promise<{ message: string; exitCode: number }> {
  if (error instanceof CommandFailure) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_BUILTIN_MODULE') {
    const message = `What runs on this machine (--local, --data, history) needs Node.js 22.5 or later: this is ${process.version}. In a checkout, npm run -s trailwarden has it.`;
    return { message, exitCode: EXIT.failure };
  }
  // Loaded late, because they know the errors of all of AWS.
  const [{ awsAdvice }, { indexAdvice }] = await Promise.all([import('./aws-advice.ts'), import('./index-advice.ts')]);
  const message = indexAdvice(error) ?? awsAdvice(error) ?? (error instanceof Error ? error.message : String(error));
  return { message, exitCode: EXIT.failure };
}
