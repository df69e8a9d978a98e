import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** A DynamoDB that runs on this machine. */
export interface Dynoxide {
  readonly endpoint: string;
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
}

const ATTEMPTS = 5;
const STARTUP_MILLISECONDS = 15_000;
const GUARD = fileURLToPath(new URL('dynoxide-guard.ts', import.meta.url));

/**
 * Starts dynoxide on a free loopback port and waits until it answers.
 *
 * @param databaseFile the SQLite file that keeps the tables; without it they live in memory
 * @throws Error if the platform has no binary, or if the process doesn't start; the message says what to do
 */
export async function startDynoxide(databaseFile?: string): Promise<Dynoxide> {
  const binary = binaryPath();
  let reason = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = await freePort();
    const parameters = ['--host', '127.0.0.1', '--port', String(port)];
    if (databaseFile !== undefined) parameters.push('--db-path', databaseFile);
    // Detached, because Ctrl-C in a terminal reaches the whole process group: the tables must outlive it for as long
    // as we are still writing to them.
    const guard = spawn(process.execPath, [GUARD, binary, ...parameters], { detached: true, windowsHide: true });
    const failure = await untilListening(guard);
    if (failure === undefined) {
      return { endpoint: `http://127.0.0.1:${port}`, stop: () => stop(guard) };
    }
    reason = failure;
  }
  throw new Error(`The embedded DynamoDB didn't start: ${reason}`);
}

function binaryPath(): string {
  const name = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  const packaged = `@dynoxide/${process.platform}-${process.arch}/${name}`;
  try {
    return fileURLToPath(import.meta.resolve(packaged));
  } catch {
    throw new Error(
      `There is no embedded DynamoDB for ${process.platform}-${process.arch}. ` +
        'Start any other one (Amazon publishes DynamoDB Local) and set AWS_ENDPOINT_URL_DYNAMODB to its address.',
    );
  }
}

/** A port that was free a moment ago: another process may still take it, and then dynoxide says so and ends. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}

/** @returns what went wrong, or nothing once it listens */
async function untilListening(guard: ChildProcessWithoutNullStreams): Promise<string | undefined> {
  let output = '';
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      guard.stdin.destroy();
      resolve(`no answer within ${STARTUP_MILLISECONDS / 1000} seconds. ${output}`);
    }, STARTUP_MILLISECONDS);
    const settle = (failure?: string) => {
      clearTimeout(timer);
      resolve(failure);
    };
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('listening on')) settle();
    };
    guard.stdout.on('data', read);
    guard.stderr.on('data', read);
    guard.on('error', (error) => settle(error.message));
    guard.on('exit', () => settle(output.trim()));
  });
}

async function stop(guard: ChildProcessWithoutNullStreams): Promise<void> {
  if (guard.exitCode !== null || guard.signalCode !== null) return;
  guard.stdin.end();
  await once(guard, 'exit');
}
