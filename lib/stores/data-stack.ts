import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import type { LogArchiveStack } from '../log-archive/log-archive-stack.ts';
import { AuditKey } from './audit-key.ts';
import { AuditTables } from './audit-tables.ts';
import { BackfillBucket } from './backfill-bucket.ts';
import { QuarantineBucket } from './quarantine-bucket.ts';

export interface DataStackProps extends StackProps {
  readonly config: DeploymentConfig;
  readonly logArchive: LogArchiveStack;
}

/**
 * What the audit stack remembers: its key, tables and buckets. In a stack of their own, so that an audit stack
 * that fails, is rolled back or is deleted takes nothing with it and leaves no names behind that stand in its own way.
 */
export class DataStack extends Stack {
  readonly key: AuditKey;
  readonly tables: AuditTables['tables'];

  constructor(scope: Construct, id: string, { config, logArchive, ...props }: DataStackProps) {
    super(scope, id, {
      description: 'Trailwarden: tables, quarantine and backfill buckets, and their key',
      terminationProtection: config.protected,
      ...props,
    });
    const { deployment } = config;
    this.key = new AuditKey(this, 'Key', { deployment });
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
