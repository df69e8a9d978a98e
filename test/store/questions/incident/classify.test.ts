import type { JsonObject } from '../../../../lambda/shared/json.ts';
import { effectOf, isTaking, takenFrom } from '../../../../lambda/store/questions/incident/effects.ts';
import { PersistenceLog } from '../../../../lambda/store/questions/incident/persistence-log.ts';
import { readingsOf } from '../../../../lambda/store/questions/incident/subject.ts';
import type { EventDetail } from '../../../../lambda/store/questions/indexed-event.ts';
import { eventDetail } from '../../../../lambda/store/questions/indexed-event.ts';
import { summaryOf } from '../../../../lambda/store/segments/summary.ts';
import { event } from '../../../support/records.ts';

const detail = (source: string, eventName: string, members: JsonObject = {}): EventDetail =>
  eventDetail(
    summaryOf(
      event({
        eventSource: `${source}.amazonaws.com`,
        eventName,
        readOnly: /^(Get|List|Describe)/.test(eventName),
        ...members,
      }),
    ),
  );

describe('what a call did', () => {
  test.each([
    ['cloudtrail', 'DeleteTrail', 'deleted'],
    ['kms', 'ScheduleKeyDeletion', 'deleted'],
    ['ec2', 'TerminateInstances', 'deleted'],
    ['s3', 'DeleteObjects', 'deleted'],
    ['cloudtrail', 'StopLogging', 'stopped'],
    ['organizations', 'LeaveOrganization', 'stopped'],
    ['guardduty', 'DisassociateFromMasterAccount', 'stopped'],
    ['ec2', 'ModifySnapshotAttribute', 'shared'],
    ['lambda', 'AddPermission20150331v2', 'shared'],
    ['s3', 'PutBucketPolicy', 'shared'],
    ['ec2', 'RunInstances', 'created'],
    ['iam', 'CreateUser', 'created'],
    ['iam', 'UpdateAssumeRolePolicy', 'changed'],
    ['elasticfilesystem', 'DeleteTags', 'changed'],
    ['ec2', 'DescribeInstances', undefined],
    ['s3', 'GetObject', undefined],
    ['sts', 'AssumeRole', undefined],
    ['signin', 'ConsoleLogin', undefined],
  ])('of %s:%s is %s', (source, eventName, effect) => {
    expect(effectOf(detail(source, eventName))).toBe(effect);
  });

  test('is nothing where it was denied', () => {
    expect(effectOf(detail('cloudtrail', 'DeleteTrail', { errorCode: 'AccessDenied' }))).toBeUndefined();
    expect(isTaking(detail('s3', 'GetObject', { errorCode: 'AccessDenied' }))).toBe(false);
  });

  test.each([
    [
      's3',
      'GetObject',
      { resources: [{ ARN: 'arn:aws:s3:::b/a/k' }, { ARN: 'arn:aws:s3:::b' }] },
      'b',
      ['arn:aws:s3:::b/a/k'],
    ],
    ['dynamodb', 'Scan', { requestParameters: { tableName: 'orders' } }, 'orders', []],
    ['dynamodb', 'Scan', { resources: [{ ARN: 'arn:aws:dynamodb:eu-west-1:1:table/orders' }] }, 'orders', []],
    [
      'secretsmanager',
      'GetSecretValue',
      { resources: [{ ARN: 'arn:aws:secretsmanager:eu-west-1:1:secret:db' }] },
      undefined,
      ['arn:aws:secretsmanager:eu-west-1:1:secret:db'],
    ],
    ['s3', 'GetObject', {}, undefined, []],
  ])('of %s:%s of %j takes from %s %j', (source, eventName, members, container, objects) => {
    const read = detail(source, eventName, members);
    expect(isTaking(read)).toBe(true);
    expect(takenFrom(read)).toEqual({ ...(container !== undefined && { container }), objects });
  });
});

describe('a way back', () => {
  const steps = (...events: readonly EventDetail[]) => {
    const log = new PersistenceLog();
    for (const each of events) log.add(each);
    return log.steps().map((step) => [step.kind, step.event.action, step.undoneBy?.action]);
  };
  const iam = (eventName: string, requestParameters: JsonObject, minute = 0, members: JsonObject = {}) =>
    detail('iam', eventName, { requestParameters, eventTime: `2026-11-20T14:0${minute}:00Z`, ...members });

  test('stands until the same thing is taken back, later and by name', () => {
    expect(
      steps(
        iam('CreateUser', { userName: 'x' }, 1),
        iam('CreateUser', { userName: 'y' }, 2),
        iam('DeleteUser', { userName: 'x' }, 3),
      ),
    ).toEqual([
      ['user', 'iam:CreateUser', undefined],
      ['user', 'iam:CreateUser', 'iam:DeleteUser'],
    ]);
    expect(steps(iam('DeleteUser', { userName: 'x' }, 1), iam('CreateUser', { userName: 'x' }, 2))).toEqual([
      ['user', 'iam:CreateUser', undefined],
    ]);
  });

  test('of two keys of a user is taken back by that key’s deletion', () => {
    const key = (accessKeyId: string, minute: number) =>
      iam('CreateAccessKey', { userName: 'x' }, minute, {
        responseElements: { accessKey: { accessKeyId, userName: 'x' } },
      });
    expect(
      steps(
        key('AKIAFIRSTEXAMPLE0000', 1),
        key('AKIASECONDEXAMPLE000', 2),
        iam('DeleteAccessKey', { userName: 'x', accessKeyId: 'AKIASECONDEXAMPLE000' }, 3),
      ),
    ).toEqual([
      ['key', 'iam:CreateAccessKey', undefined],
      ['key', 'iam:CreateAccessKey', 'iam:DeleteAccessKey'],
    ]);
  });

  test('of two rules of a security group, one that is revoked leaves one standing', () => {
    const group = (eventName: string, minute: number) =>
      detail('ec2', eventName, {
        requestParameters: { groupId: 'sg-0123456789abcdef0' },
        eventTime: `2026-11-20T14:0${minute}:00Z`,
      });
    expect(
      steps(
        group('AuthorizeSecurityGroupIngress', 1),
        group('AuthorizeSecurityGroupIngress', 2),
        group('RevokeSecurityGroupIngress', 3),
      ).map(([, , undoneBy]) => undoneBy),
    ).toEqual([undefined, 'ec2:RevokeSecurityGroupIngress']);
    // A group that is deleted has none.
    expect(
      steps(
        group('AuthorizeSecurityGroupIngress', 1),
        group('AuthorizeSecurityGroupIngress', 2),
        group('DeleteSecurityGroup', 3),
      ).map(([, , undoneBy]) => undoneBy),
    ).toEqual(['ec2:DeleteSecurityGroup', 'ec2:DeleteSecurityGroup']);
  });

  test('of several permissions all are gone with the function that they are of', () => {
    const call = (eventName: string, minute: number) =>
      detail('lambda', eventName, {
        requestParameters: { functionName: 'f' },
        eventTime: `2026-11-20T14:0${minute}:00Z`,
      });
    expect(
      steps(
        call('AddPermission20150331v2', 1),
        call('AddPermission20150331v2', 2),
        call('DeleteFunction20150331', 3),
      ).map(([, , undoneBy]) => undoneBy),
    ).toEqual(['lambda:DeleteFunction', 'lambda:DeleteFunction']);
  });

  test('goes with whoever it was given to', () => {
    expect(
      steps(
        iam('PutRolePolicy', { roleName: 'r', policyName: 'p' }, 1),
        iam('UpdateAssumeRolePolicy', { roleName: 'r' }, 2),
        iam('DeleteRole', { roleName: 'r' }, 3),
      ),
    ).toEqual([
      ['trust', 'iam:UpdateAssumeRolePolicy', 'iam:DeleteRole'],
      ['policy', 'iam:PutRolePolicy', 'iam:DeleteRole'],
    ]);
  });

  test('is none where it was denied, or an AWS service did it', () => {
    expect(
      steps(
        iam('CreateUser', { userName: 'x' }, 1, { errorCode: 'AccessDenied' }),
        iam('CreateUser', { userName: 'x' }, 2, { userIdentity: { type: 'AWSService', invokedBy: 'x.amazonaws.com' } }),
      ),
    ).toEqual([]);
  });
});

describe('the form of what is asked', () => {
  test.each([
    ['ASIAIOSFODNN7EXAMPLE', ['credential']],
    ['asiaiosfodnn7example', ['credential']],
    ['203.0.113.10', ['address']],
    ['2001:db8::1', ['address']],
    ['203.0.113.0/24', ['address']],
    ['arn:aws:iam::111122223333:role/Deploy', ['actor', 'resource']],
    ['arn:aws:sts::111122223333:assumed-role/Deploy/ci', ['session', 'resource']],
    ['arn:aws:s3:::payroll', ['resource']],
    ['8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e', ['event', 'resource']],
    ['5e0c1f0a9d7b4c3e8f6a2b1d0c9e8f7a', ['alert', 'finding', 'event']],
    ['fs-0123456789abcdef0', ['resource', 'event', 'session']],
    ['Deploy', ['actor', 'session', 'resource', 'event']],
    ['ec2.amazonaws.com', ['actor', 'session', 'resource', 'event']],
  ])('%s is read as %j', (text, kinds) => {
    expect(readingsOf(text).map(({ kind }) => kind)).toEqual(kinds);
  });

  test('a policy’s ARN is a resource, though IAM made it', () => {
    expect(readingsOf('arn:aws:iam::111122223333:policy/p').map(({ kind }) => kind)).toEqual(['resource']);
  });
});
