import type { ReadRecord } from '../record/read-record.ts';

/** Access levels of the Service Authorization Reference. */
export type Access = 'read' | 'write' | 'tagging' | 'permissions-management' | 'list';

/** What changes most comes first. */
const BY_WEIGHT: readonly Access[] = ['permissions-management', 'write', 'tagging', 'read', 'list'];

/** The one of several levels that changes most; undefined if there is none. */
export function mostTelling(levels: readonly Access[]): Access | undefined {
  return BY_WEIGHT.find((level) => levels.includes(level));
}

const TAGGING =
  /^(Tag|Untag)[A-Z]|^(Create|Delete|Add|Remove|Update|Put|Change)(OrUpdate)?\w*Tags?(ToResource|FromResource|ForResource|OnResource|ForDomain|ForCertificate|ToCertificate|FromCertificate|ToStream|FromStream|ToVault|FromVault|ToOnPremisesInstances)?$|^(Put|Delete)\w*Tagging$|^(Tag|Untag)$/;

/** Actions whose names look like tagging, but that aren't. */
const NOT_TAGGING: ReadonlySet<string> = new Set(['ecr:PutImageTagMutability']);

const PERMISSIONS_BY_NAME =
  /^(Put|Delete|Attach|Detach|Set|Update|Create|Remove|Add|Modify)\w*(Policy|PolicyVersion|PolicyStatement|Policies|PermissionsBoundary|PermissionBoundary|Permission|Permissions|Acl)$|^(Add|Remove|Create|Revoke|Retire|Grant)(Permission|LayerVersionPermission|Grant|Permissions)$/;

/** Policies that grant no access: scaling, lifecycle, routing and similar ones. */
const PLAIN_POLICIES =
  /^(application-autoscaling|autoscaling|autoscaling-plans|dlm|elasticloadbalancing|cloudfront|backup|fms|route53|route53domains|appmesh|devops-guru|emr|elasticmapreduce|gamelift|guardduty|macie2|organizations|ssm-incidents|wafv2|waf|waf-regional|ecr:PutLifecyclePolicy|ecr:DeleteLifecyclePolicy|elasticfilesystem:PutLifecycleConfiguration|elasticfilesystem:PutBackupPolicy|logs:PutDataProtectionPolicy|logs:PutAccountPolicy|iam:UpdateAccountPasswordPolicy|iam:DeleteAccountPasswordPolicy)(:|$)/;

const PERMISSIONS: ReadonlySet<string> = new Set([
  'ec2:CreateNetworkInterfacePermission',
  'ec2:DeleteNetworkInterfacePermission',
  'ec2:ModifySnapshotAttribute',
  'ec2:ResetSnapshotAttribute',
  'ec2:ModifyVpcEndpointServicePermissions',
  'iam:AddClientIDToOpenIDConnectProvider',
  'iam:CreatePolicy',
  'iam:CreatePolicyVersion',
  'iam:DeletePolicy',
  'iam:DeletePolicyVersion',
  'iam:SetDefaultPolicyVersion',
  'iam:UpdateAssumeRolePolicy',
  'kms:CreateGrant',
  'kms:PutKeyPolicy',
  'kms:RetireGrant',
  'kms:RevokeGrant',
  'lakeformation:BatchGrantPermissions',
  'lakeformation:BatchRevokePermissions',
  'lakeformation:GrantPermissions',
  'lakeformation:PutDataLakeSettings',
  'lakeformation:RevokePermissions',
  'ram:AssociateResourceShare',
  'ram:CreateResourceShare',
  'ram:DisassociateResourceShare',
  's3:BypassGovernanceRetention',
  's3:DeleteAccountPublicAccessBlock',
  's3:DeleteBucketPublicAccessBlock',
  's3:PutAccountPublicAccessBlock',
  's3:PutBucketPublicAccessBlock',
  's3:DeletePublicAccessBlock',
  's3:PutPublicAccessBlock',
  's3:PutBucketOwnershipControls',
  'sso:AssociateProfile',
  'sso:CreateAccountAssignment',
  'sso:DeleteAccountAssignment',
  'sso:ProvisionPermissionSet',
  'rolesanywhere:CreateTrustAnchor',
]);

const LIST = /^List[A-Z]|^List$/;
/** EC2 and a few others enumerate under Describe. */
const LIST_SERVICES_OF_DESCRIBE =
  /^(ec2|autoscaling|elasticloadbalancing|rds|elasticfilesystem|fsx|cloudformation|redshift):Describe\w+s$/;
const READ =
  /^(Get|Describe|Head|Lookup|BatchGet|Query|Scan|Search|Select|Check|View|Preview|Test|Validate|Verify|Simulate|Decode|Detect|Estimate|Filter|Discover|Download|Is)[A-Z]|^(Query|Scan|Select|Search)$/;

/**
 * The access level of an action; `readOnly` decides if the name says nothing better. So `sts:AssumeRole*` and KMS's
 * cryptographic operations are reads where CloudTrail says that they change nothing.
 */
export function classifyAccess(action: string, read: ReadRecord): Access {
  const name = action.slice(action.indexOf(':') + 1);
  if (TAGGING.test(name) && !NOT_TAGGING.has(action)) return 'tagging';
  if (isPermissionsManagement(action, name)) return 'permissions-management';
  if (read.readOnly === false) return 'write';
  if (LIST.test(name) || LIST_SERVICES_OF_DESCRIBE.test(action)) return 'list';
  if (read.readOnly === true || READ.test(name)) return 'read';
  return 'write';
}

function isPermissionsManagement(action: string, name: string): boolean {
  if (PERMISSIONS.has(action)) return true;
  if (!PERMISSIONS_BY_NAME.test(name)) return false;
  const service = action.slice(0, action.indexOf(':'));
  return !PLAIN_POLICIES.test(action) && !PLAIN_POLICIES.test(service);
}
