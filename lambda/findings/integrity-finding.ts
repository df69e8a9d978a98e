import { createHash } from 'node:crypto';
import type { CloudTrailObjectKey } from '../cloudtrail/log/object-key.ts';
import type { Finding } from './finding.ts';

/** A finding about the log itself, not about an event in it: made by Trailwarden's own checks, not by a rule. */
export interface IntegrityCheck {
  readonly ruleId: string;
  readonly title: string;
  readonly description: string;
  readonly falsepositives: readonly string[];
  /** Default: critical. */
  readonly level?: Finding['level'];
  /** The action that would cause it. Default: `s3:PutObject`. */
  readonly action?: string;
}

const AUTHOR = 'Trailwarden';

/** An object that a trail's bucket holds in two versions with different content. */
export const LOG_OBJECT_OVERWRITTEN: IntegrityCheck = {
  ruleId: 'trailwarden-log-object-overwritten',
  title: 'A CloudTrail log object was overwritten with other content',
  description:
    'CloudTrail never writes a log object twice. Somebody who can put into the log bucket replaced this one after it was indexed. The rows of the first version stay; the new version is not indexed.',
  falsepositives: ['A restore or a copy job that writes into the log bucket'],
};

export interface IntegrityEvidence {
  readonly bucket: string;
  readonly key: string;
  readonly version: string;
  readonly parsedKey: CloudTrailObjectKey;
  /** When it happened, ISO 8601: for an object, when it was put into the bucket. */
  readonly at: string;
  readonly matched: Readonly<Record<string, string>>;
}

/** Whether a finding is about the log itself, and not about anybody's call. */
export function isAboutTheLog({
  ruleId,
  author,
  actorKind,
}: {
  readonly ruleId: string;
  readonly author?: string;
  readonly actorKind: string;
}): boolean {
  return ruleId.startsWith('trailwarden-') && author === AUTHOR && actorKind === 'unknown';
}

/** The finding of a check: stored once for each version of an object, always under the same id. */
export function integrityFinding(check: IntegrityCheck, evidence: IntegrityEvidence): Finding {
  const { bucket, key, version, parsedKey } = evidence;
  const { level = 'critical', action = 's3:PutObject', ...rule } = check;
  const hash = (...parts: string[]): string => createHash('sha256').update(parts.join('\n')).digest('hex');
  return {
    findingId: hash(check.ruleId, bucket, key, version).slice(0, 32),
    ...rule,
    level,
    ruleHash: hash(check.ruleId, check.title, check.description),
    author: AUTHOR,
    tags: ['attack.defense-impairment', 'attack.t1565.001'],
    references: [
      'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html',
    ],
    eventID: `${key.split('/').at(-1) ?? key}@${version}`,
    identity: hash(bucket, key).slice(0, 8),
    eventTime: `${evidence.at.slice(0, 19)}Z`,
    action,
    account: parsedKey.account,
    region: parsedKey.region,
    actor: 'unknown',
    actorKind: 'unknown',
    credential: 'none',
    outcome: 'success',
    resources: [`arn:aws:s3:::${bucket}/${key}`],
    receipt: { bucket, key, version, index: 0 },
    matched: Object.entries(evidence.matched).map(([field, value]) => ({ field, value })),
  };
}
