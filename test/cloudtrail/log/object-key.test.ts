import { parseObjectKey } from '../../../lambda/cloudtrail/log/object-key.ts';

const file = (folder: string, time = '20261120T1405Z') =>
  `111122223333_${folder}_eu-west-1_${time}_LnPgDQnpkSKEsppV.json.gz`;
const key = (folder: string, before = '', organization = '') =>
  `${before}AWSLogs/${organization}111122223333/${folder}/eu-west-1/2026/11/20/${file(folder)}`;

test('a log object tells its account, region, day and time', () => {
  expect(parseObjectKey(key('CloudTrail'))).toEqual({
    kind: 'log',
    folder: 'CloudTrail',
    prefix: '',
    account: '111122223333',
    region: 'eu-west-1',
    day: '2026-11-20',
    createdAt: '2026-11-20T14:05:00Z',
  });
});

test('the key prefix may have several folders', () => {
  expect(parseObjectKey(key('CloudTrail', 'audit/prod/'))).toMatchObject({ prefix: 'audit/prod', kind: 'log' });
});

test('a prefix that is itself called AWSLogs is a prefix', () => {
  expect(parseObjectKey(key('CloudTrail', 'AWSLogs/'))).toMatchObject({ prefix: 'AWSLogs', account: '111122223333' });
});

test('an organization trail has its id before the account', () => {
  expect(parseObjectKey(key('CloudTrail', '', 'o-exampleorgid/'))).toMatchObject({
    organizationId: 'o-exampleorgid',
    account: '111122223333',
  });
});

test.each(['CloudTrail-Insight', 'CloudTrail-NetworkActivity', 'CloudTrail-Aggregated'])(
  '%s holds records too',
  (folder) => {
    expect(parseObjectKey(key(folder))).toMatchObject({ kind: 'log', folder });
  },
);

test('a digest is told apart, its name has seconds and the name of the trail', () => {
  const digest =
    'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/20/111122223333_CloudTrail-Digest_eu-west-1_my_trail_eu-west-1_20261120T140512Z.json.gz';
  expect(parseObjectKey(digest)).toMatchObject({ kind: 'digest', createdAt: '2026-11-20T14:05:12Z' });
});

test.each([
  ['another service', 'AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/11/20/x_20261120T1405Z_a.log.gz'],
  ['no time in the name', 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/readme.json.gz'],
  ['a folder below the day', `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/x/${file('CloudTrail')}`],
  ['no account', `AWSLogs/CloudTrail/eu-west-1/2026/11/20/${file('CloudTrail')}`],
  ['not compressed', key('CloudTrail').replace('.gz', '')],
  ['an empty key', ''],
])('%s is not CloudTrail’s', (_, text) => {
  expect(parseObjectKey(text)).toBeUndefined();
});
