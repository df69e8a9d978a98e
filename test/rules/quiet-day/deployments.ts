import { ACCOUNT, CLOUDFORMATION, REGION, TERRAFORM } from './callers.ts';
import { type Call, INSTANCES, type QuietRecord, run } from './record.ts';

const SECURITY_GROUP = 'sg-0c0ffee0c0ffee001';
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
/** A plan reads everything that is there, the user data of every instance included; an apply changes some of it. */
export const terraform = (minute: number): QuietRecord[] => [
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

export const deployments = (minute: number): QuietRecord[] =>
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
