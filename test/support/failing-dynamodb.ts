import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EmbeddedAws } from './embedded-aws.ts';

/** A request, as far as tests tell them apart: `UpdateItem` and its input as text. */
export type FailsOn = (operation: string, input: string) => boolean | 'never answers';

/**
 * A client of the embedded DynamoDB whose requests fail where the test says so, before they are sent: as if the function
 * had died there.
 * @param name the error's: a time-out, which another try may get past, where none is given.
 */
export function failingDynamoDb({ endpoints }: EmbeddedAws, failsOn: FailsOn, name = 'TimeoutError'): DynamoDBClient {
  const client = new DynamoDBClient({
    endpoint: endpoints.dynamodb,
    region: 'us-east-1',
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
  });
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (request) => {
        const operation = commandName.replace(/Command$/, '');
        const fails = failsOn(operation, JSON.stringify(request.input));
        if (fails === 'never answers') return new Promise(() => {});
        if (fails) throw Object.assign(new Error(`${operation} was made to fail`), { name });
        return next(request);
      },
    { step: 'initialize' },
  );
  return client;
}
