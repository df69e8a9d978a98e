import { ConfigError, checkSettings, parseConfig } from '../../../lib/config/config-file.ts';

const problemsOf = (yaml: string): readonly string[] => {
  try {
    parseConfig(yaml, 'f');
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};
const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1234';
const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:soc';
const REPLICATION = `bucket: vault, account: '444455556666', region: eu-west-1`;

test.each([
  ['an alias of a key', "keys: { audit: 'arn:aws:kms:eu-central-1:111122223333:alias/mine' }", /keys\.audit: .*alias/],
  ['a key of another region', `{ region: eu-west-1, keys: { logs: '${KEY}' } }`, /keys\.logs: is in eu-central-1/],
  ['a FIFO topic', `alerts: { topics: { high: '${TOPIC}.fifo' } }`, /topics\.high: .*standard SNS topic/],
  ['a topic of another region', `{ region: eu-west-1, alerts: { topics: { low: '${TOPIC}' } } }`, /same region/],
  ['one topic for people and programs', `alerts: { topics: { high: '${TOPIC}', alerts: '${TOPIC}' } }`, /twice/],
  [
    'addresses for a topic of a customer',
    `alerts: { emails: { high: [a@b.org] }, topics: { high: '${TOPIC}' } }`,
    /emails\.high/,
  ],
  ['a chat topic that gets nothing', `alerts: { topics: { chat: '${TOPIC}' } }`, /alerts\.chat: true/],
  ['a role path without its last slash', 'roles: { path: /platform }', /begin and end with a slash/],
  ['a role path with an empty part', 'roles: { path: /a//b/ }', /begin and end with a slash/],
  [
    'a boundary of another account',
    "{ account: '444455556666', roles: { permissionsBoundary: 'arn:aws:iam::111122223333:policy/b' } }",
    /same account/,
  ],
  ['a tag of AWS', "tags: { 'aws:mine': x }", /aws:/],
  [
    'a lock that outlives the object',
    'logBucket: { objectLock: { mode: governance, days: 2000 } }',
    /objectLock\.days: must be at most expireDays \(1095\)/,
  ],
  ['a lock of another mode', 'logBucket: { objectLock: { mode: legal, days: 1 } }', /objectLock\.mode/],
  [
    'a class after the object is gone',
    'logBucket: { transitions: [{ storageClass: GLACIER_IR, afterDays: 1095 }] }',
    /gone by then/,
  ],
  [
    'an infrequent class too early',
    'logBucket: { transitions: [{ storageClass: STANDARD_IA, afterDays: 29 }] }',
    /at least 30/,
  ],
  [
    'a warmer class after a colder one',
    'logBucket: { transitions: [{ storageClass: GLACIER_IR, afterDays: 90 }, { storageClass: STANDARD_IA, afterDays: 200 }] }',
    /can't follow GLACIER_IR/,
  ],
  [
    'classes in the wrong order of days',
    'logBucket: { transitions: [{ storageClass: STANDARD_IA, afterDays: 90 }, { storageClass: GLACIER_IR, afterDays: 100 }] }',
    /at least 120/,
  ],
  [
    'an archive for events that are in the index',
    'logBucket: { transitions: [{ storageClass: GLACIER, afterDays: 365 }] }',
    /above retentionDays \(365\)/,
  ],
  [
    'an ARN of a bucket',
    `logBucket: { replication: { bucket: 'arn:aws:s3:::x', account: '444455556666', region: eu-central-1, key: '${KEY}' } }`,
    /name of a bucket/,
  ],
  [
    'a replica key of another region',
    `logBucket: { replication: { ${REPLICATION}, key: '${KEY}' } }`,
    /another region than the bucket/,
  ],
  ['a replica without a key', `logBucket: { replication: { ${REPLICATION} } }`, /replication\.key/],
  [
    'a lock of a bucket that it does not make',
    "{ account: '111122223333', region: eu-central-1, sources: [{ name: old, type: bucket, bucket: acme }], logBucket: { objectLock: { mode: governance, days: 1 } } }",
    /logBucket\.objectLock: .*no source makes one/,
  ],
  ['a cost of nothing', 'cost: { alarmUsdPerDay: 0 }', /alarmUsdPerDay/],
])('the settings refuse %s', (_, yaml, problem) => {
  expect(problemsOf(yaml)).toEqual([expect.stringMatching(problem)]);
});

test('a misspelt setting is named alone, not those that seem to be missing beside it', () => {
  expect(problemsOf("logBucket: { replication: { buckt: vault, account: '444455556666' } }")).toEqual([
    expect.stringMatching(/replication\.buckt: unknown setting; did you mean "bucket"/),
  ]);
});

test.each([
  'logBucket: { transitions: [{ storageClass: STANDARD_IA, afterDays: 30 }, { storageClass: GLACIER_IR, afterDays: 60 }, { storageClass: DEEP_ARCHIVE, afterDays: 366 }] }',
  'logBucket: { objectLock: { mode: compliance, days: 1095 } }',
  `alerts: { topics: { critical: '${TOPIC}', high: '${TOPIC}', operations: '${TOPIC}' } }`,
  "roles: { path: '/a/b.c_d-e/', permissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess' }",
  'tags: { Kostenstelle: Gehälter 42 }',
])('the settings take %s', (yaml) => {
  expect(problemsOf(yaml)).toEqual([]);
});

test('what a program gives is checked like a file, and named by its construct', () => {
  expect(() => checkSettings({ retentionDays: 0 }, 'security/Audit')).toThrow(
    /security\/Audit: retentionDays: Too small/,
  );
  // What an untyped program gives.
  const misspelt = { retentoinDays: 5 } as object;
  expect(() => checkSettings(misspelt, 'Audit')).toThrow(/Audit: .*retentoinDays/);
});
