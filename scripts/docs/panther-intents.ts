/** What our pack has for the intent of one rule of the other product. */
export interface Intent {
  /** Rule files of the pack, without their ending; empty where there is none. */
  readonly ours: readonly string[];
  /** Why there is none, or what differs in the intent. */
  readonly why?: string;
  /** The rule correlates several events: its labels are not about one. */
  readonly correlation?: true;
  /** Labels that we judge otherwise on purpose, by their place among the rule's labels from 1, and why. */
  readonly differences?: Readonly<Record<number, string>>;
}

const NOT_A_RECORD = "the labelled record isn't one as CloudTrail writes it: its members are in lower case";

/** Panther's AWS CloudTrail rules by id. */
export const INTENTS: Readonly<Record<string, Intent>> = {
  'AWS.Bedrock.GuardrailUpdateDelete': { ours: ['bedrock/guardrail-changed'] },
  'AWS.CloudTrail.Account.Discovery': { ours: ['discovery/account-details-read'] },
  'AWS.CloudTrail.Created': { ours: ['compliance/cis-4-05-cloudtrail-changes'] },
  'AWS.CloudTrail.DNSLogsDeleted': { ours: ['network/dns-query-logs-deleted'] },
  'AWS.CloudTrail.IAMAnythingChanged': {
    ours: ['compliance/cis-4-04-iam-policy-changes', 'iam/identity-created', 'iam/role-created'],
  },
  'AWS.CloudTrail.IAMAssumeRoleBlacklistIgnored': {
    ours: ['iam/break-glass-role-assumed'],
    why: 'the roles come from the placeholder break_glass_roles',
  },
  'AWS.CloudTrail.IAMCompromisedKeyQuarantine': { ours: ['iam/compromised-key-quarantine'] },
  'AWS.CloudTrail.LoginProfileCreatedOrModified': {
    ours: ['iam/login-profile-for-another-user'],
    differences: {
      1: "the session of a role has the user's name, but whoever assumes a role chooses the session's name; only with IAM Identity Center, where nobody can, do we take it for the person's own",
    },
  },
  'AWS.CloudTrail.NetworkACLPermissiveEntry': { ours: ['network/network-acl-open'] },
  'AWS.CloudTrail.PasswordSpraying': {
    ours: ['console/logins-failed'],
    why: 'a single failure is counted; several make a finding',
  },
  'AWS.CloudTrail.ResourceMadePublic': { ours: ['s3/bucket-policy-public', 'sharing/resource-policy-public'] },
  'AWS.CloudTrail.RootPasswordChanged': { ours: ['root/root-password-change'] },
  'AWS.CloudTrail.SES.CheckIdentityVerifications': {
    ours: ['discovery/mail-service-looked-over'],
    why: 'a single call is counted; together with the other two it makes a finding',
  },
  'AWS.CloudTrail.SES.SESEnumeration': { ours: ['discovery/mail-service-looked-over'], correlation: true },
  'AWS.CloudTrail.SecurityConfigurationChange': {
    ours: ['cloudtrail/trail-deleted', 'cloudtrail/logging-stopped', 'detection-services/config-stopped'],
  },
  'AWS.CloudTrail.ShortLifecycle': { ours: ['cloudtrail/log-retention-shortened'] },
  'AWS.CloudTrail.UnauthorizedAPICall': {
    ours: ['compliance/cis-4-01-unauthorized-calls'],
    differences: {
      2: 'the control of the benchmark, which we follow to the letter, leaves out the delivery of logs and no other service',
    },
  },
  'AWS.CloudTrail.VPCE.AccessDenied': { ours: ['network/vpc-endpoint-denied'] },
  'AWS.CloudTrail.VPCE.S3ExternalIP': { ours: ['network/vpc-endpoint-public-address'] },
  'AWS.Console.GetSigninToken.Abuse': { ours: ['console/console-from-role-credentials'] },
  'AWS.Console.RootLogin': { ours: ['root/root-login'] },
  'AWS.Console.Sign-In': { ours: [], why: 'an ordinary sign-in; the index lists them' },
  'AWS.EC2.DownloadInstanceUserData': { ours: ['ec2/user-data-read'] },
  'AWS.EC2.EBS.Encryption.Disabled': { ours: ['ec2/default-encryption-disabled'] },
  'AWS.EC2.GatewayModified': { ours: ['compliance/cis-4-12-network-gateway-changes'] },
  'AWS.EC2.ManualSecurityGroupChange': { ours: ['network/security-group-changed-by-hand'] },
  'AWS.EC2.ManyPasswordReadAttempts': { ours: ['ec2/password-data-read'] },
  'AWS.EC2.Monitoring': { ours: ['ec2/image-created'] },
  'AWS.EC2.NetworkACLModified': { ours: ['compliance/cis-4-11-network-acl-changes'] },
  'AWS.EC2.SecurityGroupModified': { ours: ['compliance/cis-4-10-security-group-changes'] },
  'AWS.EC2.Startup.Script.Change': { ours: ['ec2/startup-script-changed'] },
  'AWS.EC2.StopInstances': { ours: [], why: 'the daily work of every account that stops what it does not use' },
  'AWS.EC2.Traffic.Mirroring': { ours: ['network/traffic-mirrored'] },
  'AWS.EC2.VPCModified': { ours: ['compliance/cis-4-14-vpc-changes'] },
  'AWS.IAM.AccessKeyCompromised': { ours: ['iam/compromised-key-quarantine'] },
  'AWS.IAM.AttachAdminRolePolicy': { ours: ['iam/administrator-access-attached'] },
  'AWS.IAM.Backdoor.User.Keys': { ours: ['iam/access-key-for-another-user'] },
  'AWS.IAM.CreateRole': { ours: ['iam/role-created'] },
  'AWS.IAM.CreateUser': { ours: ['iam/identity-created'] },
  'AWS.IAMUser.ReconAccessDenied': {
    ours: ['discovery/denied-calls'],
    why: 'a single denied call is counted; several make a finding',
    differences: { 1: 'the record says that a service made the call (invokedBy), and such calls we do not count' },
  },
  'AWS.IPSet.Modified': {
    ours: ['detection-services/guardduty-muffled'],
    differences: { 1: NOT_A_RECORD, 2: NOT_A_RECORD },
  },
  'AWS.KMS.CustomerManagedKeyLoss': { ours: ['kms/key-disabled-or-deleted'] },
  'AWS.Macie.Evasion': { ours: ['detection-services/macie-disabled'] },
  'AWS.Modify.Cloud.Compute.Infrastructure': {
    ours: [],
    why: 'instances that people run and end; the unusual ones have rules by region and by size',
  },
  'AWS.RDS.ActivityStreamStopped': { ours: ['rds/activity-stream-stopped'] },
  'AWS.RDS.DeletionProtectionDisabled': { ours: ['rds/deletion-protection-disabled'] },
  'AWS.RDS.IAMRoleAdded': { ours: ['rds/role-added'] },
  'AWS.RDS.ManualSnapshotCreated': { ours: ['rds/snapshot-created-by-hand'] },
  'AWS.RDS.MasterPasswordUpdated': { ours: ['rds/master-password-changed'] },
  'AWS.RDS.PublicRestore': { ours: ['rds/restored-public'] },
  'AWS.RDS.SnapshotCopiedCrossRegion': { ours: ['rds/snapshot-copied-between-regions'] },
  'AWS.RDS.SnapshotDeleted': { ours: ['rds/snapshot-deleted'] },
  'AWS.RDS.SnapshotEnumeration': { ours: ['rds/shared-snapshots-listed'] },
  'AWS.S3.BucketPolicyModified': { ours: ['compliance/cis-4-08-bucket-policy-changes'] },
  'AWS.S3.CopyObjectWithClientSideEncryption': { ours: ['s3/object-encrypted-with-customer-key'] },
  'AWS.S3.DeleteBucketEncryption': { ours: ['s3/default-encryption-removed'] },
  'AWS.S3.DeleteObjects': { ours: [], why: 'the daily work of applications' },
  'AWS.S3.DeletePublicAccessBlock': { ours: ['s3/public-access-block-removed'] },
  'AWS.S3.SecurityControlDisabling': { ours: ['s3/versioning-suspended', 's3/access-logging-disabled'] },
  'AWS.S3.SuspendVersioning': { ours: ['s3/versioning-suspended'] },
  'AWS.SSM.DecryptSSMParams': {
    ours: ['secrets/parameters-read-in-bulk'],
    why: 'a single read is counted; many make a finding',
  },
  'AWS.SSM.DistributedCommand': {
    ours: ['ssm/commands-on-many-instances'],
    why: 'a single command is counted; commands on many instances make a finding',
    differences: { 3: 'the label is about a first command, which ours counts and makes no finding of' },
  },
  'AWS.STS.GetCallerIdentity.TruffleHog': { ours: ['discovery/leaked-key-verified'] },
  'AWS.STS.GetSessionToken.Misuse': { ours: ['iam/session-token-by-user'] },
  'AWS.SecretsManager.BatchRetrieveSecretsCatchAll': { ours: ['secrets/secrets-read-in-batches'] },
  'AWS.SecretsManager.RetrieveSecrets': { ours: ['secrets/secret-read-denied'] },
  'AWS.SecretsManager.RetrieveSecretsMultiRegion': {
    ours: ['secrets/batches-of-secrets'],
    why: 'a single batch is counted; batches in four regions make a finding',
  },
  'AWS.Software.Discovery': { ours: [], why: 'reads that every tool makes; denied ones are counted' },
  'AWS.Unsuccessful.MFA.attempt': { ours: ['console/login-mfa-failed'] },
  'Retrieve.SSO.access.token': { ours: ['console/device-code-token'] },
  'Role.Assumed.by.User': { ours: [], why: 'the daily way into every role; the index lists them by actor' },
};
