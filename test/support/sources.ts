import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogSource } from '../../lambda/sources/log-source.ts';

/** A source as the functions know it. A test overrides the members that it is about. */
export function logSource(members: Partial<LogSource> & Pick<LogSource, 'name' | 'bucket'>): LogSource {
  return {
    type: 'bucket',
    account: '444455556666',
    region: 'us-east-1',
    keyPrefix: '',
    expireDays: 365,
    notification: 's3',
    ...members,
  };
}

/** The same of a source whose log files CloudTrail announces to a topic. */
export function topicSource(
  members: Partial<LogSource> & Pick<LogSource, 'name' | 'bucket'> & { readonly topic: string },
): LogSource {
  const { notification: _, ...source } = logSource(members);
  return { ...source, type: 'log-archive' };
}

/** The file that the functions read sources from. */
export async function sourcesFile(sources: readonly LogSource[]): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'trailwarden-sources-')), 'sources.json');
  await writeFile(file, JSON.stringify(sources));
  return file;
}
