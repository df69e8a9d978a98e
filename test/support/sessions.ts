import type { JsonObject } from '../../lambda/shared/json.ts';
import { ACCOUNT, assumedRole, iamUser, record } from './records.ts';

/** A user with a long-term key. */
export function keyOf(user: string, accessKeyId: string): JsonObject {
  return { ...iamUser(user), accessKeyId };
}

/** A session of a role, signed with the key that STS issued. */
export function sessionOf(role: string, session: string, accessKeyId: string): JsonObject {
  return { ...assumedRole(role, session), accessKeyId };
}

/** The record of an AssumeRole, with the key that it issued. */
export function assumeRole(
  userIdentity: JsonObject,
  issued: { readonly role: string; readonly session: string; readonly accessKeyId: string },
  members: JsonObject = {},
): JsonObject {
  const { role, session, accessKeyId } = issued;
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/${role}`;
  return record({
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    readOnly: true,
    userIdentity,
    requestParameters: { roleArn, roleSessionName: session },
    responseElements: {
      credentials: { accessKeyId, sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE', expiration: 'Nov 20, 2026, 9:46:15 PM' },
      assumedRoleUser: {
        assumedRoleId: `AROAEXAMPLE:${session}`,
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`,
      },
    },
    resources: [{ ARN: roleArn, accountId: ACCOUNT, type: 'AWS::IAM::Role' }],
    ...members,
  });
}
