import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Names the file in which the tests find the endpoints of the embedded AWS. */
export const ENDPOINTS_FILE_VARIABLE = 'TRAILWARDEN_TEST_ENDPOINTS';

const SERVE = fileURLToPath(new URL('../../local/emulators/serve-embedded-aws.ts', import.meta.url));

/**
 * One embedded AWS for a whole run of jest. It is a process of its own, because the tests run as CommonJS and fauxqs is
 * a module only. Its standard input is a pipe from jest: it ends with jest, even if that is killed.
 * Nobody waits for it here: a test that uses it does, and the others lose no time.
 */
export interface EmbeddedAwsProcess {
  stop(): Promise<void>;
}

export async function spawnEmbeddedAws(): Promise<EmbeddedAwsProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'trailwarden-test-'));
  const endpoints = join(directory, 'endpoints.json');
  const output = await open(endpoints, 'w');
  const server = spawn(process.execPath, [SERVE], { stdio: ['pipe', output.fd, 'inherit'], windowsHide: true });
  await output.close();
  // Jest ends without teardown when its own set-up fails; it must not wait for the server then.
  server.unref();
  process.env[ENDPOINTS_FILE_VARIABLE] = endpoints;
  return {
    stop: async () => {
      await stop(server);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.stdin?.end();
  await exited;
}
