import type { S3Client } from '@aws-sdk/client-s3';
import { isNotifying } from '../../../lambda/sources/bucket-notification.ts';
import type { DeploymentConfig } from '../../../lib/config/config.ts';
import { existingSources, homeOf } from '../../../lib/config/existing-sources.ts';
import type { ExistingSource } from '../../../lib/config/source-settings.ts';
import { deliveryTopicArn } from './connect-command.ts';

/** What became of looking at a source. */
export interface SourceCheck {
  readonly name: string;
  /** `unknown`: it couldn't be asked. */
  readonly state: 'ok' | 'missing' | 'unknown';
  /** In one line, with what to do where it isn't ok. */
  readonly what: string;
}

/**
 * Whether the buckets of all sources still announce their objects; one that can't be asked stops no other. Never throws.
 * @param s3 reaches the bucket of each source, as that of a connection does.
 */
export async function checkNotifications(s3: S3Client, config: DeploymentConfig): Promise<readonly SourceCheck[]> {
  return Promise.all(existingSources(config).map((source) => check(s3, config, source)));
}

async function check(s3: S3Client, config: DeploymentConfig, source: ExistingSource): Promise<SourceCheck> {
  const { name, bucket } = source;
  if (source.type !== 'bucket') {
    return {
      name,
      state: 'ok',
      what: `${source.topic} announces log files, and verify lists the digests of ${bucket}`,
    };
  }
  const home = homeOf(config);
  const way = source.notification === 's3' ? 'the delivery topic' : 'EventBridge';
  try {
    if (await isNotifying(s3, { source, deployment: home.deployment, topic: deliveryTopicArn(home) })) {
      return { name, state: 'ok', what: `${bucket} announces its objects to ${way}` };
    }
    return {
      name,
      state: 'missing',
      what: `${bucket} does not announce its objects to ${way}: run trailwarden source connect ${name} in account ${source.account}`,
    };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return {
      name,
      state: 'unknown',
      what: `the notifications of ${bucket} can't be read (${reason}): trailwarden source policy ${name} prints what allows it`,
    };
  }
}
