import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { PolicyDocument, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { parseConfig } from '../../../lib/config/config-file.ts';
import { endpointStatements } from '../../../lib/customer/endpoint-policy.ts';
import { replicaStatements } from '../../../lib/customer/replica-statements.ts';
import { logKeyStatements } from '../../../lib/log-archive/log-key.ts';
import { notifyingBuckets } from '../../../lib/log-archive/notifying-buckets.ts';
import { trailIdentity } from '../../../lib/log-archive/trail-identity.ts';
import { auditKeyStatements } from '../../../lib/stores/audit-key.ts';
import { ACCOUNT, createApp, REGION } from '../support/deployment.ts';
import { readable } from '../support/template.ts';

const page = readFileSync(join(__dirname, '../../../docs/constructs.md'), 'utf8');
const stack = new Stack(createApp(), 'policies', { env: { account: ACCOUNT, region: REGION } });
const config = parseConfig('', 'trailwarden.yaml');

const statementsOf = (...list: PolicyStatement[]): unknown =>
  (readable(stack.resolve(new PolicyDocument({ statements: list }))) as { readonly Statement: unknown }).Statement;

/** The JSON below a heading of docs/constructs.md. */
function shownBelow(heading: string): unknown {
  const [, section = ''] = page.split(`\n### ${heading}\n`);
  const [, json = 'null'] = /```json\n(.*?)```/s.exec(section) ?? [];
  return JSON.parse(json);
}

describe('what docs/constructs.md asks of owners is what the deployment needs:', () => {
  test('the policy of a key for logs', () => {
    const identity = trailIdentity(stack, config);
    const needed = logKeyStatements({ buckets: notifyingBuckets(config), ...(identity && { trail: identity }) });
    expect(shownBelow('The key for logs')).toEqual(statementsOf(...needed));
  });

  test('the policy of a key for the audit', () => {
    expect(shownBelow('The key for the audit')).toEqual(statementsOf(...auditKeyStatements(config.deployment)));
  });

  test('the policies of the bucket for replicas, and of its key', () => {
    const { bucket, key } = replicaStatements(
      { deployment: 'trailwarden', account: ACCOUNT, region: REGION },
      { bucket: 'acme-vault', region: 'eu-west-1' },
    );
    expect(shownBelow('The bucket for replicas')).toEqual(statementsOf(bucket, key));
  });
});

test('docs/constructs.md shows a deployment in twenty lines', () => {
  const [, shown = ''] = /```ts\n(.*?)```/s.exec(page) ?? [];
  expect(shown).toContain("from 'trailwarden/cdk'");
  expect(shown.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
});

test('a role below a path is the one that may replicate', () => {
  const { bucket } = replicaStatements(
    { deployment: 'blue', account: ACCOUNT, region: REGION, rolePath: '/platform/' },
    { bucket: 'acme-vault', region: 'eu-west-1' },
  );
  expect(statementsOf(bucket)).toMatchObject([
    {
      Condition: {
        ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/platform/blue-replication-${REGION}` },
      },
    },
  ]);
});

test('endpoints of a VPC let through the tables and buckets of the deployment, and nothing of other accounts', () => {
  const { s3, dynamodb } = endpointStatements(config);
  const [objects, rows] = statementsOf(s3, dynamodb) as readonly { readonly Resource: readonly string[] }[];
  const ours = { Principal: { AWS: '*' }, Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } } };
  expect(objects).toMatchObject(ours);
  expect(rows).toMatchObject(ours);
  expect(objects?.Resource).toContain(`arn:aws:s3:::trailwarden-logs-${ACCOUNT}-${REGION}/*`);
  expect(rows?.Resource).toContain(`arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/trailwarden-segments`);
  for (const arn of [...(objects?.Resource ?? []), ...(rows?.Resource ?? [])]) expect(arn).toMatch(/[:/]trailwarden-/);
});
