import type { JsonObject } from '../../lambda/shared/json.ts';
import { ACCOUNT, assumedRole, event, iamUser } from '../support/records.ts';

describe('the action is the IAM form', () => {
  test.each([
    ['fsx.amazonaws.com', 'TagResource', 'fsx:TagResource'],
    ['monitoring.amazonaws.com', 'PutMetricAlarm', 'cloudwatch:PutMetricAlarm'],
    ['lambda.amazonaws.com', 'UpdateFunctionCode20150331v2', 'lambda:UpdateFunctionCode'],
    ['cloudfront.amazonaws.com', 'CreateDistribution2020_05_31', 'cloudfront:CreateDistribution'],
    ['opsworks-cm.amazonaws.com', 'CreateServer', 'opsworks-cm:CreateServer'],
    ['signin.amazonaws.com', 'ConsoleLogin', 'signin:ConsoleLogin'],
  ])('%s %s is %s', (eventSource, eventName, action) => {
    expect(event({ eventSource, eventName }).action).toBe(action);
  });
});

describe('the access level', () => {
  test.each<[string, string, boolean | null, string]>([
    ['ec2.amazonaws.com', 'CreateTags', false, 'tagging'],
    ['fsx.amazonaws.com', 'UntagResource', null, 'tagging'],
    ['s3.amazonaws.com', 'PutBucketTagging', false, 'tagging'],
    ['rds.amazonaws.com', 'AddTagsToResource', false, 'tagging'],
    ['tagging.amazonaws.com', 'TagResources', false, 'tagging'],
    ['s3.amazonaws.com', 'PutBucketPolicy', false, 'permissions-management'],
    ['iam.amazonaws.com', 'AttachRolePolicy', false, 'permissions-management'],
    ['kms.amazonaws.com', 'CreateGrant', false, 'permissions-management'],
    ['lambda.amazonaws.com', 'AddPermission20150331v2', false, 'permissions-management'],
    ['autoscaling.amazonaws.com', 'PutScalingPolicy', false, 'write'],
    ['iam.amazonaws.com', 'ListUsers', true, 'list'],
    ['ec2.amazonaws.com', 'DescribeInstances', true, 'list'],
    ['ec2.amazonaws.com', 'DescribeInstanceAttribute', true, 'read'],
    ['secretsmanager.amazonaws.com', 'GetSecretValue', null, 'read'],
    ['elasticfilesystem.amazonaws.com', 'NewClientConnection', true, 'read'],
    ['ec2.amazonaws.com', 'RunInstances', null, 'write'],
    ['example.amazonaws.com', 'GetRidOfIt', false, 'write'],
    ['sts.amazonaws.com', 'AssumeRole', true, 'read'],
    ['sts.amazonaws.com', 'AssumeRoleWithSAML', true, 'read'],
    ['sts.amazonaws.com', 'AssumeRoleWithWebIdentity', true, 'read'],
    ['sts.amazonaws.com', 'AssumeRoot', true, 'read'],
    ['kms.amazonaws.com', 'Decrypt', true, 'read'],
    ['kms.amazonaws.com', 'Encrypt', true, 'read'],
    ['kms.amazonaws.com', 'ReEncrypt', true, 'read'],
    ['kms.amazonaws.com', 'GenerateDataKey', true, 'read'],
    ['kms.amazonaws.com', 'GenerateDataKeyWithoutPlaintext', true, 'read'],
    ['kms.amazonaws.com', 'Sign', true, 'read'],
    ['kms.amazonaws.com', 'GenerateMac', true, 'read'],
  ])('of %s %s with readOnly %s is %s', (eventSource, eventName, readOnly, access) => {
    expect(event({ eventSource, eventName, readOnly }).access).toBe(access);
  });
});

describe('the credential', () => {
  test.each<[string, JsonObject, object]>([
    ['an access key of a user', iamUser('bob'), { lifetime: 'long-term', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }],
    [
      'a session of a user',
      { ...iamUser('bob'), accessKeyId: 'ASIAX' },
      { lifetime: 'temporary', accessKeyId: 'ASIAX' },
    ],
    ['a role', assumedRole('r', 's'), { lifetime: 'temporary' }],
    ['a role without a key', { ...assumedRole('r', 's'), accessKeyId: '' }, { lifetime: 'temporary' }],
    ['a service', { type: 'AWSService', invokedBy: 'config.amazonaws.com' }, { lifetime: 'none' }],
  ])('of %s', (_, userIdentity, expected) => {
    expect(event({ userIdentity }).credential).toMatchObject(expected);
  });
});

describe('the outcome', () => {
  test.each<[JsonObject, string]>([
    [{}, 'success'],
    [{ errorCode: 'AccessDenied' }, 'denied'],
    [{ errorCode: 'Client.UnauthorizedOperation' }, 'denied'],
    [{ errorCode: 'UnauthorizedAccess' }, 'denied'],
    [{ errorCode: 'NoSuchBucket' }, 'error'],
    [
      {
        eventName: 'ConsoleLogin',
        responseElements: { ConsoleLogin: 'Failure' },
        errorMessage: 'Failed authentication',
      },
      'denied',
    ],
    [{ eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Success' } }, 'success'],
  ])('of %j is %s', (members, outcome) => {
    expect(event(members).outcome).toBe(outcome);
  });

  const connection = (eventStatus: string, failureReason: string, members: JsonObject = {}) =>
    event({
      eventSource: 'appmesh.amazonaws.com',
      eventName: 'StreamAggregatedResources',
      eventType: 'AwsServiceEvent',
      serviceEventDetails: { eventStatus, failureReason },
      ...members,
    });

  test('of an Envoy’s connection to App Mesh that broke is an error, with its status and reason', () => {
    expect(connection('ConnectionTerminated', 'no such node')).toMatchObject({
      outcome: 'error',
      errorCode: 'ConnectionTerminated',
      errorMessage: 'no such node',
    });
    expect(connection('ConnectionTerminated', '')).not.toHaveProperty('errorMessage');
  });

  test.each(['ConnectionEstablished', 'ConnectionGracefullyTerminated'])('of %s is success', (status) => {
    expect(connection(status, '')).toMatchObject({ outcome: 'success' });
    expect(connection(status, '')).not.toHaveProperty('errorCode');
  });

  test('of another service’s event is not told by a status', () => {
    expect(connection('ConnectionTerminated', 'x', { eventSource: 'ecs.amazonaws.com' })).toMatchObject({
      outcome: 'success',
    });
  });
});

describe('console and MFA', () => {
  test('a login tells whether MFA was used', () => {
    const login = { eventType: 'AwsConsoleSignIn', eventName: 'ConsoleLogin', additionalEventData: { MFAUsed: 'Yes' } };
    expect(event(login)).toMatchObject({ console: true, mfa: true });
  });

  test('a session tells whether it began with MFA', () => {
    expect(event({ userIdentity: assumedRole('r', 's') })).toMatchObject({ console: false, mfa: false });
  });

  test('a record that says nothing of MFA leaves it open', () => {
    expect(event().mfa).toBeUndefined();
  });

  test.each<JsonObject>([
    { userAgent: 'console.amazonaws.com' },
    { sessionCredentialFromConsole: 'true' },
    { eventType: 'AwsConsoleAction' },
  ])('%j is the console', (members) => {
    expect(event(members).console).toBe(true);
  });
});

describe('the category', () => {
  test.each<[JsonObject, string]>([
    [{ eventCategory: 'Data', managementEvent: false }, 'data'],
    [{ eventCategory: null, managementEvent: false }, 'data'],
    [{ eventCategory: null, managementEvent: null }, 'management'],
    [{ eventCategory: null, managementEvent: null, eventType: 'AwsCloudTrailInsight' }, 'insight'],
  ])('of %j is %s', (members, category) => {
    expect(event(members).category).toBe(category);
  });
});

describe('the address', () => {
  test.each<[JsonObject, string | undefined]>([
    [{ sourceIPAddress: '203.0.113.10' }, '203.0.113.10'],
    [{ sourceIPAddress: '2001:DB8:0:0::0001' }, '2001:db8::1'],
    [{ sourceIPAddress: '010.1.1.1' }, undefined],
    [{ sourceIPAddress: 'AWS Internal' }, undefined],
    [{ sourceIPAddress: 'ec2.amazonaws.com' }, undefined],
    [{ sourceIPAddress: 'AWS Internal', serviceEventDetails: { sourceIpAddress: '10.7.3.72' } }, '10.7.3.72'],
  ])('of %j is %s', (members, address) => {
    expect(event(members).address).toBe(address);
  });
});

describe('the identity', () => {
  test('is the same for the same event, wherever it is found', () => {
    const again = event({ eventID: 'e' }, { bucket: 'other', key: 'k', version: 'v', index: 9 });
    expect(again.identity).toBe(event({ eventID: 'e' }).identity);
  });

  test.each<JsonObject>([
    { eventTime: '2026-11-20T14:03:01Z' },
    { eventSource: 's3.amazonaws.com' },
    { eventName: 'RunInstances' },
    { recipientAccountId: '444455556666' },
  ])('differs with %j, though the eventID is shared', (members) => {
    expect(event({ eventID: 'e', ...members }).identity).not.toBe(event({ eventID: 'e' }).identity);
  });
});

describe('accounts from outside', () => {
  const externals = (requestParameters: JsonObject) => event({ requestParameters }).externalAccounts;

  test('an account that a snapshot is shared with', () => {
    expect(externals({ createVolumePermission: { add: { items: [{ userId: '444455556666' }] } } })).toEqual([
      '444455556666',
    ]);
  });

  test('principals of a policy document, as ARNs and alone, URL-encoded too', () => {
    const policy = JSON.stringify({
      Statement: [{ Principal: { AWS: ['arn:aws:iam::444455556666:root', '777788889999'] } }],
    });
    expect(externals({ policyDocument: policy })).toEqual(['444455556666', '777788889999']);
    expect(externals({ policyDocument: encodeURIComponent(policy) })).toEqual(['444455556666', '777788889999']);
  });

  test('the caller’s and the recipient’s accounts are no strangers', () => {
    expect(externals({ roleArn: `arn:aws:iam::${ACCOUNT}:role/r` })).toEqual([]);
  });

  test('twelve digits that are no account are left alone', () => {
    expect(externals({ size: '123456789012', clientToken: '123456789012' })).toEqual([]);
  });
});
