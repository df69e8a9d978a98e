import { Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { type CustomerResources, customerKey } from '../customer/customer-resources.ts';
import { meetDemands } from '../customer/demands.ts';
import type { LogArchiveStack } from '../log-archive/log-archive-stack.ts';
import { AuditKey, auditKeyStatements } from './audit-key.ts';
import { AuditTables } from './audit-tables.ts';
import { BackfillBucket } from './backfill-bucket.ts';
import { QuarantineBucket } from './quarantine-bucket.ts';

export interface DataStackProps extends StackProps {
  readonly config: DeploymentConfig;
  readonly logArchive: LogArchiveStack;
  /** What the app that this stack is in has made itself, in the place of what the stack would make. */
  readonly given?: CustomerResources;
}

/**
 * What the audit stack remembers: its key, tables and buckets. In a stack of their own, so that an audit stack
 * that fails, is rolled back or is deleted takes nothing with it and leaves no names behind that stand in its own way.
 */
export class DataStack extends Stack {
  /** The deployment's own, or the customer's. */
  readonly key: IKey;
  readonly tables: AuditTables['tables'];

  constructor(scope: Construct, id: string, { config, logArchive, given, ...props }: DataStackProps) {
    super(scope, id, {
      description: 'Trailwarden: tables, quarantine and backfill buckets, and their key',
      terminationProtection: config.protected,
      ...props,
    });
    const { deployment } = config;
    meetDemands(this, config);
    const key = customerKey(this, 'Key', config.keys.audit, given?.auditKey);
    for (const statement of auditKeyStatements(deployment)) key?.addToResourcePolicy(statement);
    this.key = key ?? new AuditKey(this, 'Key', { deployment });
    this.tables = new AuditTables(this, 'Tables', {
      deployment,
      key: this.key,
      billing: config,
      eventIndexes: config.index.enabled,
    }).tables;
    new QuarantineBucket(this, 'Quarantine', {
      deployment,
      key: this.key,
      expireDays: config.logBucket.expireDays,
    });
    new BackfillBucket(this, 'Backfill', { deployment, key: this.key });
    // S3 refuses to log accesses into a bucket that isn't there; it is named, and so CDK doesn't know.
    this.addStackDependency(logArchive, 'the access logs of its buckets go to the bucket there');
  }
}
