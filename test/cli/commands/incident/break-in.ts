import { readEvent } from '../../../../lambda/cloudtrail/cloudtrail-event.ts';
import { findingEvent } from '../../../../lambda/findings/event-finding.ts';
import type { Finding } from '../../../../lambda/findings/finding.ts';
import type { JsonObject } from '../../../../lambda/shared/json.ts';
import { finding } from '../../../support/findings.ts';
import { ACCOUNT, RECEIPT, record } from '../../../support/records.ts';
import { assumeRole, keyOf, sessionOf } from '../../../support/sessions.ts';

/** Alice's key was stolen, and is used from an address that isn't hers. */
export const STOLEN_KEY = 'AKIASTOLENEXAMPLE000';
/** Of the session of Deploy that the thief began. */
export const SESSION_KEY = 'ASIADEPLOYEXAMPLE000';
/** The thief made it for the new user. */
export const NEW_KEY = 'AKIANEWUSEREXAMPLE00';
export const THIEF = '198.51.100.7';
export const LATER = '198.51.100.99';
export const STRANGER = '444455556666';
export const ALERT = 'a1e27a1e27a1e27a1e27a1e27a1e27a1';
export const FINDING = 'f1d1f1d1f1d1f1d1f1d1f1d1f1d1f1d1';

export const at = (time: string): string => `2026-11-20T${time}:00Z`;

const alice = keyOf('alice', STOLEN_KEY);
const deploy = sessionOf('Deploy', 'ci-7', SESSION_KEY);
const backdoor = keyOf('backdoor', NEW_KEY);

const call = (
  service: string,
  eventName: string,
  time: string,
  userIdentity: JsonObject,
  members: JsonObject = {},
): JsonObject =>
  record({
    eventSource: `${service}.amazonaws.com`,
    eventName,
    eventTime: at(time),
    eventID: `${eventName}-${time}`,
    readOnly: /^(Get|List|Describe)/.test(eventName),
    sourceIPAddress: THIEF,
    userIdentity,
    ...members,
  });

const getObject = (key: string, time: string, bytes: number): JsonObject =>
  call('s3', 'GetObject', time, deploy, {
    eventID: `GetObject-${key}`,
    eventCategory: 'Data',
    managementEvent: false,
    requestParameters: { bucketName: 'payroll', key },
    additionalEventData: { bytesTransferredOut: bytes, bytesTransferredIn: 0 },
    resources: [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::payroll/${key}` },
      { accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::payroll' },
    ],
  });

const DELETE_TRAIL = call('cloudtrail', 'DeleteTrail', '14:20', deploy, { requestParameters: { name: 'org-trail' } });

/** From the first try to the new user's first use of the own key, a day later. */
export const BREAK_IN: readonly JsonObject[] = [
  call('sts', 'GetCallerIdentity', '14:00', alice),
  call('iam', 'ListUsers', '14:01', alice, { errorCode: 'AccessDenied', errorMessage: 'no' }),
  call('iam', 'ListUsers', '14:02', alice, { errorCode: 'AccessDenied', errorMessage: 'no' }),
  assumeRole(
    alice,
    { role: 'Deploy', session: 'ci-7', accessKeyId: SESSION_KEY },
    { eventID: 'AssumeRole-14:05', eventTime: at('14:05'), sourceIPAddress: THIEF },
  ),
  getObject('salaries.csv', '14:10', 5_000_000),
  getObject('bonus.csv', '14:11', 1_000_000),
  getObject('bonus.csv', '15:12', 1_000_000),
  call('s3', 'PutBucketPolicy', '14:15', deploy, {
    requestParameters: {
      bucketName: 'payroll',
      bucketPolicy: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${STRANGER}:root` },
            Action: 's3:GetObject',
            Resource: '*',
          },
        ],
      },
    },
  }),
  DELETE_TRAIL,
  call('iam', 'CreateRole', '14:25', deploy, { requestParameters: { roleName: 'test' } }),
  call('iam', 'DeleteRole', '14:26', deploy, { requestParameters: { roleName: 'test' } }),
  call('iam', 'UpdateAssumeRolePolicy', '14:28', deploy, {
    requestParameters: {
      roleName: 'Admin',
      policyDocument: JSON.stringify({
        Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${STRANGER}:root` }, Action: 'sts:AssumeRole' }],
      }),
    },
  }),
  call('iam', 'CreateUser', '14:30', deploy, { requestParameters: { userName: 'backdoor' } }),
  call('iam', 'CreateAccessKey', '14:31', deploy, {
    requestParameters: { userName: 'backdoor' },
    responseElements: { accessKey: { accessKeyId: NEW_KEY, userName: 'backdoor', status: 'Active' } },
  }),
  call('eks', 'CreateAccessEntry', '14:35', deploy, {
    requestParameters: { name: 'prod', principalArn: `arn:aws:iam::${ACCOUNT}:user/backdoor` },
  }),
  call('ec2', 'TerminateInstances', '14:40', deploy, {
    errorCode: 'Client.UnauthorizedOperation',
    requestParameters: { instancesSet: { items: [{ instanceId: 'i-0123456789abcdef0' }] } },
  }),
  call('secretsmanager', 'GetSecretValue', '16:00', backdoor, {
    sourceIPAddress: LATER,
    requestParameters: { secretId: `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:db` },
  }),
];

/** What others did meanwhile: none of it belongs to the incident. */
export const ORDINARY: readonly JsonObject[] = [
  call('ec2', 'DescribeInstances', '13:00', keyOf('bob', 'AKIABOBEXAMPLE000000'), { sourceIPAddress: '203.0.113.9' }),
  call('ec2', 'StopInstances', '14:12', keyOf('bob', 'AKIABOBEXAMPLE000000'), { sourceIPAddress: '203.0.113.9' }),
  assumeRole(
    keyOf('bob', 'AKIABOBEXAMPLE000000'),
    { role: 'Deploy', session: 'ci-8', accessKeyId: 'ASIAOTHEREXAMPLE0000' },
    { eventID: 'AssumeRole-bob', eventTime: at('14:06'), sourceIPAddress: '203.0.113.9' },
  ),
  call('s3', 'ListBuckets', '14:07', sessionOf('Deploy', 'ci-8', 'ASIAOTHEREXAMPLE0000'), {
    sourceIPAddress: '203.0.113.9',
  }),
];

const ofRecord = (members: JsonObject): Partial<Finding> => {
  const result = readEvent(members, RECEIPT);
  if (!result.ok) throw new Error(result.reason);
  return findingEvent(result.event);
};

/** What rules found: of the thief, and of somebody else. */
export const FINDINGS: readonly { readonly finding: Finding; readonly alertId?: string }[] = [
  {
    finding: finding({
      ...ofRecord(DELETE_TRAIL),
      findingId: FINDING,
      title: 'Trail deleted',
      ruleId: 'rule-trail',
      level: 'high',
      tags: ['attack.defense-evasion', 'attack.t1562.008'],
    }),
    alertId: ALERT,
  },
  {
    finding: finding({
      ...ofRecord(getObject('salaries.csv', '14:10', 1)),
      findingId: 'f-objects',
      title: 'Objects read',
      ruleId: 'rule-objects',
      level: 'medium',
      tags: ['attack.exfiltration', 'attack.collection'],
    }),
  },
  {
    finding: finding({
      ...ofRecord(
        call('ec2', 'StopInstances', '14:12', keyOf('bob', 'AKIABOBEXAMPLE000000'), { sourceIPAddress: '203.0.113.9' }),
      ),
      findingId: 'f-other',
      title: 'Instances stopped',
      level: 'critical',
      tags: ['attack.impact'],
    }),
  },
];
