import { ConfigError, parseConfig } from '../../../lib/config/config-file.ts';

const HOME = "account: '111122223333'\nregion: eu-central-1\n";
const TOPIC = 'arn:aws:sns:eu-west-1:666677778888:logs';

const sourcesOf = (yaml: string) => parseConfig(`${HOME}sources:\n${yaml}`, 'f').sources;

function problemsOf(yaml: string): readonly string[] {
  try {
    parseConfig(yaml, 'f');
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the sources', () => {
  test('are a new trail of this account unless others are named', () => {
    expect(parseConfig('', 'f').sources).toEqual([{ name: 'trail', type: 'trail' }]);
  });

  test('are several at once, a new trail among them', () => {
    const sources = sourcesOf(`
  - { name: org, type: organization-trail, organizationId: o-a1b2c3d4e5, managementAccount: '222233334444' }
  - { name: old, type: bucket, bucket: old-logs }
  - { name: team, type: topic, bucket: team-logs, topic: '${TOPIC}' }
`);
    expect(sources.map(({ name }) => name)).toEqual(['org', 'old', 'team']);
    expect(sources[0]).toEqual({
      name: 'org',
      type: 'organization-trail',
      organizationId: 'o-a1b2c3d4e5',
      managementAccount: '222233334444',
    });
  });

  test('are in the account and region of the deployment, and read by their bucket policy, unless said', () => {
    expect(sourcesOf('  - { name: old, type: bucket, bucket: old-logs }')).toEqual([
      {
        name: 'old',
        type: 'bucket',
        bucket: 'old-logs',
        account: '111122223333',
        region: 'eu-central-1',
        access: 'bucket-policy',
        keyPrefix: '',
        readers: [],
        notification: 's3',
      },
    ]);
  });

  test.each([
    ['a log archive', `{ name: lz, type: log-archive, bucket: lz-logs, topic: '${TOPIC}' }`, 'role'],
    [
      'a log archive whose bucket policy can be changed',
      `{ name: lz, type: log-archive, access: bucket-policy, bucket: lz-logs, topic: '${TOPIC}' }`,
      'bucket-policy',
    ],
    [
      'a bucket with a role of its own',
      "{ name: old, type: bucket, bucket: old-logs, role: 'arn:aws:iam::444455556666:role/logs' }",
      'role',
    ],
  ])('%s is read as its settings say', (_, yaml, access) => {
    expect(sourcesOf(`  - ${yaml}`)).toEqual([expect.objectContaining({ access })]);
  });

  test.each([
    [
      'a type that there is not',
      'sources: [{ name: a, type: trial }]',
      'f:1:22: sources.0.type: needs a type: trail, organization-trail, bucket, topic or log-archive',
    ],
    ['no source at all', 'sources: []', 'f:1:1: sources: has no source: leave it out for a new trail in this account'],
    [
      'a slip in a member, with the nearest right one',
      `${HOME}sources: [{ name: a, type: bucket, bucket: abc, keyPrefx: x }]`,
      'f:3:49: sources.0.keyPrefx: unknown setting; did you mean "keyPrefix"?',
    ],
    [
      'two trails to make',
      'sources: [{ name: a, type: trail }, { name: b, type: trail }]',
      'f:1:48: sources.1.type: a deployment makes one trail: another source of this list makes one already',
    ],
    [
      'two sources of one name',
      `${HOME}sources: [{ name: a, type: trail }, { name: a, type: bucket, bucket: abc }]`,
      'f:3:39: sources.1.name: is taken by another source',
    ],
    [
      'a bucket twice',
      `${HOME}sources: [{ name: a, type: bucket, bucket: abc }, { name: b, type: bucket, bucket: abc, keyPrefix: x }]`,
      'f:3:76: sources.1.bucket: is named by another source: a bucket is read once',
    ],
    [
      'an existing bucket while nobody knows where the deployment is',
      'sources: [{ name: a, type: bucket, bucket: abc }]',
      'f:1:22: sources.0.type: needs account and region of the deployment at the top of the file: policies of the bucket name them',
    ],
    [
      'a bucket of another region that is to notify the topic',
      `${HOME}sources: [{ name: a, type: bucket, bucket: abc, region: eu-west-1 }]`,
      'f:3:11: sources.0.notification: S3 notifies topics of its own region only (eu-west-1), and the deployment is in eu-central-1: set notification: eventbridge',
    ],
    [
      'a role that nobody assumes',
      `${HOME}sources: [{ name: a, type: bucket, bucket: abc, access: bucket-policy, role: 'arn:aws:iam::444455556666:role/logs' }]`,
      'f:3:72: sources.0.role: is assumed by nobody with access: bucket-policy; leave one of both out',
    ],
    [
      'a replica of itself',
      `${HOME}sources: [{ name: a, type: bucket, bucket: abc, replicaOf: abc }]`,
      'f:3:49: sources.0.replicaOf: must be the bucket that is copied, not the copy',
    ],
    [
      'a topic that is not named',
      `${HOME}sources: [{ name: a, type: topic, bucket: abc }]`,
      "f:3:11: sources.0.topic: is missing: give the topic's ARN",
    ],
    [
      'an organization without its management account',
      'sources: [{ name: a, type: organization-trail, organizationId: o-a1b2c3d4e5 }]',
      'f:1:11: sources.0.managementAccount: is missing: give the account id, in quotes',
    ],
    [
      'an ARN in place of a name',
      `${HOME}sources: [{ name: a, type: bucket, bucket: 'arn:aws:s3:::abc' }]`,
      "f:3:36: sources.0.bucket: must be a bucket's name, not its ARN or URL",
    ],
  ])('are refused for %s', (_, yaml, problem) => {
    expect(problemsOf(yaml)).toEqual([problem]);
  });
});
