import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { eventIdentity } from '../../../lambda/cloudtrail/event-identity.ts';
import { compareSummaries, type EventSummary, summaryKey } from '../../../lambda/store/segments/summary.ts';

/** A summary as ingest makes them; what a test is about stands in the test. */
export function summary(members: Partial<EventSummary> = {}): EventSummary {
  const made = {
    eventID: randomUUID(),
    eventTime: '2026-11-20T14:03:00Z',
    actor: 'arn:aws:iam::111122223333:role/Deploy',
    actorKind: 'assumed-role',
    session: 'ci',
    action: 'ec2:DescribeInstances',
    eventSource: 'ec2.amazonaws.com',
    eventName: 'DescribeInstances',
    account: '111122223333',
    awsRegion: 'eu-west-1',
    access: 'list',
    outcome: 'success',
    category: 'management',
    credential: 'temporary',
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    address: '203.0.113.10',
    userAgent: 'aws-cli/2.15.0',
    resources: [],
    receipt: { bucket: 'logs', key: 'AWSLogs/111122223333/one.json.gz', version: 'v1', index: 0 },
    ...members,
  };
  return { ...made, identity: members.identity ?? eventIdentity(made) };
}

const text = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'ä', 'arn:aws:s3:::bucket/key', '#', '\n', '10.0.0.1', '…') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 200 }) },
);

/** Any summary that may be: few values, so that they come again, and odd ones. */
export const anySummary: fc.Arbitrary<EventSummary> = fc
  .record(
    {
      eventID: fc.oneof(fc.uuid(), text),
      second: fc.integer({ min: 0, max: 86_399 }),
      actor: text,
      actorKind: text,
      actorName: text,
      session: text,
      via: text,
      action: text,
      eventSource: text,
      eventName: text,
      account: text,
      awsRegion: text,
      access: fc.constantFrom('read', 'write', 'list'),
      outcome: text,
      category: text,
      credential: text,
      accessKeyId: text,
      console: fc.constant(true as const),
      mfa: fc.boolean(),
      errorCode: text,
      errorMessage: text,
      address: text,
      sourceIPAddress: text,
      userAgent: text,
      network: text,
      country: fc.constantFrom('DE', 'FR'),
      asn: fc.constantFrom('AS64500', 'AS64501'),
      asnName: text,
      accountName: fc.constantFrom('production', 'staging'),
      accountOu: text,
      userName: text,
      resources: fc.array(text, { maxLength: 5 }),
      resourcesCut: fc.constant(true as const),
      identity: fc.constantFrom('00000000', undefined),
      receipt: fc.record({ bucket: text, key: text, version: text, index: fc.nat() }),
    },
    {
      requiredKeys: [
        'eventID',
        'second',
        'actor',
        'actorKind',
        'action',
        'eventSource',
        'eventName',
        'account',
        'awsRegion',
        'access',
        'outcome',
        'category',
        'credential',
        'resources',
        'receipt',
        'identity',
      ],
    },
  )
  .map(({ second, identity, ...members }) => {
    const eventTime = `${new Date(Date.UTC(2026, 10, 20) + second * 1000).toISOString().slice(0, 19)}Z`;
    return { ...members, eventTime, identity: identity ?? eventIdentity({ ...members, eventTime }) };
  });

/** In the order of events, each once. */
export function inOrder(summaries: readonly EventSummary[]): readonly EventSummary[] {
  return [...new Map(summaries.map((one) => [summaryKey(one), one])).values()].sort(compareSummaries);
}
