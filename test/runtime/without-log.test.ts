import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { withoutLog } from '../../lambda/runtime/without-log.ts';

test.each([DynamoDBClient, S3Client, SNSClient, SQSClient])('%p tells its requests to no logger', (Client) => {
  const client = new Client({ region: 'us-east-1' });
  const steps = (): number =>
    client.middlewareStack.identify().filter((step) => step.startsWith('loggerMiddleware')).length;
  expect(steps()).toBe(1);
  expect(withoutLog(client)).toBe(client);
  expect(steps()).toBe(0);
});
