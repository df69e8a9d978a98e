import { ACCOUNT, CONSOLE, PERSON, USER } from './callers.ts';
import { type Call, DENIED, type QuietRecord, record, run } from './record.ts';

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

export const people: QuietRecord[] = [
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
