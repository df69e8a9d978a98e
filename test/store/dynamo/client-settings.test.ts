import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DYNAMODB_CLIENT } from '../../../lambda/store/dynamo/client-settings.ts';

const before = { ...process.env };

afterEach(() => {
  process.env = { ...before };
});

test('a client finds the credentials of its environment, as functions and commands have them', async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'made-up', AWS_SECRET_ACCESS_KEY: 'made-up' });
  delete process.env.AWS_PROFILE;
  const client = new DynamoDBClient({ region: 'us-east-1', ...DYNAMODB_CLIENT });
  await expect(client.config.credentials()).resolves.toMatchObject({ accessKeyId: 'made-up' });
  client.destroy();
});

test('a client that finds none says so, and nothing else fails', async () => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_CONFIG_FILE: '/dev/null',
  });
  const client = new DynamoDBClient({ region: 'us-east-1', ...DYNAMODB_CLIENT });
  await expect(client.config.credentials()).rejects.toThrow('Could not load credentials from any providers');
  client.destroy();
});
