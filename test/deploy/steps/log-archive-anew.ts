import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteBucketCommand, DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { record } from '../../support/records.ts';
import type { Deployed } from '../world/deployed.ts';
import { expectCode, expectThat } from '../world/expect.ts';
import { ACCOUNT, REGION } from '../world/world.ts';
import { statesOf } from './first-deploy.ts';

const RUNBOOK = join(import.meta.dirname, '../../../docs/runbook.md');

/**
 * A log archive that others use can't be removed; in the order of the runbook it can, and what is made anew is wired again:
 * an object goes through.
 */
export async function makeTheLogArchiveAnew(deployed: Deployed): Promise<void> {
  const { world, name } = deployed;
  const config = `-c config=${name}.yaml`;
  const refused = await world.shell(`npx cdk destroy ${name}-log-archive --force --exclusively ${config}`);
  expectThat(
    refused.code !== 0 && /in use by|is imported by/.test(refused.output),
    'A log archive that is in use was removed:',
    refused.output.slice(-3000),
  );
  const before = await statesOf(world, name);
  expectThat(
    [...before.values()].every((state) => /^(CREATE|UPDATE)_COMPLETE$/.test(state)) ||
      before.get(`${name}-audit`) === 'CREATE_COMPLETE',
    'The refusal changed something.',
    [...before],
  );

  for (const line of await runbookLines(name)) {
    // The emulator imports no buckets, so that they are removed and made anew instead of taken over.
    if (line.includes('--import-existing-resources')) await removeBuckets(deployed);
    const whole = `${line} ${config}${line.includes('destroy') ? ' --force' : ''}`;
    expectCode(await world.shell(whole), 0, whole);
  }
  const log = deployed.trail.log(REGION, new Date(Date.now() - 5 * 60_000), [record()]);
  await deployed.put(log);
  await deployed.untilLedgerSays(log.key, { status: 'closed' });
}

async function removeBuckets({ world, name }: Deployed): Promise<void> {
  const { s3 } = world.clients;
  for (const Bucket of [`${name}-logs-${ACCOUNT}-${REGION}`, `${name}-access-logs-${ACCOUNT}-${REGION}`]) {
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    for (const { Key, VersionId } of Versions) await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
  }
}

/** The commands of the runbook's steps, for this deployment. */
async function runbookLines(name: string): Promise<readonly string[]> {
  const text = await readFile(RUNBOOK, 'utf8');
  const section = text.split('\n## When the log archive is made anew\n')[1]?.split(/\n## /)[0] ?? '';
  const lines = [...section.matchAll(/^\d\. `(npx cdk [^`]+)`/gm)].map(([, line = '']) =>
    line.replaceAll('trailwarden-', `${name}-`),
  );
  expectThat(lines.length >= 3, 'The runbook has no steps for a log archive that is made anew.', section);
  return lines;
}
