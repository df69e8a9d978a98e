import { Aws } from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { TABLES, type TableName, tableName } from '../../lambda/store/schema.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { existingSources } from '../config/existing-sources.ts';
import { bucketArn, bucketName } from '../config/resource-names.ts';

/**
 * What the policies of a VPC's endpoints for S3 and DynamoDB must let through for people who ask `trailwarden` from inside
 * of it: questions, raw records, redrives and backfills. No function of the deployment is in a VPC.
 *
 * An endpoint's policy only narrows what a role may do anyway, so whole tables and buckets are named, and principals by
 * their account alone.
 */
export function endpointStatements(config: Pick<DeploymentConfig, 'deployment' | 'sources'>): {
  readonly s3: PolicyStatement;
  readonly dynamodb: PolicyStatement;
} {
  const { deployment } = config;
  const conditions = { StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } };
  const principals = [new AnyPrincipal()];
  const buckets = [
    ...(['logs', 'quarantine', 'backfill'] as const).map((name) => bucketName(deployment, name)),
    ...existingSources(config).map(({ bucket }) => bucket),
  ].map((name) => bucketArn(name));
  // The keys of these tables are their names; Object.keys says only that they are strings.
  const tables = (Object.keys(TABLES) as TableName[]).map(
    (name) => `arn:${Aws.PARTITION}:dynamodb:${Aws.REGION}:${Aws.ACCOUNT_ID}:table/${tableName(deployment, name)}`,
  );
  return {
    s3: new PolicyStatement({
      sid: 'AskTrailwarden',
      principals,
      actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket', 's3:ListBucketVersions'],
      resources: buckets.flatMap((arn) => [arn, `${arn}/*`]),
      conditions,
    }),
    dynamodb: new PolicyStatement({
      sid: 'AskTrailwarden',
      principals,
      actions: [
        'dynamodb:BatchGetItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      resources: tables.flatMap((arn) => [arn, `${arn}/index/*`]),
      conditions,
    }),
  };
}
