import { SNSClient } from '@aws-sdk/client-sns';
import type { EmbeddedAws } from './embedded-aws.ts';

/** An SNS client of the embedded AWS, some of whose topics refuse to publish while the test says so. */
export function brokenTopics({ endpoints }: EmbeddedAws, isBroken: (topicArn: string) => boolean): SNSClient {
  const client = new SNSClient({
    endpoint: endpoints.sns,
    region: 'us-east-1',
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
  });
  client.middlewareStack.add(
    (next) => async (request) => {
      const topicArn = 'TopicArn' in request.input ? String(request.input.TopicArn) : '';
      if (isBroken(topicArn)) {
        throw Object.assign(new Error('not authorized to perform: SNS:Publish'), {
          name: 'AuthorizationErrorException',
        });
      }
      return next(request);
    },
    { step: 'initialize' },
  );
  return client;
}
