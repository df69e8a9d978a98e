import type { Finding } from '../../lambda/findings/finding.ts';
import { ACCOUNT, RECEIPT } from './records.ts';

/** A finding of an ordinary rule. A test overrides the members that it is about. */
export function finding(members: Partial<Finding> = {}): Finding {
  return {
    findingId: 'f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0',
    ruleId: '9f3c8a52-1d7e-4c1c-9d4e-0a7f4f3f3b11',
    title: 'Root credentials changed tags',
    level: 'high',
    ruleHash: '00ff',
    description: 'Root is for emergencies.',
    author: 'Trailwarden',
    tags: ['attack.t1078.004'],
    references: ['https://example.com/root'],
    falsepositives: ['Account set-up'],
    eventID: 'e-1',
    identity: '0a1b2c3d',
    eventTime: '2026-11-20T14:03:00Z',
    action: 'fsx:TagResource',
    account: ACCOUNT,
    region: 'eu-west-1',
    actor: `arn:aws:iam::${ACCOUNT}:root`,
    actorKind: 'root',
    credential: 'temporary',
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    address: '203.0.113.10',
    sourceIPAddress: '203.0.113.10',
    userAgent: 'console.amazonaws.com',
    outcome: 'success',
    resources: ['fs-00112233'],
    receipt: RECEIPT,
    matched: [{ field: 'userIdentity.type', value: 'Root' }],
    ...members,
  };
}
