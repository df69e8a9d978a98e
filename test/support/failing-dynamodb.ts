import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EmbeddedAws } from './embedded-aws.ts';

/** A request, as far as tests tell them apart: `UpdateItem` and its input as text. */
export type FailsOn = (operation: string, input: string) => boolean;

/**
 * A client of the embedded DynamoDB whose requests fail where the test says so, before they are sent: as if the function
 * had died there.
 */
export function failingDynamoDb({ endpoints }: EmbeddedAws, failsOn: FailsOn): DynamoDBClient {
  const client = new DynamoDBClient({
    endpoint: endpoints.dynamodb,
    region: 'us-east-1',
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
  });
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (request) => {
        const operation = commandName.replace(/Command$/, '');
        if (failsOn(operation, JSON.stringify(request.input))) throw new Error(`${operation} was made to fail`);
        return next(request);
      },
    { step: 'initialize' },
  );
  return client;
}
