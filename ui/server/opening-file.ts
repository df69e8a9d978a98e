import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file that leads a browser to the page, and holds the token on the way there. */
export interface OpeningFile {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Writes the file, in a folder of its own that only this user may enter. The token stands in the address's fragment,
 * which browsers send to no server; and the file is what a browser is started with, because every user of a machine may
 * read the arguments of a process.
 * @param address of the page, with the token.
 */
export async function writeOpeningFile(address: string): Promise<OpeningFile> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-'));
  const path = join(folder, 'open.html');
  await writeFile(path, openingPage(address), { mode: 0o600, flag: 'wx' });
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

function openingPage(address: string): string {
  const escaped = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${escaped}">
<title>Trailwarden</title>
<p><a href="${escaped}">Open Trailwarden</a></p>
</html>
`;
}
