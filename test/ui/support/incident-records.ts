import type { JsonObject } from '../../../lambda/shared/json.ts';
import { ACCOUNT, assumedRole, iamUser, record } from '../../support/records.ts';
import { HOSTILE } from './hostile-text.ts';

/** The key that leaked, the one that it got by AssumeRole, and the one that was made to stay. */
export const LEAKED = 'AKIAIOSFODNN7EXAMPLE';
export const BORROWED = 'ASIAQ3EGWUJR7EXAMPLE';
export const MADE = 'AKIAI44QH8DHBEXAMPLE';
export const ATTACKER = '198.51.100.66';

const at = (minute: number): string =>
  `2026-11-20T0${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}:07Z`;

/** An incident as it goes: a leaked key looks around, becomes a role, destroys, takes, and makes a way back. */
export function incidentRecords(): readonly JsonObject[] {
  let minute = 60;
  const next = (userIdentity: JsonObject, service: string, eventName: string, members: JsonObject = {}): JsonObject =>
    record({
      eventTime: at(minute++),
      eventSource: `${service}.amazonaws.com`,
      eventName,
      sourceIPAddress: ATTACKER,
      userIdentity,
      ...members,
    });
  const leaked = { ...iamUser('ci-legacy'), accessKeyId: LEAKED };
  const borrowed = { ...assumedRole('Deploy', 'ci-4711'), accessKeyId: BORROWED };
  const made = { ...iamUser('backup-sync'), accessKeyId: MADE };
  const write = { readOnly: false };
  return [
    next(leaked, 'sts', 'GetCallerIdentity'),
    next(leaked, 's3', 'ListBuckets'),
    next(leaked, 'iam', 'ListUsers', { errorCode: 'AccessDenied', errorMessage: 'not authorized' }),
    next(leaked, 'iam', 'ListRoles', { errorCode: 'AccessDenied', errorMessage: 'not authorized' }),
    next(leaked, 'sts', 'AssumeRole', {
      requestParameters: { roleArn: `arn:aws:iam::${ACCOUNT}:role/Deploy`, roleSessionName: 'ci-4711' },
      responseElements: {
        credentials: { accessKeyId: BORROWED, expiration: 'Nov 20, 2026, 3:00:00 PM', sessionToken: 'token' },
        assumedRoleUser: {
          arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Deploy/ci-4711`,
          assumedRoleId: 'AROAEXAMPLE:ci-4711',
        },
      },
    }),
    next(borrowed, 'cloudtrail', 'StopLogging', { ...write, requestParameters: { name: 'organization' } }),
    next(borrowed, 'iam', 'CreateUser', { ...write, requestParameters: { userName: 'backup-sync' } }),
    next(borrowed, 'iam', 'CreateAccessKey', {
      ...write,
      requestParameters: { userName: 'backup-sync' },
      responseElements: { accessKey: { accessKeyId: MADE, userName: 'backup-sync', status: 'Active' } },
    }),
    next(borrowed, 'iam', 'AttachUserPolicy', {
      ...write,
      requestParameters: { userName: 'backup-sync', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    }),
    next(borrowed, 's3', 'PutBucketPolicy', {
      ...write,
      requestParameters: {
        bucketName: 'customer-exports',
        bucketPolicy: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::customer-exports/*' },
          ],
        },
      },
    }),
    ...Array.from({ length: 24 }, (_, number) =>
      next(borrowed, 's3', 'GetObject', {
        eventCategory: 'Data',
        managementEvent: false,
        requestParameters: { bucketName: 'customer-exports', key: `2026/11/export-${number}.csv.gz` },
        additionalEventData: { bytesTransferredOut: 1_048_576 + number },
        resources: [{ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::customer-exports/2026/11/export-${number}.csv.gz` }],
      }),
    ),
    next(made, 'secretsmanager', 'GetSecretValue', { requestParameters: { secretId: 'prod/database' } }),
    next(made, 'rds', 'DeleteDBSnapshot', {
      ...write,
      requestParameters: { dBSnapshotIdentifier: 'nightly-2026-11-19' },
    }),
    next(made, 'ec2', 'TerminateInstances', {
      ...write,
      requestParameters: { instancesSet: { items: [{ instanceId: 'i-0a1b2c3d4e5f60718' }] } },
    }),
  ];
}

/** Records whose every text is hostile, as far as it can be read at all. */
export function hostileRecords(): readonly JsonObject[] {
  const identity = {
    ...assumedRole('Admin', HOSTILE),
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/${HOSTILE}`,
    accessKeyId: HOSTILE,
  };
  const members: JsonObject = {
    eventTime: '2026-11-20T08:00:00Z',
    eventSource: `iam${HOSTILE}.amazonaws.com`,
    eventName: `CreateUser${HOSTILE}`,
    awsRegion: HOSTILE,
    sourceIPAddress: HOSTILE,
    userAgent: HOSTILE,
    errorCode: HOSTILE,
    errorMessage: HOSTILE,
    requestParameters: { userName: HOSTILE, [HOSTILE]: HOSTILE },
    responseElements: { user: { arn: `arn:aws:iam::${ACCOUNT}:user/${HOSTILE}` } },
    resources: [{ ARN: `arn:aws:s3:::${HOSTILE}`, type: HOSTILE }],
    readOnly: false,
    userIdentity: identity,
  };
  const { errorCode: _, errorMessage: __, ...succeeded } = members;
  return [
    record(members),
    // A rule of the pack finds it: hostile texts reach findings and alerts.
    record({
      ...succeeded,
      eventTime: '2026-11-20T08:01:00Z',
      eventSource: 'cloudtrail.amazonaws.com',
      eventName: 'StopLogging',
    }),
  ];
}
