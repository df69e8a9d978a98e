import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { sourceKeyPrefix } from '../../../lambda/sources/log-source.ts';
import type { DeploymentConfig } from '../../config/config.ts';
import { existingSources, homeOf, sourceRoleArn } from '../../config/existing-sources.ts';
import { bucketArn } from '../../config/resource-names.ts';
import type { ExistingSource } from '../../config/source-settings.ts';
import { acknowledgeObjects } from './acknowledge-objects.ts';

/** The ARN of every file of CloudTrail's in a source's bucket. */
export function sourceObjects(source: ExistingSource): string {
  return `${bucketArn(source.bucket)}/${sourceKeyPrefix(source)}*`;
}

/** What is done with sources beside reading objects, or not done. */
export interface SourceUses {
  /** Objects are read as a listing names them: their latest version. */
  readonly latestOnly?: boolean;
  /** Versions that were overwritten are found. */
  readonly versions?: boolean;
  /** Whether a bucket announces its objects is looked up. */
  readonly notification?: boolean;
}

/**
 * Reads the buckets of the sources: as itself where their policies allow it, else as a role of the bucket's account. A
 * bucket of another account also asks for a statement in its own policy, and its key for one in the key's.
 */
export function readSources(config: DeploymentConfig, uses: SourceUses = {}): PolicyStatement[] {
  const sources = existingSources(config);
  const roles = sources.flatMap((source) => sourceRoleArn(source, homeOf(config)) ?? []);
  const direct = sources.filter(({ access }) => access === 'bucket-policy');
  return [
    ...(roles.length === 0
      ? []
      : [new PolicyStatement({ sid: 'AssumeSourceRoles', actions: ['sts:AssumeRole'], resources: roles })]),
    ...(direct.length === 0 ? [] : readBuckets(direct, uses)),
  ];
}

/** The actions by which log objects are read. */
export function readObjects({ latestOnly = false }: SourceUses): string[] {
  return latestOnly ? ['s3:GetObject'] : ['s3:GetObject', 's3:GetObjectVersion'];
}

/** Reads the buckets of sources as oneself. */
export function readBuckets(sources: readonly ExistingSource[], uses: SourceUses): PolicyStatement[] {
  const notifying = uses.notification ? sources.filter(({ type }) => type === 'bucket') : [];
  const keys = sources.flatMap(({ key }) => key ?? []);
  return [
    new PolicyStatement({
      sid: 'ReadSourceObjects',
      actions: readObjects(uses),
      resources: sources.map(sourceObjects),
    }),
    new PolicyStatement({
      // Without it S3 answers a missing object with 403, like a forbidden one. Digests are found by listing, too.
      sid: 'ListSourceBuckets',
      actions: ['s3:ListBucket', ...(uses.versions ? ['s3:ListBucketVersions'] : [])],
      resources: sources.map(({ bucket }) => bucketArn(bucket)),
    }),
    ...(notifying.length === 0
      ? []
      : [
          new PolicyStatement({
            sid: 'SeeSourceNotifications',
            actions: ['s3:GetBucketNotification'],
            resources: notifying.map(({ bucket }) => bucketArn(bucket)),
          }),
        ]),
    ...(keys.length === 0
      ? []
      : [
          new PolicyStatement({
            sid: 'DecryptSourceObjects',
            actions: ['kms:Decrypt'],
            resources: [...new Set(keys)],
            conditions: {
              StringEquals: {
                'kms:ViaService': [
                  ...new Set(sources.filter(({ key }) => key !== undefined).map(({ region }) => region)),
                ].map((region) => `s3.${region}.${Aws.URL_SUFFIX}`),
              },
            },
          }),
        ]),
  ];
}

/** The reasons for the wildcards of `readSources`, for cdk-nag. */
export function acknowledgeSources(scope: IConstruct, sources: readonly ExistingSource[]): void {
  for (const source of sources.filter(({ access }) => access === 'bucket-policy')) acknowledgeSource(scope, source);
}

/** The reason for the wildcard of `readBuckets`, for cdk-nag. */
export function acknowledgeSource(scope: IConstruct, source: ExistingSource): void {
  acknowledgeObjects(scope, sourceObjects(source), 'Files of CloudTrail, below AWSLogs/ only: their keys hold times.');
}
