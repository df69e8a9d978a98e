import {
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
} from '@aws-sdk/client-s3';
import { mapConcurrently } from '../../../lambda/shared/concurrency.ts';
import type { Deployed, LogFile } from './deployed.ts';

/** Puts objects into the log bucket of which nobody is told, as of those that came before the deployment. */
export async function putInSilence(deployed: Deployed, objects: readonly LogFile[]): Promise<void> {
  const { world, bucket: Bucket } = deployed;
  const { s3 } = world.clients;
  const { $metadata: _, ...told } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  const tell = async (NotificationConfiguration: NotificationConfiguration): Promise<void> => {
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  };
  await tell({});
  try {
    await mapConcurrently(objects, 16, (object) => deployed.put(object));
  } finally {
    await tell(told);
  }
}
