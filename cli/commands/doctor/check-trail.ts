import { GetTrailCommand, GetTrailStatusCommand } from '@aws-sdk/client-cloudtrail';
import { relativeTime } from '../../time/relative-time.ts';
import type { Checked } from './check.ts';
import type { DoctorTarget } from './doctor-clients.ts';

const HOUR = 3_600_000;

/** After this time without a log object, something is wrong: every account makes some. */
const SILENT_MS = HOUR;

/** What the trail's digests are, as far as CloudTrail says. */
export interface TrailDigests {
  readonly startedAt?: Date;
  readonly error?: string;
}

/**
 * The trail, whether it logs and what it could not deliver.
 * @param arn of the trail. That of an organization's has the management account's, and no other account finds it by its name.
 */
export async function checkTrail(
  { clients }: DoctorTarget,
  arn: string,
  now: Date,
): Promise<{ readonly lines: readonly Checked[]; readonly digests: TrailDigests }> {
  const check = 'trail';
  const Name = arn.split('/').at(-1) ?? arn;
  const [{ Trail }, status] = await Promise.all([
    clients.cloudTrail.send(new GetTrailCommand({ Name: arn })),
    clients.cloudTrail.send(new GetTrailStatusCommand({ Name: arn })),
  ]);
  const digests: TrailDigests = {
    ...(status.StartLoggingTime !== undefined && { startedAt: status.StartLoggingTime }),
    ...(status.LatestDigestDeliveryError && { error: status.LatestDigestDeliveryError }),
  };
  const line = (state: Checked['state'], says: string, todo?: string) => ({
    lines: [{ check, state, says, ...(todo !== undefined && { todo }) }],
    digests,
  });
  if (status.IsLogging !== true) {
    return line(
      'wrong',
      `${Name} does not log${status.StopLoggingTime === undefined ? '' : ` since ${status.StopLoggingTime.toISOString()}`}`,
      `aws cloudtrail start-logging --name ${arn}; and find out who stopped it: StopLogging in CloudTrail's event history.`,
    );
  }
  if (status.LatestDeliveryError) {
    return line(
      'wrong',
      `${Name} logs, and can not deliver: ${status.LatestDeliveryError}`,
      'npx cdk deploy --all puts the policies of bucket and key right, unless somebody changed something else.',
    );
  }
  const weak = [
    Trail?.LogFileValidationEnabled === true ? undefined : 'writes no digests',
    Trail?.IsMultiRegionTrail === true ? undefined : 'records one region alone',
    Trail?.KmsKeyId ? undefined : 'encrypts with no key of its own',
  ].filter((it) => it !== undefined);
  if (weak.length > 0) {
    return line(
      'wrong',
      `${Name} was changed: it ${weak.join(', ')}`,
      'npx cdk deploy --all, after finding out who changed it (UpdateTrail).',
    );
  }
  const { LatestDeliveryTime: latest, StartLoggingTime: started } = status;
  if (latest === undefined || now.getTime() - latest.getTime() > SILENT_MS) {
    const isNew = latest === undefined && (started === undefined || now.getTime() - started.getTime() < SILENT_MS);
    const since =
      latest === undefined ? 'nothing was delivered yet' : `the last delivery was ${relativeTime(latest, now)}`;
    return isNew
      ? line('waiting', `${Name} logs; ${since}`, 'Wait a quarter of an hour, and run doctor again.')
      : line('wrong', `${Name} logs; ${since}`, 'docs/runbook.md, "nothing-ingested".');
  }
  return line('ok', `${Name} logs; the last delivery was ${relativeTime(latest, now)}`);
}
