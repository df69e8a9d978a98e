import type { S3Client } from '@aws-sdk/client-s3';
import type { LogSource } from '../../../lambda/sources/log-source.ts';
import { checkNotifications } from '../source/check-notifications.ts';
import type { Checked } from './check.ts';
import type { DoctorTarget } from './doctor-clients.ts';

const STATES = { ok: 'ok', missing: 'wrong', unknown: 'unknown' } as const;

/**
 * Whether the buckets that trails write to already still announce their objects. Never throws.
 * @param s3 reaches the bucket of each source.
 */
export async function checkSources(
  { arn, deployment }: DoctorTarget,
  s3: S3Client,
  sources: readonly LogSource[],
): Promise<readonly Checked[]> {
  const checks = await checkNotifications(s3, { deployment, topic: arn('sns', `${deployment}-delivery`) }, sources);
  return checks.map(({ name, state, says, todo }) => ({
    check: `source ${name}`,
    state: STATES[state],
    says,
    ...(todo !== undefined && { todo: `${todo.charAt(0).toUpperCase()}${todo.slice(1)}.` }),
  }));
}
