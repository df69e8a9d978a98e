import { partitionOfRegion } from '../../lambda/cloudtrail/record/arn.ts';
import type { LogSource } from '../../lambda/sources/log-source.ts';
import type { DeploymentConfig } from './config.ts';
import type { ExistingSource, NewTrailSource } from './source-settings.ts';

/** The sources of a deployment whose trail is there already. */
export function existingSources({ sources }: Pick<DeploymentConfig, 'sources'>): readonly ExistingSource[] {
  return sources.filter((source) => source.type !== 'trail' && source.type !== 'organization-trail');
}

/** The trail that the deployment makes; undefined if all its sources are there already. */
export function newTrail({ sources }: Pick<DeploymentConfig, 'sources'>): NewTrailSource | undefined {
  return sources.find((source) => source.type === 'trail' || source.type === 'organization-trail');
}

/** Whether a deployment has a stack of its trail, and of tables for Athena. */
export function hasTrailStack(config: Pick<DeploymentConfig, 'sources' | 'glue'>): boolean {
  return newTrail(config) !== undefined || config.glue.enabled;
}

/** Where a deployment is. */
export interface Home {
  readonly deployment: string;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** Of the functions' roles, if it isn't `/`. */
  readonly rolePath?: string;
}

/**
 * Where a deployment with existing sources is: other accounts' policies name it.
 * @throws Error without account and region, with which no such source passes the check of the settings.
 */
export function homeOf({ deployment, account, region, roles }: DeploymentConfig): Home {
  if (account === undefined || region === undefined) {
    throw new Error('Sources that are there already need account and region of the deployment.');
  }
  const rolePath = roles.path === '/' ? {} : { rolePath: roles.path };
  return { deployment, account, region, partition: partitionOfRegion(region), ...rolePath };
}

/** Whether a source's bucket is in the account and region of the deployment. */
export function isAtHome(source: ExistingSource, home: Home): boolean {
  return source.account === home.account && source.region === home.region;
}

/** The role with which the functions read a source's bucket; undefined where they read it as themselves. */
export function sourceRoleArn(source: ExistingSource, home: Home): string | undefined {
  if (source.access === 'bucket-policy') return undefined;
  return source.role ?? `arn:${home.partition}:iam::${source.account}:role/${sourceRoleName(source, home)}`;
}

/** Of the role that `trailwarden-source` makes: IAM knows no regions, so the deployment's is a part of the name. */
export function sourceRoleName({ name }: ExistingSource, { deployment, region }: Home): string {
  return `${deployment}-source-${name}-${region}`;
}

/** Of the rule that forwards the events of a source's bucket. */
export function forwardingRuleName({ name }: ExistingSource, { deployment }: Home): string {
  return `${deployment}-source-${name}`;
}

/** Of the role with which the rule does it. At most 64 characters, with the longest names. */
export function forwardingRoleName({ name }: ExistingSource, { deployment, region }: Home): string {
  return `${deployment}-${name}-forward-${region}`;
}

/** Of the bus to which accounts and regions forward the events of their buckets. */
export function sourceBusName({ deployment }: Pick<Home, 'deployment'>): string {
  return `${deployment}-sources`;
}

/** What the functions are told of the sources. */
export function logSourcesOf(config: DeploymentConfig): readonly LogSource[] {
  return existingSources(config).map((source): LogSource => {
    const role = sourceRoleArn(source, homeOf(config));
    return {
      name: source.name,
      type: source.type,
      bucket: source.bucket,
      account: source.account,
      region: source.region,
      keyPrefix: source.keyPrefix,
      expireDays: source.expireDays ?? config.logBucket.expireDays,
      ...(role !== undefined && { role }),
      ...(source.externalId !== undefined && { externalId: source.externalId }),
      ...(source.type === 'bucket'
        ? { notification: source.notification, ...(source.replicaOf !== undefined && { replicaOf: source.replicaOf }) }
        : { topic: source.topic }),
    };
  });
}
