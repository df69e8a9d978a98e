import { gzipSync } from 'node:zlib';
import { type DeliveredFile, SignedTrail } from '../support/signed-trail.ts';

/** What is delivered, and what is said of it. */
export interface Workload {
  readonly trail: SignedTrail;
  /** Everything that lies in the bucket. */
  readonly files: readonly DeliveredFile[];
  /** Bodies of messages for the log queue. */
  readonly logMessages: readonly string[];
  /** Bodies of messages for the digest queue. */
  readonly digestMessages: readonly string[];
  /** Records of an object that is gone, which an earlier version couldn't read: the quarantine has kept them. */
  readonly quarantined: { readonly key: string; readonly records: readonly string[] };
  /** No notification, and one of an object that isn't there: they must end in the dead-letter queue, and nothing else. */
  readonly poison: readonly string[];
}

export const RULES = [
  `
title: Root was used
id: 1b0a7c3e-9d1f-4a55-8f57-0d1c3f6e2a01
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    userIdentity.type: Root
  condition: selection
level: high
`,
  `
title: A trail was stopped
id: 1b0a7c3e-9d1f-4a55-8f57-0d1c3f6e2a02
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: StopLogging
  condition: selection
level: critical
`,
  `
title: A sign-in failed
id: 1b0a7c3e-9d1f-4a55-8f57-0d1c3f6e2a03
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: ConsoleLogin
    errorMessage: Failed authentication
  condition: selection
level: informational
---
title: Sign-ins failed three times
id: 1b0a7c3e-9d1f-4a55-8f57-0d1c3f6e2a04
level: high
correlation:
  type: event_count
  rules: [1b0a7c3e-9d1f-4a55-8f57-0d1c3f6e2a03]
  group-by: [recipientAccountId]
  timespan: 10m
  condition: {gte: 3}
`,
  `
title: A call that is seldom made
name: seldom
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: [StopLogging, ConsoleLogin]
  condition: selection
---
title: First call of its kind
id: 1b0a7c3e-9d1f-4a55-8f57-0d1c3f6e2a05
level: high
correlation:
  type: first_seen
  rules: [seldom]
  group-by: [recipientAccountId]
  fields: [eventName]
  timespan: 14d
  learning: 0d
---
title: Calls that are seldom made were made a hundred times
id: 1b0a7c3e-9d1f-4a55-8f57-0d1c3f6e2a06
level: high
correlation:
  type: event_count
  rules: [seldom]
  group-by: [eventName]
  timespan: 10m
  condition: {gte: 100}
`,
];

const REGION = 'eu-central-1';

/**
 * A mixed hour: objects with and without findings, an event in two objects, several findings of one alert, a
 * correlation, values that were never seen, rejected records, some that are read again from their copy, a broken object, one that is gone, one
 * without a notification, three digests, poisoned messages.
 */
export function makeWorkload(bucket: string, start: Date): Workload {
  const trail = new SignedTrail({ bucket, start });
  const at = (minute: number) => new Date(start.getTime() + minute * 60_000);
  const record = (minute: number, members: Record<string, unknown> = {}) => ({
    ...trail.record(REGION, at(minute)),
    ...members,
  });
  const root = { userIdentity: { type: 'Root', accountId: trail.account, arn: `arn:aws:iam::${trail.account}:root` } };
  const stopped = record(7, { eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging', readOnly: false });
  const failedSignIn = (minute: number) =>
    record(minute, {
      eventSource: 'signin.amazonaws.com',
      eventName: 'ConsoleLogin',
      errorMessage: 'Failed authentication',
    });
  const log = (minute: number, ...records: readonly unknown[]) => trail.log(REGION, at(minute), records);
  const many = Array.from({ length: 60 }, (_, n) => record(n % 50, { eventName: `Describe${n}` }));

  const rootUsed = log(10, record(5, root), record(6, root), record(6));
  const trailStopped = log(11, record(7), stopped);
  const stoppedAgain = log(12, stopped, record(8));
  const signIns = log(13, failedSignIn(9), failedSignIn(10), failedSignIn(11));
  const mixed = log(14, record(10), null, { note: 'no event' }, record(10));
  const large = log(15, ...many);
  const gone = log(16, record(11));
  const untold = log(17, record(12, root));
  const told = [rootUsed, trailStopped, stoppedAgain, signIns, mixed, large];
  const broken = { ...log(18), body: gzipSync('{"Records":[').subarray(0, 25) };

  const hour = (n: number) => new Date(start.getTime() + n * 3_600_000);
  const first = trail.digest(REGION, hour(0), hour(1), [...told, gone, untold]);
  const second = trail.digest(REGION, hour(1), hour(2), [], first);
  const third = trail.digest(REGION, hour(2), hour(3), [], second);
  const notification = (...keys: readonly string[]) => JSON.stringify({ s3Bucket: bucket, s3ObjectKey: keys });
  const [one, two, ...others] = told.map(({ key }) => key);
  return {
    trail,
    files: [...told, untold, broken, first, second, third],
    logMessages: [
      notification(one ?? '', two ?? ''),
      ...[...others, broken.key].map((key) => notification(key)),
      // Twice, and by another envelope.
      JSON.stringify({
        Records: [
          {
            eventName: 'ObjectCreated:Put',
            s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(rootUsed.key) } },
          },
        ],
      }),
    ],
    quarantined: {
      key: log(20).key,
      records: [record(13, root), record(14)].map((each) => JSON.stringify(each)).concat('null'),
    },
    digestMessages: [first, second, third].map(({ key }) => notification(key)),
    poison: ['this is no notification', notification(log(19).key)],
  };
}
