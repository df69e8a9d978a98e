import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { expectGolden } from '../support/golden.ts';
import { synthesize } from './support/deployment.ts';

/** What holds data, messages, subscriptions or keys: under another logical id CloudFormation makes it anew, empty. */
const STATEFUL = /^AWS::(CloudTrail::Trail|DynamoDB::(Global)?Table|KMS::Key|S3::Bucket|SNS::Topic|SQS::Queue)$/;

function statefulIds(template: Template): Record<string, string> {
  const { Resources = {} } = template.toJSON();
  return Object.fromEntries(
    Object.entries<{ readonly Type: string }>(Resources)
      .map(([id, { Type }]) => [id, Type] as const)
      .filter(([, type]) => STATEFUL.test(type))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Every optional resource is there. */
const { logArchive, data, audit, trail } = synthesize(
  'alerts: { chat: true, channels: [{ name: hub, type: securityhub }] }',
);

test('no table, bucket, key, queue, topic or trail changes its logical id, which would lose what it holds', () => {
  const ids = {
    audit: statefulIds(audit),
    data: statefulIds(data),
    'log-archive': statefulIds(logArchive),
    trail: statefulIds(trail),
  };
  expect(new Set(Object.values(ids).flatMap((of) => Object.values(of))).size).toBeGreaterThanOrEqual(6);
  expectGolden(join(__dirname, 'golden/logical-ids.json'), `${JSON.stringify(ids, undefined, 2)}\n`);
});
