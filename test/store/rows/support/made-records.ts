import fc from 'fast-check';
import type { JsonObject } from '../../../../lambda/shared/json.ts';
import { ACCOUNT, assumedRole, iamUser, record, root } from '../../../support/records.ts';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });

const identities = fc.oneof(
  fc.constantFrom('alice', 'deployment-user', 'ci').map(iamUser),
  fc.constant(root()),
  fc
    .record({
      role: fc.constantFrom(
        'Admin',
        'AWSReservedSSO_AdministratorAccess_0123456789abcdef',
        'eks-node-group-role-production',
      ),
      session: fc.oneof(
        hex(17).map((id) => `i-${id}`),
        fc.constant('somebody.with.a.long.name@example.com'),
      ),
      path: fc.constantFrom('', 'service-role/', 'aws-reserved/sso.amazonaws.com/eu-central-1/'),
    })
    .map(({ role, session, path }) => assumedRole(role, session, path)),
);

const calls = fc.constantFrom(
  { eventSource: 'ec2.amazonaws.com', eventName: 'DescribeNetworkInterfaces' },
  { eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances' },
  { eventSource: 'sts.amazonaws.com', eventName: 'AssumeRole' },
  { eventSource: 'logs.amazonaws.com', eventName: 'CreateLogStream' },
  { eventSource: 'ssm.amazonaws.com', eventName: 'UpdateInstanceInformation' },
  { eventSource: 'iam.amazonaws.com', eventName: 'GetRole' },
  { eventSource: 'elasticfilesystem.amazonaws.com', eventName: 'UpdateFileSystemProtection' },
  { eventSource: 'kms.amazonaws.com', eventName: 'Decrypt' },
  { eventSource: 'servicediscovery.amazonaws.com', eventName: 'GetInstancesHealthStatus' },
  { eventSource: 's3.amazonaws.com', eventName: 'PutBucketIntelligentTieringConfiguration' },
);

const requests = hex(17).map((id) => ({
  fileSystemId: `fs-${id}`,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/service-role/production-${id}`,
}));

const failures = fc.constantFrom<JsonObject[]>(
  {},
  {},
  {},
  {
    errorCode: 'Client.UnauthorizedOperation',
    errorMessage:
      `User: arn:aws:sts::${ACCOUNT}:assumed-role/production/session is not authorized to perform this operation because no identity-based policy allows the action.`.repeat(
        2,
      ),
  },
);

const agents = fc.constantFrom(
  'aws-cli/2.15.0',
  'Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/linux#5.10.218-208.862.amzn2.x86_64 md/arch#x86_64 lang/python#3.12.3 md/pyimpl#CPython cfg/retry-mode#standard',
  'ec2.amazonaws.com',
);

/** Records of ordinary calls with long names: the same ones every time. */
export function madeRecords(): readonly JsonObject[] {
  const made = fc.sample(fc.tuple(identities, calls, requests, failures, agents), { numRuns: 2000, seed: 1 });
  return made.map(([userIdentity, call, requestParameters, failure, userAgent]) =>
    record({ ...call, userIdentity, requestParameters, ...failure, userAgent, sourceIPAddress: '203.0.113.110' }),
  );
}
