import {
  ACCOUNT,
  AUTO_SCALING,
  BACKUP,
  type Caller,
  CLOUDFORMATION,
  CONFIG,
  CONSOLE,
  ELB,
  IDENTITY_CENTER,
  PERSON,
  REGION,
  SHOP,
  SSM,
  TABLE_SCALING,
  TERRAFORM,
} from './callers.ts';
import { type Call, DENIED, INSTANCES } from './record.ts';

/** What one kind of caller does on an ordinary day, and how often as against the others. */
export interface Habit {
  readonly caller: Caller;
  readonly weight: number;
  readonly calls: readonly Call[];
}

const NAMES = ['shop', 'orders', 'mail', 'reports'];
const KEY = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
/** An account that the placeholder trusted_accounts names. */
export const PARTNER = '345678901234';

const POLICY = (principal: object | string, action = 's3:GetObject') =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: action, Resource: '*' }],
  });

/** What deployments make, change and take down, whichever tool does it. */
const DEPLOYED: readonly Call[] = NAMES.flatMap((name): Call[] => [
  [
    'iam:CreateRole',
    { roleName: name, assumeRolePolicyDocument: POLICY({ Service: 'lambda.amazonaws.com' }, 'sts:AssumeRole') },
  ],
  [
    'iam:UpdateAssumeRolePolicy',
    { roleName: name, policyDocument: POLICY({ Service: 'ecs-tasks.amazonaws.com' }, 'sts:AssumeRole') },
  ],
  [
    'iam:PutRolePolicy',
    {
      roleName: name,
      policyName: 'deploy',
      policyDocument:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}]}',
    },
  ],
  ['iam:AttachRolePolicy', { roleName: name, policyArn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess' }],
  ['iam:DeleteRolePolicy', { roleName: name, policyName: 'deny-regions' }],
  ['iam:AddRoleToInstanceProfile', { instanceProfileName: name, roleName: name }],
  ['iam:DeleteRole', { roleName: name }],
  ['lambda:CreateFunction20150331', { functionName: name }],
  ['lambda:UpdateFunctionCode20150331v2', { functionName: name, publish: true, dryRun: false }],
  [
    'lambda:UpdateFunctionConfiguration20150331v2',
    {
      functionName: name,
      role: `arn:aws:iam::${ACCOUNT}:role/${name}`,
      layers: [`arn:aws:lambda:${REGION}:${ACCOUNT}:layer:base:7`],
    },
  ],
  ['lambda:DeleteFunction20150331', { functionName: name }],
  ['lambda:PutFunctionConcurrency20171031', { functionName: name, reservedConcurrentExecutions: 0 }],
  ['dynamodb:DeleteTable', { tableName: name }],
  [
    'dynamodb:UpdateContinuousBackups',
    { tableName: name, pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: false } },
  ],
  ['s3:CreateBucket', { bucketName: name }],
  [
    's3:PutBucketLifecycle',
    { bucketName: name, LifecycleConfiguration: { Rule: { Status: 'Enabled', Expiration: { Days: 3 } } } },
  ],
  ['s3:DeleteBucket', { bucketName: name }],
  [
    'sqs:SetQueueAttributes',
    { queueUrl: name, attributes: { Policy: POLICY({ AWS: `arn:aws:iam::${PARTNER}:root` }, 'sqs:SendMessage') } },
  ],
  ['sqs:DeleteQueue', { queueUrl: name }],
  ['sns:Subscribe', { topicArn: name, protocol: 'email', endpoint: 'HIDDEN_DUE_TO_SECURITY_REASONS' }],
  ['monitoring:DeleteAlarms', { alarmNames: [name] }],
  ['logs:DeleteLogGroup', { logGroupName: `/aws/lambda/${name}` }],
  ['logs:PutRetentionPolicy', { logGroupName: `/aws/lambda/${name}`, retentionInDays: 3 }],
  ['logs:DeleteSubscriptionFilter', { logGroupName: `/aws/lambda/${name}`, filterName: 'siem' }],
  ['events:DeleteRule', { name }],
  ['events:DisableRule', { name }],
  ['config:DeleteConfigRule', { configRuleName: name }],
  ['ec2:RunInstances', { instanceType: 't3.small', instancesSet: { items: [{ minCount: 1, maxCount: 40 }] } }],
  [
    'ec2:AuthorizeSecurityGroupIngress',
    {
      groupId: 'sg-0c0ffee0c0ffee001',
      ipPermissions: {
        items: [{ ipProtocol: 'tcp', fromPort: 443, toPort: 443, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }],
      },
    },
  ],
  ['ec2:DeleteVpcEndpoints', { DeleteVpcEndpointsRequest: { VpcEndpointId: { tag: 1, content: 'vpce-0c0ffee0' } } }],
  ['ec2:ModifyInstanceAttribute', { instanceId: INSTANCES[0], disableApiTermination: { value: false } }],
  [
    'elasticloadbalancing:ModifyLoadBalancerAttributes',
    { loadBalancerArn: name, attributes: [{ key: 'deletion_protection.enabled', value: 'false' }] },
  ],
  ['elasticloadbalancing:SetSecurityGroups', { loadBalancerArn: name, securityGroups: ['sg-0c0ffee0c0ffee001'] }],
  ['wafv2:UpdateWebACL', { name, scope: 'REGIONAL', id: KEY }],
  ['apigateway:UpdateRoute', { apiId: 'a1', routeId: name, authorizationType: 'NONE' }],
  ['cloudfront:UpdateDistribution2020_05_31', { id: 'E123', distributionConfig: { webACLId: '', enabled: true } }],
  ['route53:ChangeResourceRecordSets', { hostedZoneId: 'Z0123' }],
  [
    'ecs:RegisterTaskDefinition',
    { family: name, containerDefinitions: [{ name, image: `${name}:7`, privileged: true }] },
  ],
  ['ecs:UpdateService', { cluster: 'shop', service: name }],
  ['ecr:PutImageTagMutability', { repositoryName: name, imageTagMutability: 'MUTABLE' }],
  ['eks:CreatePodIdentityAssociation', { clusterName: name, namespace: 'default', serviceAccount: 'x' }],
  ['rds:DeleteDBInstance', { dBInstanceIdentifier: name, skipFinalSnapshot: true }],
  ['rds:ModifyDBInstance', { dBInstanceIdentifier: name, backupRetentionPeriod: 0 }],
  [
    'kms:PutKeyPolicy',
    { keyId: KEY, policyName: 'default', policy: POLICY({ AWS: `arn:aws:iam::${ACCOUNT}:root` }, 'kms:*') },
  ],
  ['secretsmanager:PutSecretValue', { secretId: name }],
  ['cognito-idp:UpdateUserPoolClient', { userPoolId: 'p', clientId: name, refreshTokenValidity: 3650 }],
  ['sagemaker:CreateNotebookInstance', { notebookInstanceName: name, directInternetAccess: 'Enabled' }],
  ['transfer:CreateUser', { serverId: 's-1', userName: name }],
  ['codebuild:StartBuild', { projectName: name, buildspecOverride: 'version: 0.2' }],
  ['cloudformation:CreateStack', { stackName: name }],
  ['backup:DeleteBackupPlan', { backupPlanId: name }],
]);

/** A deployment of the CDK without CloudFormation's mark: its role is known by its name. */
export const CDK: Caller = {
  ...TERRAFORM,
  userIdentity: JSON.parse(
    JSON.stringify(TERRAFORM.userIdentity).replaceAll(
      'infrastructure',
      `cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-${REGION}`,
    ),
  ),
  userAgent: 'aws-sdk-js/3.901.0',
};

/** A scanner that the placeholder scanner_roles names. */
export const SCANNER: Caller = {
  ...TERRAFORM,
  userIdentity: JSON.parse(JSON.stringify(TERRAFORM.userIdentity).replaceAll('infrastructure', 'security-audit')),
  userAgent: 'Boto3/1.40.31 md/Botocore#1.40.31',
};

const LOOKED_AT: readonly Call[] = [
  ['iam:GetAccountAuthorizationDetails'],
  ['iam:GenerateCredentialReport'],
  ['iam:GetAccountPasswordPolicy'],
  ['iam:ListGroups'],
  ['ec2:DescribeSecurityGroups'],
  ['ec2:DescribeSnapshots'],
  ['lambda:GetFunction20150331v2', { functionName: 'shop' }],
  ['cloudtrail:DescribeTrails'],
  ['guardduty:ListDetectors'],
  ['organizations:ListAccounts'],
  ['secretsmanager:ListSecrets'],
  ['servicequotas:ListServiceQuotas', { serviceCode: 'ec2' }],
  ['bedrock:GetModelInvocationLoggingConfiguration'],
  ['ses:GetSendQuota'],
  ['s3:ListBuckets'],
  ['s3:GetBucketPolicy', { bucketName: 'shop' }],
];

const SIGN_IN = { eventType: 'AwsConsoleSignIn', responseElements: { ConsoleLogin: 'Success' } };

/** Who does what: each kind of quiet that the pack's filters are there for. */
export const HABITS: readonly Habit[] = [
  { caller: CLOUDFORMATION, weight: 8, calls: DEPLOYED },
  { caller: TERRAFORM, weight: 8, calls: DEPLOYED },
  { caller: CDK, weight: 4, calls: DEPLOYED },
  { caller: SCANNER, weight: 6, calls: LOOKED_AT },
  { caller: CONSOLE, weight: 8, calls: LOOKED_AT.slice(2) },
  {
    caller: AUTO_SCALING,
    weight: 6,
    calls: [
      ['ec2:RunInstances', { instanceType: 'g5.48xlarge', instancesSet: { items: [{ minCount: 1, maxCount: 60 }] } }],
      ['ec2:TerminateInstances', { instancesSet: { items: [{ instanceId: INSTANCES[1] }] } }],
      ['monitoring:DeleteAlarms', { alarmNames: ['TargetTracking-shop'] }],
      ['monitoring:PutMetricAlarm', { alarmName: 'TargetTracking-shop' }],
    ],
  },
  { caller: TABLE_SCALING, weight: 3, calls: [['dynamodb:UpdateTable', { tableName: 'carts' }]] },
  {
    caller: ELB,
    weight: 3,
    calls: [
      ['ec2:CreateNetworkInterface', { subnetId: 's' }],
      ['ec2:DeleteNetworkInterface', { networkInterfaceId: 'e' }],
    ],
  },
  { caller: CONFIG, weight: 4, calls: LOOKED_AT },
  {
    caller: BACKUP,
    weight: 3,
    calls: [
      ['ec2:CreateSnapshot', { volumeId: 'vol-0c0ffee0' }],
      ['ec2:CopySnapshot', { sourceRegion: 'eu-west-1', sourceSnapshotId: 'snap-0c0ffee0' }],
      ['ec2:DeleteSnapshot', { snapshotId: 'snap-0c0ffee0' }],
      ['ebs:ListSnapshotBlocks', { snapshotId: 'snap-0c0ffee0' }, { eventCategory: 'Data', managementEvent: false }],
      ['dynamodb:CreateBackup', { tableName: 'carts' }],
      ['rds:RestoreDBInstanceFromDBSnapshot', { dBInstanceIdentifier: 'test', publiclyAccessible: false }],
      ['backup:StopBackupJob', { backupJobId: 'b' }, DENIED],
    ],
  },
  {
    caller: SSM,
    weight: 2,
    calls: [['ssm:SendCommand', { documentName: 'AWS-RunPatchBaseline', instanceIds: INSTANCES }]],
  },
  {
    caller: IDENTITY_CENTER,
    weight: 2,
    calls: [
      ['iam:CreateSAMLProvider', { name: 'AWSSSO_c0ffee_DO_NOT_DELETE' }],
      [
        'iam:AttachRolePolicy',
        { roleName: 'AWSReservedSSO_Admin_c0ffee', policyArn: 'arn:aws:iam::aws:policy/PowerUserAccess' },
      ],
      [
        'iam:PutRolePolicy',
        {
          roleName: 'AWSReservedSSO_Admin_c0ffee',
          policyName: 'AwsSSOInlinePolicy',
          policyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}',
        },
      ],
    ],
  },
  {
    caller: PERSON,
    weight: 5,
    calls: [
      ['signin:ConsoleLogin', null, { ...SIGN_IN, additionalEventData: { MFAUsed: 'No', MobileVersion: 'No' } }],
      ['sso:Authenticate', null, { eventType: 'AwsServiceEvent' }],
      ['sso:Federate', null, { eventType: 'AwsServiceEvent' }],
      ['ec2:DescribeInstances'],
      ['ec2:RunInstances', { instanceType: 't3.micro' }, { errorCode: 'Client.DryRunOperation' }],
      ['ec2:StopInstances', { instancesSet: { items: [{ instanceId: INSTANCES[2] }] } }],
      ['s3:PutBucketTagging', { bucketName: 'shop' }],
      ['iam:ListRoles'],
      ['cloudformation:DescribeStacks'],
      ['athena:StartQueryExecution', { queryString: '***OMITTED***' }],
      ['redshift:GetClusterCredentials', { clusterIdentifier: 'sales', dbUser: 'yusuf' }],
      [
        'kms:CreateGrant',
        { keyId: KEY, granteePrincipal: `arn:aws:iam::${ACCOUNT}:role/shop`, operations: ['Decrypt'] },
      ],
      ['cloudshell:CreateSession', { EnvironmentId: 'e' }],
      ['iam:ChangePassword', {}],
    ],
  },
  {
    caller: SHOP,
    weight: 10,
    calls: [
      ['secretsmanager:GetSecretValue', { secretId: 'shop/db' }],
      ['ssm:GetParameters', { names: ['/shop/flags'], withDecryption: true }],
      ['sts:AssumeRole', { roleArn: `arn:aws:iam::${ACCOUNT}:role/reader`, roleSessionName: 'shop' }],
      ['sts:AssumeRole', { roleArn: `arn:aws:iam::${PARTNER}:role/exchange`, roleSessionName: 'shop' }],
      ['dynamodb:Scan', { tableName: 'carts' }, { eventCategory: 'Data', managementEvent: false }],
      [
        's3:PutObject',
        { bucketName: 'shop', key: '2026/11/order.json' },
        { eventCategory: 'Data', managementEvent: false },
      ],
      ['s3:DeleteObjects', { bucketName: 'shop' }, { eventCategory: 'Data', managementEvent: false }],
      ['bedrock:InvokeModel', { modelId: 'anthropic.claude-sonnet' }],
      ['ses:SendEmail', {}],
      ['ecr:GetAuthorizationToken', {}],
      ['cognito-idp:AdminAddUserToGroup', { userPoolId: 'p', username: 'u', groupName: 'buyers' }],
    ],
  },
];
