import { randomUUID } from 'node:crypto';
import type { Level } from '../../detection/index.ts';
import type { Finding } from '../../findings/finding.ts';
import { alertOf } from './alert.ts';
import type { FindingNotice } from './notice.ts';

/** Who has the topics tested, and where. */
export interface Tester {
  readonly actor: string;
  readonly account: string;
  readonly region: string;
}

/** An alert in which everything is made up but who asked for it: to see that a subscription works. */
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
  // An id of its own: a program that leaves out what it has seen must not leave out the second test.
  return { kind: 'test', alert: { ...alertOf(finding, 1), alertId: randomUUID().replaceAll('-', '') } };
}
