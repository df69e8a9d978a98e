import {
  type CreatedObject,
  NOTIFICATION_SUBJECT,
  type NotificationConfiguration,
  objectCreatedEvent,
  parseNotificationConfiguration,
  testEvent,
} from './bucket-notifications.ts';
import { REGION } from './endpoints.ts';
import type { App, Request } from './fauxqs-app.ts';
import type { OpenStores, Stores } from './fauxqs-stores.ts';
import { refuse } from './s3-refusals.ts';
import { objectPath, parameters } from './s3-request.ts';

/**
 * Gives fauxqs' S3 the event notifications of the real one: they are put and read, and a message goes to the
 * configured topics for every PutObject, CopyObject and CompleteMultipartUpload. The message is in the subscribed
 * queues before the upload is answered. Configurations are kept in memory, so they must be made again at each start.
 */
export function bucketNotifications(app: App, objects: Stores['s3Store'], publish: OpenStores['publish']): void {
  const configurations = new Map<string, NotificationConfiguration>();

  app.addHook('preHandler', (request, reply, done) => {
    const { bucket } = objectPath(request);
    if (!parameters(request).has('notification')) return done();
    if (request.method === 'GET') {
      const { xml } = configurations.get(bucket) ?? { xml: '<NotificationConfiguration/>' };
      reply.code(200).type('application/xml').send(xml);
      return;
    }
    if (request.method !== 'PUT') return done();
    try {
      const configuration = parseNotificationConfiguration(String(request.body));
      for (const { topicArn } of configuration.topics) {
        publish(topicArn, NOTIFICATION_SUBJECT, testEvent(bucket, new Date()));
      }
      configurations.set(bucket, configuration);
      reply.code(200).send();
    } catch (error) {
      refuse(reply, 400, 'InvalidArgument', String(error));
    }
  });

  app.addHook('onSend', (request, reply, _payload, done) => {
    const { bucket, key } = objectPath(request);
    const eventName = reply.statusCode === 200 ? createdBy(request) : undefined;
    const topics = (configurations.get(bucket)?.topics ?? []).filter(({ prefix }) => key.startsWith(prefix));
    if (eventName !== undefined && topics.length > 0) {
      const { contentLength: size, etag } = objects.headObject(bucket, key);
      for (const { id, topicArn } of topics) {
        const event = objectCreatedEvent({ bucket, key, size, etag, eventName, at: new Date() }, id, REGION);
        try {
          publish(topicArn, NOTIFICATION_SUBJECT, event);
        } catch (error) {
          // The object is stored, and S3 wouldn't fail the upload either.
          console.error(`No notification of ${key} to ${topicArn}: ${error}`);
        }
      }
    }
    done();
  });
}

/** Which of the ways to create an object the request is, if any. */
function createdBy(request: Request): CreatedObject['eventName'] | undefined {
  if (objectPath(request).key === '') return undefined;
  const names = parameters(request);
  if (request.method === 'POST') return names.has('uploadId') ? 'ObjectCreated:CompleteMultipartUpload' : undefined;
  if (request.method !== 'PUT' || names.has('uploadId') || names.has('notification')) return undefined;
  return 'x-amz-copy-source' in request.headers ? 'ObjectCreated:Copy' : 'ObjectCreated:Put';
}
