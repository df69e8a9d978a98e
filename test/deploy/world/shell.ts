import { spawn } from 'node:child_process';

export interface ShellResult {
  readonly code: number;
  /** What it wrote to both outputs, in order as far as that can be told. */
  readonly output: string;
  readonly stdout: string;
}

export interface ShellOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs a line as a person's shell would; nothing is asked, as there is no terminal. */
export async function shell(line: string, { cwd, env }: ShellOptions): Promise<ShellResult> {
  const child = spawn('bash', ['-c', line], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  return { code: await promise, output, stdout };
}
