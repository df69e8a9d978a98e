import {
  ACCOUNT,
  AUTO_SCALING,
  BACKUP,
  CONFIG,
  ELB,
  IDENTITY_CENTER,
  REGION,
  SHOP,
  SSM,
  TABLE_SCALING,
} from './callers.ts';
import { DENIED, every, INSTANCES, type QuietRecord, record } from './record.ts';

/** What AWS services do by themselves, all day. */
export const services: QuietRecord[] = [
  ...every(30, TABLE_SCALING, [['dynamodb:UpdateTable', { tableName: 'trailwarden-events' }]]),
  ...every(720, IDENTITY_CENTER, [
    ['iam:CreateSAMLProvider', { name: 'AWSSSO_c0ffee_DO_NOT_DELETE' }],
    [
      'iam:CreateRole',
      { roleName: 'AWSReservedSSO_AdministratorAccess_c0ffee', path: '/aws-reserved/sso.amazonaws.com/' },
    ],
    [
      'iam:AttachRolePolicy',
      {
        roleName: 'AWSReservedSSO_AdministratorAccess_c0ffee',
        policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      },
    ],
  ]),
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

/** An application that reads what it needs, and a function of it that lacks a permission. */
export const applications: QuietRecord[] = [
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
