import { parseArn } from '../../../cloudtrail/record/arn.ts';
import type { EventDetail } from '../indexed-event.ts';

/** What a call did, the gravest first. */
export const EFFECTS = ['deleted', 'stopped', 'shared', 'created', 'changed'] as const;
export type Effect = (typeof EFFECTS)[number];

const DELETING = /^(Batch)?(Delete|Terminate|Purge|Destroy|Deregister|Release|Expire)|^ScheduleKeyDeletion$/;
const STOPPING = /^(Stop|Disable|Suspend|Pause|Leave|Detach|Remove|Disassociate|Revoke|Deactivate|Cancel|Reject)/;
const CREATING =
  /^(Create|Run|Allocate|Register|Import|Launch|Copy|Restore|Provision|Request|Publish|Upload|Generate|Invite|Start\w*(Export|Import|Task|Job)$)/;

/** Calls that may open something to other accounts or to everybody. */
const SHARING: ReadonlySet<string> = new Set([
  'backup:PutBackupVaultAccessPolicy',
  'ds:ShareDirectory',
  'dynamodb:PutResourcePolicy',
  'ec2:CreateVpcPeeringConnection',
  'ec2:ModifyFpgaImageAttribute',
  'ec2:ModifyImageAttribute',
  'ec2:ModifySnapshotAttribute',
  'ec2:ModifyVpcEndpointServicePermissions',
  'ec2:SharedSnapshotCopyInitiated',
  'ec2:SharedSnapshotVolumeCreated',
  'ecr:PutRegistryPolicy',
  'ecr:SetRepositoryPolicy',
  'elasticfilesystem:PutFileSystemPolicy',
  'events:PutPermission',
  'glacier:SetVaultAccessPolicy',
  'glue:PutResourcePolicy',
  'kms:CreateGrant',
  'kms:PutKeyPolicy',
  'lambda:AddLayerVersionPermission',
  'lambda:AddPermission',
  'lambda:CreateFunctionUrlConfig',
  'logs:PutDestinationPolicy',
  'logs:PutResourcePolicy',
  'ram:AssociateResourceShare',
  'ram:CreateResourceShare',
  'rds:ModifyDBClusterSnapshotAttribute',
  'rds:ModifyDBSnapshotAttribute',
  'redshift:AuthorizeDataShare',
  'redshift:AuthorizeSnapshotAccess',
  's3:DeleteAccountPublicAccessBlock',
  's3:DeleteBucketPublicAccessBlock',
  's3:DeletePublicAccessBlock',
  's3:PutAccessPointPolicy',
  's3:PutAccountPublicAccessBlock',
  's3:PutBucketAcl',
  's3:PutBucketPolicy',
  's3:PutBucketPublicAccessBlock',
  's3:PutBucketReplication',
  's3:PutBucketWebsite',
  's3:PutObjectAcl',
  's3:PutPublicAccessBlock',
  'secretsmanager:PutResourcePolicy',
  'sns:AddPermission',
  'sqs:AddPermission',
  'ssm:ModifyDocumentPermission',
]);

/** Calls that prove who somebody is. They change nothing, though some records say so. */
const SIGNING_IN = /^(signin|sts|sso|sso-oauth|cognito-idp|cognito-identity):/;

/** What a successful call did; undefined where it only read, was refused or failed, or signed somebody in. */
export function effectOf({
  action,
  access,
  outcome,
}: Pick<EventDetail, 'action' | 'access' | 'outcome'>): Effect | undefined {
  if (!isChange({ access, outcome }) || SIGNING_IN.test(action)) return undefined;
  if (SHARING.has(action)) return 'shared';
  // DeleteTags destroys nothing.
  if (access === 'tagging') return 'changed';
  const name = action.slice(action.indexOf(':') + 1);
  if (DELETING.test(name)) return 'deleted';
  if (STOPPING.test(name)) return 'stopped';
  return CREATING.test(name) ? 'created' : 'changed';
}

/** Whether a call was successful and more than a look. */
export function isChange({ access, outcome }: Pick<EventDetail, 'access' | 'outcome'>): boolean {
  return outcome === 'success' && access !== 'read' && access !== 'list';
}

/** Reads that hand out what is stored, by service. */
const TAKING: Readonly<Record<string, readonly string[]>> = {
  athena: ['GetQueryResults', 'GetQueryResultsStream'],
  codecommit: ['GetBlob', 'GetFile', 'GetFolder', 'GitPull'],
  dynamodb: ['BatchGetItem', 'ExecuteStatement', 'GetItem', 'GetRecords', 'Query', 'Scan'],
  ebs: ['GetSnapshotBlock'],
  ec2: ['GetConsoleOutput', 'GetConsoleScreenshot', 'GetPasswordData'],
  ecr: ['BatchGetImage', 'GetDownloadUrlForLayer'],
  elasticfilesystem: ['NewClientConnection'],
  glacier: ['GetJobOutput'],
  iam: ['GetAccountAuthorizationDetails', 'GetCredentialReport'],
  kinesis: ['GetRecords'],
  lambda: ['GetFunction'],
  logs: ['FilterLogEvents', 'GetLogEvents', 'GetQueryResults'],
  rds: ['DownloadCompleteDBLogFile', 'DownloadDBLogFilePortion'],
  'rds-data': ['BatchExecuteStatement', 'ExecuteStatement'],
  'redshift-data': ['GetStatementResult'],
  s3: ['GetObject', 'GetObjectTorrent', 'SelectObjectContent'],
  secretsmanager: ['BatchGetSecretValue', 'GetSecretValue'],
  sqs: ['ReceiveMessage'],
  ssm: ['GetParameter', 'GetParameterHistory', 'GetParameters', 'GetParametersByPath'],
};

const TAKING_ACTIONS: ReadonlySet<string> = new Set(
  Object.entries(TAKING).flatMap(([service, names]) => names.map((name) => `${service}:${name}`)),
);

/** Whether a call handed out what is stored. */
export function isTaking({ action, outcome }: Pick<EventDetail, 'action' | 'outcome'>): boolean {
  return outcome === 'success' && TAKING_ACTIONS.has(action);
}

/** Services whose objects lie in something that has a name of its own. */
const HELD: ReadonlySet<string> = new Set(['s3', 'dynamodb', 'ecr', 'codecommit', 'kinesis', 'sqs', 'logs']);

/** Where a call that takes found what it took, and which objects those were. */
export function takenFrom({ action, resources }: Pick<EventDetail, 'action' | 'resources'>): {
  readonly container?: string;
  readonly objects: readonly string[];
} {
  const service = action.slice(0, action.indexOf(':'));
  if (service === 's3') {
    const objects = resources.filter((resource) => parseArn(resource)?.resource.includes('/') === true);
    const [named = resources[0]] = [...objects, ...resources];
    const container = named === undefined ? undefined : (parseArn(named)?.resource ?? named).split('/')[0];
    return { ...(container !== undefined && { container }), objects };
  }
  const [first] = resources;
  if (first === undefined || !HELD.has(service)) return { objects: resources.slice(0, 1) };
  return { container: parseArn(first)?.resource.split('/').slice(0, 2).at(-1) ?? first, objects: [] };
}
