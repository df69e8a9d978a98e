import { Aws, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { DeploymentConfig } from '../../config/config.ts';

/** Regions in which Organizations answers, one a partition: "AWS Organizations endpoints and quotas". */
const ORGANIZATIONS_REGIONS = ['us-east-1', 'cn-northwest-1', 'us-gov-west-1'];

const UNITS = [
  `arn:${Aws.PARTITION}:organizations::*:root/o-*/r-*`,
  `arn:${Aws.PARTITION}:organizations::*:ou/o-*/ou-*`,
];

const IDENTITY_STORES = [
  `arn:${Aws.PARTITION}:identitystore::*:identitystore/*`,
  `arn:${Aws.PARTITION}:identitystore:::user/*`,
];

/**
 * Asks Organizations and Identity Center for names, as the settings say: as oneself, or as a role that alone is assumed. It
 * lists accounts, units and users, and reads nothing else of them.
 */
export function fetchNames({ names, region }: DeploymentConfig): PolicyStatement[] {
  const { organizations, identityCenter } = names;
  const origins = [organizations, identityCenter].filter(({ enabled }) => enabled);
  const roles = [...new Set(origins.flatMap(({ role }) => role ?? []))];
  return [
    ...(roles.length === 0
      ? []
      : [new PolicyStatement({ sid: 'AssumeRolesForNames', actions: ['sts:AssumeRole'], resources: roles })]),
    ...(organizations.enabled && organizations.role === undefined ? listAccounts() : []),
    ...(identityCenter.enabled && identityCenter.role === undefined
      ? listUsers(identityCenter.region ?? region ?? Aws.REGION)
      : []),
  ];
}

function listAccounts(): PolicyStatement[] {
  const conditions = { StringEquals: { 'aws:RequestedRegion': ORGANIZATIONS_REGIONS } };
  return [
    // The action knows no resource.
    new PolicyStatement({ sid: 'FindTheRoot', actions: ['organizations:ListRoots'], resources: ['*'], conditions }),
    new PolicyStatement({
      sid: 'ListAccountsAndUnits',
      actions: ['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'],
      resources: UNITS,
      conditions,
    }),
  ];
}

function listUsers(region: string): PolicyStatement[] {
  const conditions = { StringEquals: { 'aws:RequestedRegion': region } };
  return [
    // The action knows no resource.
    new PolicyStatement({ sid: 'FindTheIdentityStore', actions: ['sso:ListInstances'], resources: ['*'], conditions }),
    new PolicyStatement({
      sid: 'ListUsers',
      actions: ['identitystore:ListUsers'],
      resources: IDENTITY_STORES,
      conditions,
    }),
  ];
}

/** The reasons for the wildcards of `fetchNames`, for cdk-nag. */
export function acknowledgeNames(scope: IConstruct, { names }: DeploymentConfig): void {
  const direct = (origin: { readonly enabled: boolean; readonly role?: string }) =>
    origin.enabled && origin.role === undefined;
  const { organizations, identityCenter } = names;
  if (!direct(organizations) && !direct(identityCenter)) return;
  const reason =
    'Lists of accounts, units and users: their ids, and those of the organization, are found by these calls.';
  const acknowledge = (resource: string) =>
    Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
  acknowledge('*');
  const named = [...(direct(organizations) ? UNITS : []), ...(direct(identityCenter) ? IDENTITY_STORES : [])];
  for (const arn of named) acknowledge(arn.replace(Aws.PARTITION, '<AWS::Partition>'));
}
