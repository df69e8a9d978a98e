import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { partitionOfRegion } from '../../../lambda/cloudtrail/record/arn.ts';
import { parseConfig } from '../../../lib/config/config-file.ts';
import { addSourceStacks } from '../../../lib/sources/source-stack.ts';
import { expectGolden } from '../../support/golden.ts';
import { changesBetween } from '../support/changes.ts';
import { createApp, synthesize } from '../support/deployment.ts';
import { readable } from '../support/template.ts';

// cdk-nag reads members of resources that CDK has deprecated, and each would be warned of.
process.env.JSII_DEPRECATED = 'quiet';

/** One region of each partition, and another one of the same partition. */
const REGIONS = [
  ['eu-central-1', 'us-east-1'],
  ['cn-north-1', 'cn-northwest-1'],
  ['us-gov-west-1', 'us-gov-east-1'],
] as const;

/** Every kind of source, in every way that it may be announced and read. */
function kinds(region: string, other: string): Readonly<Record<string, string>> {
  const partition = partitionOfRegion(region);
  const key = (account: string) => `arn:${partition}:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
  const topic = (account: string, at = region) => `arn:${partition}:sns:${at}:${account}:logs`;
  return {
    trail: '{ name: new, type: trail }',
    'organization-trail':
      "{ name: org, type: organization-trail, organizationId: o-a1b2c3d4e5, managementAccount: '222233334444' }",
    bucket: '{ name: near, type: bucket, bucket: near-logs }',
    'bucket-of-another-account': `{ name: far, type: bucket, bucket: far-logs, account: '444455556666', key: '${key('444455556666')}' }`,
    'bucket-by-role': "{ name: vault, type: bucket, bucket: vault-logs, account: '444455556666', access: role }",
    'bucket-with-eventbridge': '{ name: bus, type: bucket, bucket: bus-logs, notification: eventbridge }',
    'bucket-with-eventbridge-elsewhere': `{ name: bridge, type: bucket, bucket: bridge-logs, account: '444455556666', region: ${other}, notification: eventbridge }`,
    replica: '{ name: copy, type: bucket, bucket: copy-logs, replicaOf: original-logs }',
    topic: `{ name: team, type: topic, bucket: team-logs, topic: '${topic('111122223333')}' }`,
    'topic-of-another-account': `{ name: crew, type: topic, bucket: crew-logs, account: '444455556666', topic: '${topic('444455556666', other)}' }`,
    'log-archive': `{ name: lz, type: log-archive, bucket: lz-logs, account: '555566667777', organizationId: o-a1b2c3d4e5, keyPrefix: o-a1b2c3d4e5, key: '${key('222233334444')}', topic: '${topic('666677778888')}' }`,
  };
}

const settingsOf = (region: string, sources: readonly string[]) =>
  `account: '111122223333'\nregion: ${region}\nglue: { enabled: true }\nsources:\n${sources.map((one) => `  - ${one}\n`).join('')}`;

function allStacks(region: string, sources: readonly string[]): readonly Stack[] {
  const yaml = settingsOf(region, sources);
  return [...synthesize(yaml, region).stacks, ...addSourceStacks(createApp(), parseConfig(yaml, 'f'))];
}

/** The resources of a template, readable, without what differs from commit to commit: code and its hashes. */
function resourcesOf(stack: Stack): Readonly<Record<string, unknown>> {
  const { Resources = {} } = Template.fromStack(stack).toJSON();
  return Object.fromEntries(
    Object.entries<{ Type: string; Properties?: object }>(Resources).map(([id, { Properties = {}, ...rest }]) => {
      const { Code: _code, Content: _content, ...properties } = Properties as { Code?: unknown; Content?: unknown };
      return [id, readable({ ...rest, Properties: properties })];
    }),
  );
}

describe.each(REGIONS)('in %s', (region, other) => {
  test.each(Object.entries(kinds(region, other)))('cdk-nag finds nothing with %s', (_, source) => {
    for (const stack of allStacks(region, [source])) {
      expect({ stack: stack.stackName, violations: new AwsSolutionsChecks().validateScope(stack).violations }).toEqual({
        stack: stack.stackName,
        violations: [],
      });
    }
  });

  test('names of ARNs and services are those of the partition', () => {
    const { 'organization-trail': _, ...sources } = kinds(region, other);
    const text = JSON.stringify(
      allStacks(region, Object.values(sources)).map((stack) => Template.fromStack(stack).toJSON()),
    );
    const partitions = new Set([...text.matchAll(/arn:(aws[\w-]*):/g)].map(([, partition]) => partition));
    expect([...partitions]).toEqual([partitionOfRegion(region)]);
  });
});

test('all kinds stand in one deployment, whose stacks depend on each other in one direction', () => {
  const { 'organization-trail': _, ...sources } = kinds('eu-central-1', 'us-east-1');
  const { stacks } = synthesize(settingsOf('eu-central-1', Object.values(sources)), 'eu-central-1');
  const app = stacks[0]?.node.root;
  if (!App.isApp(app)) throw new Error('stacks are in an app');
  // Of a circle it says so.
  const order = app.synth().stacks.map(({ stackName }) => stackName);
  expect(order.slice(0, 2)).toEqual(['log-archive', 'data']);
});

describe('what sources change of a deployment with a trail of its own', () => {
  const before = synthesize(settingsOf('eu-central-1', ['{ name: new, type: trail }']), 'eu-central-1').stacks;
  const known = new Map(before.map((stack) => [stack.stackName, resourcesOf(stack)]));
  const { 'organization-trail': organization = '', ...others } = kinds('eu-central-1', 'us-east-1');

  test.each([
    ['organization-trail', [organization]],
    ['every-other-kind', Object.values(others)],
  ])('is as it was looked through: %s', (name, sources) => {
    const changes = Object.fromEntries(
      allStacks('eu-central-1', sources).map((stack) => [
        stack.stackName,
        changesBetween(known.get(stack.stackName) ?? {}, resourcesOf(stack)),
      ]),
    );
    expectGolden(join(__dirname, `golden/${name}.json.txt`), `${JSON.stringify(changes, undefined, 2)}\n`);
  });
});
