/** Who makes calls on the day: services, deployments, an application and people, all of our own making. */

export const ACCOUNT = '210987654321';
export const REGION = 'eu-central-1';

export interface Caller {
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

export const TERRAFORM: Caller = {
  userIdentity: role('infrastructure', 'terraform'),
  sourceIPAddress: '203.0.113.80',
  userAgent: 'APN/1.0 HashiCorp/1.0 Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-aws/6.14.1',
};
/** A build system that nobody has told the pack of. */
export const BUILD: Caller = {
  userIdentity: role('build', 'build-118'),
  sourceIPAddress: '203.0.113.81',
  userAgent: 'Boto3/1.40.31 md/Botocore#1.40.31 ua/2.1 os/linux#6.8.0 lang/python#3.13.7',
};
export const CLOUDFORMATION: Caller = {
  userIdentity: role('cdk-exec-role', 'AWSCloudFormation', '', 'cloudformation.amazonaws.com'),
  sourceIPAddress: 'cloudformation.amazonaws.com',
  userAgent: 'cloudformation.amazonaws.com',
};
export const AUTO_SCALING = service('autoscaling', 'AWSServiceRoleForAutoScaling');
export const CONFIG = service('config', 'AWSServiceRoleForConfig');
export const ELB = service('elasticloadbalancing', 'AWSServiceRoleForElasticLoadBalancing');
export const BACKUP: Caller = {
  userIdentity: role('AWSBackupDefaultServiceRole', 'AWSBackup', 'service-role/', 'backup.amazonaws.com'),
  sourceIPAddress: 'backup.amazonaws.com',
  userAgent: 'backup.amazonaws.com',
};
export const IDENTITY_CENTER = service('sso', 'AWSServiceRoleForSSO');
export const TABLE_SCALING = service(
  'dynamodb.application-autoscaling',
  'AWSServiceRoleForApplicationAutoScaling_DynamoDBTable',
);
export const SSM: Caller = {
  userIdentity: role('AWSServiceRoleForAmazonSSM', 'StateManagerService', '', 'ssm.amazonaws.com'),
  sourceIPAddress: 'ssm.amazonaws.com',
  userAgent: 'ssm.amazonaws.com',
};
export const SHOP: Caller = {
  userIdentity: role('shop', 'shop-7d9f'),
  sourceIPAddress: '10.4.7.21',
  userAgent: 'aws-sdk-js/3.901.0 ua/2.1 os/linux lang/js md/nodejs#24.9.0 exec-env/AWS_Lambda_nodejs24.x',
};
export const CONSOLE: Caller = {
  userIdentity: role(
    'AWSReservedSSO_ReadOnly_0f1e2d3c4b5a6978',
    'ingrid@example.com',
    `aws-reserved/sso.amazonaws.com/${REGION}/`,
  ),
  sourceIPAddress: '198.51.100.24',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
  more: { sessionCredentialFromConsole: 'true' },
};
export const USER: Caller = {
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
export const PERSON: Caller = {
  userIdentity: role(
    'AWSReservedSSO_Operations_9a8b7c6d5e4f3021',
    'yusuf@example.com',
    'aws-reserved/sso.amazonaws.com/',
  ),
  sourceIPAddress: '198.51.100.26',
  userAgent: 'aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 lang/python#3.13.7',
};
