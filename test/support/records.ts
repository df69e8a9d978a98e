import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type CloudTrailEvent, type Receipt, readEvent } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import type { JsonObject } from '../../lambda/shared/json.ts';

export const ACCOUNT = '111122223333';

/** A record as CloudTrail writes it. A test overrides the members that it is about. */
export function record(members: JsonObject = {}): JsonObject {
  return {
    eventVersion: '1.09',
    userIdentity: iamUser('alice'),
    eventTime: '2026-11-20T14:03:00Z',
    eventSource: 'ec2.amazonaws.com',
    eventName: 'DescribeInstances',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '203.0.113.10',
    userAgent: 'aws-cli/2.15.0',
    requestParameters: null,
    responseElements: null,
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    ...members,
  };
}

export function iamUser(name: string): JsonObject {
  return {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE',
    arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
    accountId: ACCOUNT,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    userName: name,
  };
}

/** A summary of data events, as "Aggregating data events" of the AWS CloudTrail User Guide shows one. */
export function aggregated(members: JsonObject = {}): JsonObject {
  return {
    eventVersion: '1.0',
    accountId: ACCOUNT,
    eventId: randomUUID(),
    eventCategory: 'Aggregated',
    eventType: 'AwsAggregatedEvent',
    awsRegion: 'us-west-2',
    eventSource: 's3.amazonaws.com',
    timeWindow: { windowStart: '2026-11-20T14:00:00Z', windowEnd: '2026-11-20T14:05:00Z', windowSize: 'PT5M' },
    summary: {
      primaryDimension: {
        dimension: 'eventName',
        statistics: [{ name: 'PutObject', value: 1000 }],
        aggregationType: 'Count',
      },
      details: [
        {
          dimension: 'resourceARN',
          statistics: [
            { name: 'arn:aws:s3:::bucket-1', value: 800 },
            { name: 'arn:aws:s3:::bucket-2', value: 200 },
          ],
          aggregationType: 'Count',
        },
      ],
    },
    ...members,
  };
}

export function root(): JsonObject {
  return {
    type: 'Root',
    principalId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    sessionContext: { attributes: { mfaAuthenticated: 'false', creationDate: '2026-11-20T13:00:00Z' } },
  };
}

export function assumedRole(role: string, session: string, path = ''): JsonObject {
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLE:${session}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAEXAMPLE',
        arn: `arn:aws:iam::${ACCOUNT}:role/${path}${role}`,
        accountId: ACCOUNT,
        userName: role,
      },
      webIdFederationData: {},
      attributes: { mfaAuthenticated: 'false', creationDate: '2026-11-20T13:00:00Z' },
    },
  };
}

export const RECEIPT: Receipt = { bucket: 'logs', key: 'AWSLogs/1.json.gz', version: 'v1', index: 0 };

/** The event of a record that must be readable. */
export function event(members: JsonObject = {}, receipt: Receipt = RECEIPT): CloudTrailEvent {
  const result = readEvent(record(members), receipt);
  if (!result.ok) throw new Error(`The factory made a record that can't be read: ${result.reason}`);
  return result.event;
}

export function logObject(records: readonly unknown[]): Buffer {
  return gzipSync(JSON.stringify({ Records: records }));
}

let objects = 0;

/** A key of its own, as CloudTrail makes them. */
export function logObjectKey({ account = ACCOUNT, region = 'eu-west-1', day = '2026/11/20' } = {}): string {
  objects++;
  const unique = String(objects).padStart(16, '0');
  return `AWSLogs/${account}/CloudTrail/${region}/${day}/${account}_CloudTrail_${region}_${day.replaceAll('/', '')}T1405Z_${unique}.json.gz`;
}
