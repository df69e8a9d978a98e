import type { JsonObject } from '../../lambda/shared/json.ts';

/** A call that made events make, with what it names. */
export interface MadeAction {
  readonly source: string;
  readonly name: string;
  readonly readOnly: boolean;
  /** The request, which names the resource. */
  readonly request: (resource: string, account: string) => JsonObject | null;
  /** Makes the name of the resource with a number of its kind. */
  readonly resource: (number: number) => string;
  /** How many resources of the kind there are. */
  readonly resources: number;
}

const hex = (number: number, digits: number): string =>
  (Math.imul(number + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0').padStart(digits, '0');

const none = { request: () => null, resource: () => '', resources: 1 };
const instances = {
  request: (resource: string) => ({ instancesSet: { items: [{ instanceId: resource }] } }),
  resource: (number: number) => `i-${hex(number, 17)}`,
  resources: 4_000,
};
const buckets = {
  request: (resource: string) => ({ bucketName: resource }),
  resource: (number: number) => `app-${hex(number, 8)}-assets`,
  resources: 400,
};
const roles = {
  request: (resource: string, account: string) => ({
    roleArn: `arn:aws:iam::${account}:role/${resource}`,
    roleSessionName: 'session',
  }),
  resource: (number: number) => `service-role-${number}`,
  resources: 300,
};
const roleNames = { ...roles, request: (resource: string) => ({ roleName: resource }) };
const keys = {
  request: (resource: string, account: string) => ({
    keyId: `arn:aws:kms:eu-west-1:${account}:key/${resource}`,
    encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  }),
  resource: (number: number) => `${hex(number, 8)}-4a5b-4c6d-8e7f-${hex(number + 7, 12)}`,
  resources: 150,
};
const fileSystems = {
  request: (resource: string) => ({ fileSystemId: resource }),
  resource: (number: number) => `fs-${hex(number, 17)}`,
  resources: 80,
};
const named = (member: string, prefix: string, resources: number) => ({
  request: (resource: string) => ({ [member]: resource }),
  resource: (number: number) => `${prefix}${number}`,
  resources,
});

const of = (
  source: string,
  names: string,
  readOnly: boolean,
  kind: Pick<MadeAction, 'request' | 'resource' | 'resources'>,
): readonly MadeAction[] =>
  names.split(' ').map((name) => ({ source: `${source}.amazonaws.com`, name, readOnly, ...kind }));

/** What goes on all day: the most frequent ones first. */
export const MADE_ACTIONS: readonly MadeAction[] = [
  ...of('sts', 'AssumeRole', true, roles),
  ...of('kms', 'Decrypt GenerateDataKey', true, keys),
  ...of('ec2', 'DescribeInstances DescribeVolumes DescribeTags DescribeNetworkInterfaces', true, none),
  ...of('s3', 'GetBucketAcl GetBucketLocation GetBucketPolicy', true, buckets),
  ...of('logs', 'CreateLogStream', false, named('logGroupName', '/aws/lambda/function-', 900)),
  ...of('ssm', 'UpdateInstanceInformation', false, named('instanceId', 'i-0a1b2c3d4e5f6', 3_000)),
  ...of('dynamodb', 'DescribeTable', true, named('tableName', 'table-', 200)),
  ...of('ecr', 'BatchGetImage GetAuthorizationToken', true, named('repositoryName', 'team/service-', 250)),
  ...of('elasticfilesystem', 'DescribeMountTargets DescribeFileSystems', true, fileSystems),
  ...of('monitoring', 'DescribeAlarms', true, none),
  ...of('lambda', 'GetFunction20150331v2 ListFunctions20150331', true, named('functionName', 'function-', 900)),
  ...of('iam', 'GetRole ListAttachedRolePolicies', true, roleNames),
  ...of('cloudformation', 'DescribeStacks', true, named('stackName', 'stack-', 300)),
  ...of('eks', 'DescribeCluster', true, named('name', 'cluster-', 40)),
  ...of('ec2', 'CreateTags RunInstances TerminateInstances', false, instances),
  ...of('autoscaling', 'DescribeAutoScalingGroups', true, none),
  ...of('autoscaling', 'CompleteLifecycleAction', false, named('autoScalingGroupName', 'group-', 120)),
  ...of('fsx', 'CreateBackup TagResource', false, fileSystems),
];

/** What seldom happens, and what rules look for. */
export const RARE_ACTIONS: readonly MadeAction[] = [
  ...of('lambda', 'UpdateFunctionCode20150331v2', false, named('functionName', 'function-', 900)),
  ...of('elasticfilesystem', 'CreateMountTarget ModifyMountTargetSecurityGroups', false, fileSystems),
  ...of('iam', 'AttachRolePolicy CreateRole DeleteRole PutRolePolicy', false, roleNames),
  ...of('s3', 'PutBucketPolicy DeleteBucketPolicy', false, buckets),
  ...of('secretsmanager', 'GetSecretValue', true, named('secretId', 'prod/database-', 300)),
];

/** Data events: each names an object of its own. */
export const DATA_ACTION: MadeAction = {
  source: 's3.amazonaws.com',
  name: 'GetObject',
  readOnly: true,
  request: (resource) => ({ bucketName: 'app-data', key: resource }),
  resource: (number) => `uploads/${hex(number, 8)}/${hex(number * 31 + 5, 12)}.parquet`,
  resources: 2 ** 31,
};
