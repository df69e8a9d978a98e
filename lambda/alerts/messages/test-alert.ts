import { randomUUID } from 'node:crypto';
import type { Level } from '../../detection/index.ts';
import type { Finding } from '../../findings/finding.ts';
import { alertOf } from './alert-content.ts';
import type { FindingNotice } from './alert-notice.ts';

/** Who tests the topics, and where. */
export interface Tester {
  readonly actor: string;
  readonly account: string;
  readonly region: string;
}

/** An alert in which everything is made up except who asked for it. It shows that a subscription works. */
export function testNotice(level: Level, { actor, account, region }: Tester, now: Date): FindingNotice {
  const finding: Finding = {
    findingId: randomUUID().replaceAll('-', ''),
    ruleId: 'trailwarden-alert-test',
    title: 'Test of the alert topics',
    level,
    ruleHash: 'none',
    description:
      'Somebody had Trailwarden send this message.\n\nFirst: Nothing, if you were told of the test. Whoever reads alerts of this level reads this.',
    author: 'Trailwarden',
    tags: [],
    references: [],
    falsepositives: [],
    eventID: 'test',
    identity: '00000000',
    eventTime: `${now.toISOString().slice(0, 19)}Z`,
    action: 'trailwarden:TestAlert',
    account,
    region,
    actor,
    actorKind: 'unknown',
    credential: 'none',
    outcome: 'success',
    resources: [],
    receipt: { bucket: 'none', key: 'none', version: 'none', index: 0 },
    matched: [],
  };
  // Each test has its own id: a program that drops what it has seen must not drop the second test.
  return { kind: 'test', alert: { ...alertOf(finding, 1), alertId: randomUUID().replaceAll('-', '') } };
}
