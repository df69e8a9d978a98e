import { S3Client } from '@aws-sdk/client-s3';
import { Command } from 'commander';
import {
  connectBucket,
  disconnectBucket,
  NotificationRefused,
  type NotifyingBucket,
} from '../../../lambda/sources/bucket-notification.ts';
import type { Home } from '../../../lib/config/existing-sources.ts';
import { topicName } from '../../../lib/config/plain-names.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';
import { namedSource } from './named-source.ts';

interface ConnectOptions {
  readonly config?: string;
  readonly awsProfile?: string;
}

const HELP = `
A bucket has one set of notifications, and writing it replaces everything. So it is read, written with the addition, and read
again; what is there already stays. Where another notification of new objects overlaps, nothing is changed, and its
destination is named: then set "notification: eventbridge" for the source.

It is run in the account of the bucket, after the deployment: S3 tries the topic when a notification is set. The owner's next
deploy may remove it, if that sets the bucket's notifications: "trailwarden source check", the alarm
source-notification-missing and a look every half hour tell of that.

Examples:
  $ trailwarden source connect old-trail --aws-profile log-archive
`;

/** `trailwarden source connect`: a bucket begins to announce its objects to the deployment. */
export function connectCommand(io: Io): Command {
  return withOptions(new Command('connect'))
    .description('Adds the notification of a source to those that its bucket has.')
    .addHelpText('after', HELP)
    .action(async (name: string, options: ConnectOptions) => {
      const isNew = await change(name, options, connectBucket);
      io.stdout.write(
        isNew ? `The bucket of ${name} announces its objects now.\n` : `The bucket of ${name} did so already.\n`,
      );
    });
}

/** `trailwarden source disconnect`: a bucket no longer announces its objects to the deployment. */
export function disconnectCommand(io: Io): Command {
  return withOptions(new Command('disconnect'))
    .description('Takes the notification of a source out of those that its bucket has.')
    .addHelpText('after', '\nEventBridge stays switched on for the bucket: others may listen too.\n')
    .action(async (name: string, options: ConnectOptions) => {
      const wasThere = await change(name, options, disconnectBucket);
      io.stdout.write(
        wasThere
          ? `The bucket of ${name} announces nothing here any more.\n`
          : `The bucket of ${name} did not do so.\n`,
      );
    });
}

function withOptions(command: Command): Command {
  return command
    .argument('<name>', 'name of the source in the settings file')
    .option('--config <file>', 'settings file of the deployment (default: trailwarden.yaml in this folder)')
    .option('--aws-profile <profile>', "profile of the account that owns the bucket (default: the AWS SDK's)");
}

async function change(
  name: string,
  { config: file, awsProfile }: ConnectOptions,
  work: (s3: S3Client, bucket: NotifyingBucket) => Promise<boolean>,
): Promise<boolean> {
  const { home, source } = namedSource(name, file);
  if (source.type !== 'bucket') {
    throw new CommandFailure(
      `The topic ${source.topic} announces the objects of ${name}: its bucket needs no notification.`,
      EXIT.usage,
    );
  }
  const s3 = new S3Client({ region: source.region, ...(awsProfile !== undefined && { profile: awsProfile }) });
  try {
    return await work(s3, { source, deployment: home.deployment, topic: deliveryTopicArn(home) });
  } catch (error) {
    if (error instanceof NotificationRefused) throw new CommandFailure(error.message);
    throw error;
  } finally {
    s3.destroy();
  }
}

/** The topic that buckets of the deployment's sources notify. */
export function deliveryTopicArn({ deployment, account, region, partition }: Home): string {
  return `arn:${partition}:sns:${region}:${account}:${topicName(deployment, 'delivery')}`;
}
