import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The command line, which asks what is kept in a folder. It stands above this room, so it runs in a process of its own. */
const COMMAND_LINE = fileURLToPath(new URL('../../bin/trailwarden.ts', import.meta.url));

/** Opens the page over a folder that a run has filled, until it is closed. */
export async function openPage(data: string): Promise<void> {
  const page = spawn(process.execPath, [COMMAND_LINE, 'ui', '--data', data], { stdio: 'inherit' });
  await once(page, 'close');
}
