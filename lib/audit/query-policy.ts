import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { TABLES } from '../../lambda/store/schema.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { bucketArn, bucketName, iamName } from '../config/resource-names.ts';
import { acknowledgeObjects } from '../functions/acknowledge-objects.ts';
import { onTable, useKeyThrough } from '../functions/permissions.ts';
import { logObjects } from '../log-archive/log-bucket.ts';
import type { AuditTables } from '../stores/audit-tables.ts';

export interface QueryPolicyProps {
  readonly config: DeploymentConfig;
  readonly tables: AuditTables['tables'];
  readonly key: IKey;
  readonly logKey: IKey;
}

/**
 * What an auditor's role needs to ask the index and read the raw records, and nothing else: no write, no scan, no
 * quarantined record, no correlation state. Attached to nobody here.
 */
export class QueryPolicy extends ManagedPolicy {
  constructor(scope: Construct, id: string, { config, tables, key, logKey }: QueryPolicyProps) {
    const asked = ['events', 'segments', 'findings', 'alerts', 'suppressions', 'ledger'] as const;
    super(scope, id, {
      managedPolicyName: iamName(config.deployment, 'auditor'),
      description: `${config.deployment}: read the audit index and the log objects`,
      statements: [
        ...asked.map((name) =>
          onTable(
            `Query${name.charAt(0).toUpperCase()}${name.slice(1)}`,
            tables[name],
            ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:BatchGetItem'],
            TABLES[name].indexes.map((index) => index.name),
          ),
        ),
        useKeyThrough('DecryptTheIndex', key, ['dynamodb'], ['kms:Decrypt']),
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
        useKeyThrough('DecryptLogObjects', logKey, ['s3'], ['kms:Decrypt']),
      ],
    });
    acknowledgeObjects(this, logObjects(config), 'An auditor reads any log object, below AWSLogs/ only.');
  }
}
