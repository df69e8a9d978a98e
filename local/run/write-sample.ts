import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type SampleDigests, writeSampleDigests } from '../digests/sample-digests.ts';
import { findLogFiles, type LogFile } from '../input/log-files.ts';

const SAMPLE = join(import.meta.dirname, '../sample');

/** The log object that arrives without its second half, to show what becomes of such a one. */
const CUT = 'CutInTransit';

/**
 * Writes the sample's log objects below a folder, gzipped as CloudTrail delivers them, under CloudTrail's own keys.
 * In the project they are plain JSON, for people to read.
 */
export async function writeSample(directory: string): Promise<readonly LogFile[]> {
  const written: string[] = [];
  for (const { path } of await findLogFiles([SAMPLE])) {
    const target = join(directory, `${relative(SAMPLE, path)}.gz`);
    const content = gzipSync(await readFile(path));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, path.includes(CUT) ? content.subarray(0, content.length / 2) : content);
    written.push(target);
  }
  return findLogFiles(written);
}

/**
 * Writes digests of the sample's log objects beside them. They name the whole of the one that is cut: its loss shows.
 *
 * @param bucket the one that the sample is delivered to
 */
export async function digestSample(directory: string, bucket: string): Promise<SampleDigests> {
  const logs = (await findLogFiles([SAMPLE])).map(async ({ path, key = '' }) => ({
    key,
    content: await readFile(path),
  }));
  return writeSampleDigests(directory, bucket, await Promise.all(logs));
}
