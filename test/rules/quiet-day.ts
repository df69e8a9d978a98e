/**
 * A made-up day of an ordinary account: what services do for themselves, what deployments do, and what people do who
 * mean no harm. Times, addresses and names are of our own making.
 */

export type QuietRecord = Record<string, unknown> & { readonly eventTime: string };

const ACCOUNT = '210987654321';
const REGION = 'eu-central-1';

interface Caller {
  readonly userIdentity: object;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly more?: object;
}

function role(name: string, session: string, path = '', invokedBy?: string): object {
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLEQUIETDAY01:${session}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${session}`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAEXAMPLEQUIETDAY1',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAEXAMPLEQUIETDAY01',
        arn: `arn:aws:iam::${ACCOUNT}:role/${path}${name}`,
        accountId: ACCOUNT,
        userName: name,
      },
      attributes: { creationDate: '2026-11-18T06:00:00Z', mfaAuthenticated: 'false' },
    },
    ...(invokedBy !== undefined && { invokedBy }),
  };
}

function service(name: string, roleName: string): Caller {
  const host = `${name}.amazonaws.com`;
  return {
    userIdentity: role(roleName, name, `aws-service-role/${host}/`, host),
    sourceIPAddress: host,
    userAgent: host,
  };
}

const TERRAFORM: Caller = {
  userIdentity: role('infrastructure', 'terraform'),
  sourceIPAddress: '203.0.113.80',
  userAgent: 'APN/1.0 HashiCorp/1.0 Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-aws/6.14.1',
};
const CLOUDFORMATION: Caller = {
  userIdentity: role('cdk-exec-role', 'AWSCloudFormation', '', 'cloudformation.amazonaws.com'),
  sourceIPAddress: 'cloudformation.amazonaws.com',
  userAgent: 'cloudformation.amazonaws.com',
};
const AUTO_SCALING = service('autoscaling', 'AWSServiceRoleForAutoScaling');
const CONFIG = service('config', 'AWSServiceRoleForConfig');
const ELB = service('elasticloadbalancing', 'AWSServiceRoleForElasticLoadBalancing');
const BACKUP: Caller = {
  userIdentity: role('AWSBackupDefaultServiceRole', 'AWSBackup', 'service-role/', 'backup.amazonaws.com'),
  sourceIPAddress: 'backup.amazonaws.com',
  userAgent: 'backup.amazonaws.com',
};
const SSM: Caller = {
  userIdentity: role('AWSServiceRoleForAmazonSSM', 'StateManagerService', '', 'ssm.amazonaws.com'),
  sourceIPAddress: 'ssm.amazonaws.com',
  userAgent: 'ssm.amazonaws.com',
};
const SHOP: Caller = {
  userIdentity: role('shop', 'shop-7d9f'),
  sourceIPAddress: '10.4.7.21',
  userAgent: 'aws-sdk-js/3.901.0 ua/2.1 os/linux lang/js md/nodejs#24.9.0 exec-env/AWS_Lambda_nodejs24.x',
};
const CONSOLE: Caller = {
  userIdentity: role(
    'AWSReservedSSO_ReadOnly_0f1e2d3c4b5a6978',
    'ingrid@example.com',
    `aws-reserved/sso.amazonaws.com/${REGION}/`,
  ),
  sourceIPAddress: '198.51.100.24',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
  more: { sessionCredentialFromConsole: 'true' },
};
const USER: Caller = {
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLEQUIETDAY01',
    arn: `arn:aws:iam::${ACCOUNT}:user/tomas`,
    accountId: ACCOUNT,
    accessKeyId: '',
    userName: 'tomas',
  },
  sourceIPAddress: '198.51.100.25',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
};
const PERSON: Caller = {
  userIdentity: role(
    'AWSReservedSSO_Operations_9a8b7c6d5e4f3021',
    'yusuf@example.com',
    'aws-reserved/sso.amazonaws.com/',
  ),
  sourceIPAddress: '198.51.100.26',
  userAgent: 'aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 lang/python#3.13.7',
};

type Call = readonly [action: string, requestParameters?: object | null, more?: object];

let count = 0;

function record(minute: number, caller: Caller, [action, requestParameters = null, more = {}]: Call): QuietRecord {
  const [source = '', eventName = ''] = action.split(':');
  count++;
  return {
    eventVersion: '1.11',
    eventID: `c0ffee00-0000-4000-8000-${String(count).padStart(12, '0')}`,
    eventTime: `${new Date(Date.UTC(2026, 10, 18) + minute * 60_000).toISOString().slice(0, 19)}Z`,
    userIdentity: caller.userIdentity,
    sourceIPAddress: caller.sourceIPAddress,
    userAgent: caller.userAgent,
    eventSource: `${source}.amazonaws.com`,
    eventName,
    awsRegion: REGION,
    requestParameters,
    responseElements: null,
    readOnly: /^(Get|List|Describe|Head|Lookup)/.test(eventName),
    eventType: 'AwsApiCall',
    managementEvent: true,
    eventCategory: 'Management',
    recipientAccountId: ACCOUNT,
    ...caller.more,
    ...more,
  };
}

/** The calls one after the other, two seconds apart, from a minute of the day on. */
function run(minute: number, caller: Caller, calls: readonly Call[]): QuietRecord[] {
  return calls.map((call, i) => record(minute + i / 30, caller, call));
}

/** The same calls again and again, all day. */
function every(minutes: number, caller: Caller, calls: readonly Call[]): QuietRecord[] {
  return Array.from({ length: Math.floor(1440 / minutes) }, (_, i) => run(i * minutes, caller, calls)).flat();
}

const DENIED = { errorCode: 'AccessDenied', errorMessage: 'User is not authorized to perform this operation' };
const SECURITY_GROUP = 'sg-0c0ffee0c0ffee001';
const INSTANCES = Array.from({ length: 24 }, (_, i) => `i-0c0ffee0c0ffee0${String(i).padStart(2, '0')}`);
const ip = (port: number, cidrIp: string) => ({
  groupId: SECURITY_GROUP,
  ipPermissions: {
    items: [
      {
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        groups: {},
        ipRanges: { items: [{ cidrIp }] },
        ipv6Ranges: {},
      },
    ],
  },
});
const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });

/** A plan reads everything that is there, the user data of every instance included; an apply changes some of it. */
const terraform = (minute: number): QuietRecord[] => [
  ...run(minute, TERRAFORM, [
    ['sts:GetCallerIdentity'],
    ['s3:ListBuckets'],
    ['ec2:DescribeVpcs'],
    ...INSTANCES.map((instanceId): Call => ['ec2:DescribeInstanceAttribute', { instanceId, attribute: 'userData' }]),
    ['iam:ListAttachedRolePolicies', { roleName: 'shop' }],
    ['s3:GetBucketPolicy', { bucketName: 'shop-assets' }],
    ['s3:GetBucketPublicAccessBlock', { bucketName: 'shop-assets' }],
    ['kms:DescribeKey', { keyId: 'alias/shop' }],
    ['rds:DescribeDBSnapshots', { dBInstanceIdentifier: 'orders' }],
    ['secretsmanager:GetSecretValue', { secretId: 'shop/db' }],
  ]),
  ...run(minute + 4, TERRAFORM, [
    ['ec2:CreateSecurityGroup', { groupName: 'shop', groupDescription: 'shop', vpcId: 'vpc-0c0ffee0c0ffee001' }],
    ['ec2:AuthorizeSecurityGroupIngress', ip(443, '0.0.0.0/0')],
    ['ec2:AuthorizeSecurityGroupIngress', ip(22, '10.4.0.0/16')],
    ['ec2:AuthorizeSecurityGroupEgress', ip(443, '0.0.0.0/0')],
    [
      'iam:CreateRole',
      {
        roleName: 'worker',
        assumeRolePolicyDocument: policy({
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
        }),
      },
    ],
    [
      'iam:PutRolePolicy',
      {
        roleName: 'worker',
        policyName: 'queue',
        policyDocument: policy({
          Effect: 'Allow',
          Action: 'sqs:*',
          Resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:orders`,
        }),
      },
    ],
    [
      'iam:AttachRolePolicy',
      { roleName: 'worker', policyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole' },
    ],
    ['lambda:UpdateFunctionCode20150331v2', { functionName: 'resize-images', publish: true, dryRun: false }],
    [
      'lambda:UpdateFunctionConfiguration20150331v2',
      { functionName: 'resize-images', layers: [`arn:aws:lambda:${REGION}:${ACCOUNT}:layer:helpers:4`] },
    ],
    [
      'lambda:AddPermission20150331v2',
      {
        functionName: 'resize-images',
        principal: 's3.amazonaws.com',
        action: 'lambda:InvokeFunction',
        sourceArn: 'arn:aws:s3:::shop-assets',
      },
    ],
    [
      's3:PutBucketPolicy',
      {
        bucketName: 'shop-assets',
        policy: '',
        bucketPolicy: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:*',
              Resource: '*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
            {
              Effect: 'Allow',
              Principal: { Service: 'cloudfront.amazonaws.com' },
              Action: 's3:GetObject',
              Resource: 'arn:aws:s3:::shop-assets/*',
              Condition: {
                StringEquals: { 'AWS:SourceArn': `arn:aws:cloudfront::${ACCOUNT}:distribution/EC0FFEE0C0FFEE` },
              },
            },
          ],
        },
      },
    ],
    [
      's3:PutBucketPublicAccessBlock',
      {
        bucketName: 'shop-assets',
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: true,
        },
      },
    ],
    ['s3:PutBucketVersioning', { bucketName: 'shop-assets', VersioningConfiguration: { Status: 'Enabled' } }],
    [
      'sqs:SetQueueAttributes',
      {
        queueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/orders`,
        attributes: {
          Policy: policy({
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: '*',
            Condition: { ArnEquals: { 'aws:SourceArn': `arn:aws:sns:${REGION}:${ACCOUNT}:orders` } },
          }),
        },
      },
    ],
    ['rds:ModifyDBInstance', { dBInstanceIdentifier: 'orders', allocatedStorage: 200, deletionProtection: true }],
    [
      'eks:UpdateClusterConfig',
      { name: 'shop', logging: { clusterLogging: [{ types: ['api', 'audit'], enabled: true }] } },
    ],
    ['ec2:RunInstances', { instanceType: 't3.medium', instancesSet: { items: [{ minCount: 1, maxCount: 1 }] } }],
  ]),
];

const deployments = (minute: number): QuietRecord[] =>
  run(minute, CLOUDFORMATION, [
    ['lambda:UpdateFunctionCode20150331v2', { functionName: 'checkout', s3Bucket: 'cdk-assets', s3Key: 'a.zip' }],
    ['iam:CreateRole', { roleName: 'checkout' }],
    [
      'iam:PutRolePolicy',
      {
        roleName: 'checkout',
        policyName: 'default',
        policyDocument: policy({ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' }),
      },
    ],
    ['ec2:AuthorizeSecurityGroupIngress', ip(443, '0.0.0.0/0')],
    ['events:PutRule', { name: 'nightly' }],
    [
      'kms:CreateGrant',
      { keyId: 'alias/shop', granteePrincipal: `arn:aws:iam::${ACCOUNT}:role/checkout`, operations: ['Decrypt'] },
    ],
  ]);

const services: QuietRecord[] = [
  ...every(15, AUTO_SCALING, [
    ['ec2:RunInstances', { instanceType: 'g5.xlarge', instancesSet: { items: [{ minCount: 1, maxCount: 2 }] } }],
    ['ec2:TerminateInstances', { instancesSet: { items: [{ instanceId: INSTANCES[0] }] } }],
    [
      'ec2:CreateTags',
      { resourcesSet: { items: [{ resourceId: INSTANCES[1] }] }, tagSet: { items: [{ key: 'Name', value: 'web' }] } },
    ],
  ]),
  ...every(30, CONFIG, [
    ['ec2:DescribeSecurityGroups'],
    ['ec2:DescribeTrafficMirrorTargets', { DescribeTrafficMirrorTargetsRequest: { MaxResults: 1000 } }],
    ['ec2:DescribeInstanceAttribute', { instanceId: INSTANCES[2], attribute: 'userData' }],
    ['s3:ListBuckets'],
    ['s3:GetBucketAcl', { bucketName: 'shop-assets' }],
    ['kms:DescribeKey', { keyId: 'alias/shop' }],
    ['rds:DescribeDBSnapshots', { includeShared: true }],
    ['iam:GetAccountPasswordPolicy', null, DENIED],
    ['organizations:DescribeAccount', { accountId: ACCOUNT }, DENIED],
    ['secretsmanager:DescribeSecret', { secretId: 'shop/db' }, DENIED],
  ]),
  ...every(60, ELB, [
    ['ec2:CreateNetworkInterface', { subnetId: 'subnet-0c0ffee0c0ffee001' }],
    ['ec2:DeleteNetworkInterface', { networkInterfaceId: 'eni-0c0ffee0c0ffee001' }],
  ]),
  ...every(360, BACKUP, [
    ['rds:CreateDBSnapshot', { dBInstanceIdentifier: 'orders', dBSnapshotIdentifier: 'awsbackup:job-c0ffee' }],
    ['rds:CopyDBSnapshot', { sourceDBSnapshotIdentifier: 'awsbackup:job-c0ffee', sourceRegion: 'eu-west-1' }],
    ['rds:DeleteDBSnapshot', { dBSnapshotIdentifier: 'awsbackup:job-decaf' }],
    ['ec2:CreateSnapshots', { CreateSnapshotsRequest: { InstanceSpecification: { InstanceId: INSTANCES[3] } } }],
  ]),
  ...every(480, SSM, [['ssm:SendCommand', { documentName: 'AWS-RunPatchBaseline', instanceIds: INSTANCES }]]),
  record(
    70,
    {
      userIdentity: { type: 'AWSService', invokedBy: 'kms.amazonaws.com' },
      sourceIPAddress: 'kms.amazonaws.com',
      userAgent: 'kms.amazonaws.com',
    },
    ['kms:RotateKey', null, { eventType: 'AwsServiceEvent' }],
  ),
  ...every(
    240,
    {
      userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
      sourceIPAddress: 'ec2.amazonaws.com',
      userAgent: 'ec2.amazonaws.com',
    },
    [['sts:AssumeRole', { roleArn: `arn:aws:iam::${ACCOUNT}:role/shop`, roleSessionName: INSTANCES[4] }]],
  ),
  ...every(480, AUTO_SCALING, [['iam:CreateServiceLinkedRole', { aWSServiceName: 'autoscaling.amazonaws.com' }]]),
  ...every(
    30,
    {
      userIdentity: { type: 'AWSService' },
      sourceIPAddress: 'elasticfilesystem.amazonaws.com',
      userAgent: 'elasticfilesystem.amazonaws.com',
    },
    [
      [
        'elasticfilesystem:NewClientConnection',
        null,
        {
          eventType: 'AwsServiceEvent',
          serviceEventDetails: {
            permissions: { ClientMount: true, ClientWrite: true, ClientRootAccess: false },
            sourceIpAddress: '10.4.7.30',
          },
        },
      ],
    ],
  ),
  ...every(
    30,
    {
      userIdentity: { type: 'AWSService', invokedBy: 'appmesh.amazonaws.com' },
      sourceIPAddress: 'appmesh.amazonaws.com',
      userAgent: 'appmesh.amazonaws.com',
    },
    [
      [
        'appmesh:StreamAggregatedResources',
        null,
        {
          eventType: 'AwsServiceEvent',
          serviceEventDetails: {
            eventStatus: 'ConnectionGracefullyTerminated',
            nodeArn: `arn:aws:appmesh:${REGION}:${ACCOUNT}:mesh/shop/virtualNode/cart`,
          },
        },
      ],
    ],
  ),
];

const applications: QuietRecord[] = [
  ...every(20, SHOP, [
    ['secretsmanager:GetSecretValue', { secretId: 'shop/db' }],
    ['secretsmanager:GetSecretValue', { secretId: 'shop/mail' }],
    ['ssm:GetParameters', { names: ['/shop/flags', '/shop/limits'], withDecryption: true }],
    ['sts:GetCallerIdentity'],
    ['kms:Decrypt', null],
    ['ses:SendEmail', null],
  ]),
  // A function that lacks a permission, and tries once in five minutes.
  ...every(5, SHOP, [['dynamodb:DescribeTable', { tableName: 'carts' }, DENIED]]),
];

/** Pages of the console ask for much that a reader may not see. */
const browsing = (minute: number): QuietRecord[] =>
  run(minute, CONSOLE, [
    ['ec2:DescribeInstances'],
    ['s3:ListBuckets'],
    ['sts:GetCallerIdentity'],
    ['s3:ListBuckets'],
    ...[
      'iam:ListUsers',
      'iam:GetAccountSummary',
      'kms:ListAliases',
      'lambda:ListFunctions20150331',
      'rds:DescribeDBInstances',
      'organizations:DescribeOrganization',
      'guardduty:ListDetectors',
      'config:DescribeConfigurationRecorders',
      'cloudtrail:DescribeTrails',
      'ses:GetSendQuota',
      'ses:ListIdentities',
      'ses:GetIdentityVerificationAttributes',
    ].map((action): Call => [action, null, DENIED]),
    ['health:DescribeEventAggregates'],
    ['cloudtrail:LookupEvents', { maxResults: 50 }],
  ]);

const signIn = (minute: number, result: 'Success' | 'Failure', mfaUsed: 'Yes' | 'No'): QuietRecord =>
  record(minute, USER, [
    'signin:ConsoleLogin',
    null,
    {
      eventType: 'AwsConsoleSignIn',
      responseElements: { ConsoleLogin: result },
      additionalEventData: {
        LoginTo: 'https://console.aws.amazon.com/console/home',
        MobileVersion: 'No',
        MFAUsed: mfaUsed,
      },
      ...(result === 'Failure' && { errorMessage: 'Failed authentication' }),
    },
  ]);

const people: QuietRecord[] = [
  ...[540, 600, 660, 780, 840, 960].flatMap(browsing),
  // Two typing errors in the morning, one after lunch.
  signIn(535, 'Failure', 'No'),
  signIn(536, 'Failure', 'No'),
  signIn(537, 'Success', 'Yes'),
  signIn(791, 'Failure', 'No'),
  signIn(792, 'Success', 'Yes'),
  record(541, CONSOLE, [
    'signin:ConsoleLogin',
    null,
    {
      eventType: 'AwsConsoleSignIn',
      responseElements: { ConsoleLogin: 'Success' },
      additionalEventData: { MFAUsed: 'No' },
    },
  ]),
  ...run(640, PERSON, [
    ['eks:DescribeCluster', { name: 'shop' }],
    ['logs:FilterLogEvents', { logGroupName: '/aws/lambda/checkout' }],
    ['lambda:GetFunction20150331v2', { functionName: 'checkout' }],
    ['rds:DescribeDBInstances', null],
    ['sts:GetCallerIdentity'],
    ['iam:UpdateLoginProfile', { userName: 'yusuf@example.com' }],
  ]),
  ...run(650, { ...USER, userAgent: 'aws-cli/2.31.4' }, [
    ['iam:CreateAccessKey', { userName: 'tomas' }],
    ['iam:ChangePassword'],
    ['sts:GetSessionToken', { serialNumber: `arn:aws:iam::${ACCOUNT}:mfa/tomas` }],
  ]),
];

/** What people do on this day that the pack does speak about, as it should. */
export const SPOKEN_OF: readonly QuietRecord[] = [
  record(700, PERSON, ['ssm:StartSession', { target: INSTANCES[5] }]),
  record(720, TERRAFORM, [
    'ec2:CreateNetworkAclEntry',
    {
      networkAclId: 'acl-0c0ffee0c0ffee001',
      ruleAction: 'allow',
      egress: false,
      cidrBlock: '0.0.0.0/0',
      aclProtocol: '-1',
    },
  ]),
  ...run(730, PERSON, [
    ['cloudformation:ExecuteChangeSet', { stackName: 'trailwarden-audit', changeSetName: 'cdk-deploy-change-set' }],
  ]),
];

/** The whole day in the order of time. */
export const QUIET_DAY: readonly QuietRecord[] = [
  ...[480, 615, 900].flatMap(terraform),
  ...[495, 705, 990].flatMap(deployments),
  ...services,
  ...applications,
  ...people,
].toSorted((a, b) => (a.eventTime < b.eventTime ? -1 : a.eventTime > b.eventTime ? 1 : 0));
