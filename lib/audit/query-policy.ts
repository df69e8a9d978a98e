import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { TABLES } from '../../lambda/store/schema.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { newTrail } from '../config/existing-sources.ts';
import { bucketArn, bucketName, iamName } from '../config/resource-names.ts';
import { acknowledgeObjects } from '../functions/permissions/acknowledge-objects.ts';
import { acknowledgePublicKeys, listPublicKeys, onTable, useKeyThrough } from '../functions/permissions/permissions.ts';
import { logObjects } from '../log-archive/log-bucket.ts';
import type { AuditTables } from '../stores/audit-tables.ts';

export interface QueryPolicyProps {
  readonly config: DeploymentConfig;
  readonly tables: AuditTables['tables'];
  readonly key: IKey;
  readonly logKey: IKey;
}

/**
 * What an auditor's role needs to ask the index, read the raw records and verify them, and nothing else: no write, no
 * scan, no quarantined record, no correlation state. Attached to nobody here.
 */
export class QueryPolicy extends ManagedPolicy {
  constructor(scope: Construct, id: string, props: QueryPolicyProps) {
    const { deployment } = props.config;
    super(scope, id, {
      managedPolicyName: iamName(deployment, 'auditor'),
      description: `${deployment}: read the audit index and the log objects`,
      statements: [...askAndVerify(props), useKeyThrough('DecryptTheIndex', props.key, ['dynamodb'], ['kms:Decrypt'])],
    });
    acknowledgeReading(this, props.config);
  }
}

/** What questions ask of each table, and no more. */
const ASKED = [
  { name: 'events', actions: ['dynamodb:Query'] },
  { name: 'segments', actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'] },
  { name: 'findings', actions: ['dynamodb:GetItem', 'dynamodb:Query'] },
  { name: 'alerts', actions: ['dynamodb:GetItem', 'dynamodb:Query'] },
  { name: 'suppressions', actions: ['dynamodb:Query'] },
  { name: 'ledger', actions: ['dynamodb:Query'] },
] as const;

/** What every question, and `trailwarden verify`, asks for; without the key of the index. */
export function askAndVerify({ config, tables, logKey }: QueryPolicyProps): PolicyStatement[] {
  return [
    ...ASKED.map(({ name, actions }) =>
      onTable(
        `Query${name.charAt(0).toUpperCase()}${name.slice(1)}`,
        tables[name],
        actions,
        TABLES[name].indexes.map((index) => index.name),
      ),
    ),
    ...(newTrail(config) === undefined ? [] : readOwnLogs(config, logKey)),
    listPublicKeys(),
  ];
}

function readOwnLogs(config: DeploymentConfig, logKey: IKey): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'ReadLogObjects',
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [logObjects(config)],
    }),
    new PolicyStatement({
      sid: 'ListLogObjects',
      actions: ['s3:ListBucket', 's3:ListBucketVersions'],
      resources: [bucketArn(bucketName(config.deployment, 'logs'))],
    }),
    // Digests too, where they are encrypted with the key and not by S3 itself.
    useKeyThrough('DecryptLogObjects', logKey, ['s3'], ['kms:Decrypt']),
  ];
}

/** The reasons for the wildcards of `askAndVerify`, for cdk-nag. */
export function acknowledgeReading(policy: ManagedPolicy, config: DeploymentConfig): void {
  if (newTrail(config) !== undefined) {
    acknowledgeObjects(policy, logObjects(config), 'Any log object is read, below AWSLogs/ only: keys hold times.');
  }
  acknowledgePublicKeys(policy);
}
