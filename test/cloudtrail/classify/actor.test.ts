import type { JsonObject } from '../../../lambda/shared/json.ts';
import { ACCOUNT, assumedRole, event, iamUser, root } from '../../support/records.ts';

const actorOf = (userIdentity: JsonObject | null, members: JsonObject = {}) =>
  event({ ...members, userIdentity }).actor;

test('root is one identity, whichever form the record has', () => {
  const expected = { kind: 'root', id: `arn:aws:iam::${ACCOUNT}:root` };
  expect(actorOf(root())).toMatchObject(expected);
  expect(actorOf({ ...root(), arn: `arn:aws:sts::${ACCOUNT}:root` })).toMatchObject(expected);
});

test.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
])('without an ARN the partition is that of the region %s', (awsRegion, partition) => {
  expect(actorOf({ type: 'Root', accountId: ACCOUNT }, { awsRegion }).id).toBe(`arn:${partition}:iam::${ACCOUNT}:root`);
});

test('a user is the ARN, and the service that called for them stands beside it', () => {
  expect(actorOf({ ...iamUser('bob'), invokedBy: 'elasticfilesystem.amazonaws.com' })).toEqual({
    kind: 'iam-user',
    id: `arn:aws:iam::${ACCOUNT}:user/bob`,
    name: 'bob',
    via: 'elasticfilesystem.amazonaws.com',
    account: ACCOUNT,
  });
});

test('a role session is its role, with the session’s name beside it', () => {
  expect(actorOf(assumedRole('Deploy', 'jane@example.com', 'ci/'))).toMatchObject({
    kind: 'assumed-role',
    id: `arn:aws:iam::${ACCOUNT}:role/ci/Deploy`,
    session: 'jane@example.com',
  });
});

test('a role session without an issuer is known by the ARN of the session', () => {
  const { sessionContext, ...identity } = assumedRole('Deploy', 's1');
  expect(sessionContext).toBeDefined();
  expect(actorOf(identity)).toMatchObject({ id: `arn:aws:iam::${ACCOUNT}:role/Deploy`, session: 's1' });
});

test.each([
  [
    'AWSServiceRoleForAmazonElasticFileSystem',
    'aws-service-role/elasticfilesystem.amazonaws.com/',
    'service-linked-role',
  ],
  ['AWSReservedSSO_Admin_0123456789abcdef', 'aws-reserved/sso.amazonaws.com/', 'identity-center'],
])('the role %s is of its own kind', (role, path, kind) => {
  expect(actorOf(assumedRole(role, 's1', path)).kind).toBe(kind);
});

test.each<[string, JsonObject, object]>([
  [
    'a federated user',
    { type: 'FederatedUser', arn: `arn:aws:sts::${ACCOUNT}:federated-user/bob`, accountId: ACCOUNT },
    { kind: 'federated-user', id: `arn:aws:sts::${ACCOUNT}:federated-user/bob` },
  ],
  [
    'a web identity',
    {
      type: 'WebIdentityUser',
      principalId: 'accounts.google.com:app:user',
      userName: 'user',
      identityProvider: 'accounts.google.com',
    },
    { kind: 'web-identity', id: 'accounts.google.com:app:user', name: 'user' },
  ],
  [
    'a SAML user without a principal',
    { type: 'SAMLUser', userName: 'bob', identityProvider: 'idp' },
    { kind: 'saml', id: 'idp:bob' },
  ],
  [
    'an Identity Center user',
    {
      type: 'IdentityCenterUser',
      accountId: ACCOUNT,
      onBehalfOf: { userId: 'u-1', identityStoreArn: 'arn:aws:identitystore::1:x' },
    },
    { kind: 'identity-center', id: 'u-1' },
  ],
  [
    'a service',
    { type: 'AWSService', invokedBy: 'config.amazonaws.com' },
    { kind: 'service', id: 'config.amazonaws.com' },
  ],
  [
    'an identity without a type that a service used',
    { invokedBy: 'ec2.amazonaws.com' },
    { kind: 'service', id: 'ec2.amazonaws.com' },
  ],
  [
    'another account',
    { type: 'AWSAccount', accountId: '444455556666', principalId: 'AROA:x' },
    { kind: 'aws-account', id: '444455556666' },
  ],
  ['a directory', { type: 'Directory', principalId: 'd-1' }, { kind: 'unknown', id: 'd-1' }],
])('%s', (_, userIdentity, expected) => {
  expect(actorOf(userIdentity)).toMatchObject(expected);
});

test('no identity at all is unknown, and still somebody to ask for', () => {
  expect(actorOf(null)).toEqual({ kind: 'unknown', id: 'unknown', account: ACCOUNT });
});

test.each([
  ['eu-west-2', 'Amazon EFS in eu-west-2'],
  ['ca-central-1', 'Amazon EFS in ca-central-1'],
])('an account of Amazon EFS is shown as the service in %s, two regions having the same', (awsRegion, name) => {
  const identity = { type: 'AWSAccount', accountId: '838331228873', principalId: 'AIDAEXAMPLE' };
  expect(actorOf(identity, { awsRegion })).toMatchObject({
    kind: 'service',
    id: 'elasticfilesystem.amazonaws.com',
    name,
  });
});
