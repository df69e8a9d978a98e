import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import type { LogSource } from '../../lambda/sources/log-source.ts';
import { createSourceClient, ownedBy } from '../../lambda/sources/source-client.ts';

const source: LogSource = {
  name: 'vault',
  type: 'log-archive',
  bucket: 'vault-logs',
  account: '444455556666',
  region: 'sa-east-1',
  keyPrefix: '',
  expireDays: 365,
  role: 'arn:aws:iam::444455556666:role/trailwarden-source-vault-eu-central-1',
  externalId: 'ours',
};

const sts = mockClient(STSClient);

beforeEach(() => {
  sts.reset();
  sts.on(AssumeRoleCommand).resolves({
    Credentials: {
      AccessKeyId: 'ASIAROLE',
      SecretAccessKey: 'secret',
      SessionToken: 'token',
      Expiration: new Date(Date.now() + 3_600_000),
    },
  });
});

const options = { session: 'trailwarden-ingest', sts: { region: 'eu-central-1' } };

describe('the client of a source', () => {
  test('is in the region of the bucket, with credentials of its role, which are asked for once an hour', async () => {
    const client = createSourceClient(source, options);
    expect(await client.config.region()).toBe('sa-east-1');
    expect(await client.config.credentials()).toMatchObject({ accessKeyId: 'ASIAROLE', sessionToken: 'token' });
    await client.config.credentials();
    expect(sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input)).toEqual([
      { RoleArn: source.role, RoleSessionName: 'trailwarden-ingest', ExternalId: 'ours' },
    ]);
  });

  test('asks for the role again before its credentials end', async () => {
    sts.on(AssumeRoleCommand).resolves({
      Credentials: {
        AccessKeyId: 'ASIAROLE',
        SecretAccessKey: 'secret',
        SessionToken: 'token',
        Expiration: new Date(Date.now() + 60_000),
      },
    });
    const client = createSourceClient(source, options);
    await client.config.credentials();
    await client.config.credentials();
    expect(sts.commandCalls(AssumeRoleCommand).length).toBeGreaterThan(1);
  });

  test('fails where the role does not trust the caller', async () => {
    sts.on(AssumeRoleCommand).rejects(Object.assign(new Error('not authorized'), { name: 'AccessDenied' }));
    await expect(createSourceClient(source, options).config.credentials()).rejects.toThrow('not authorized');
  });

  test('falls back to the credentials of whoever runs the command line, signed in to the account of the bucket', async () => {
    sts.on(AssumeRoleCommand).rejects(Object.assign(new Error('not authorized'), { name: 'AccessDenied' }));
    const own = { accessKeyId: 'AKIAOWN', secretAccessKey: 'secret' };
    const client = createSourceClient(source, {
      ...options,
      sts: { region: 'eu-central-1', credentials: own },
      orElseOwn: true,
    });
    expect(await client.config.credentials()).toMatchObject(own);
  });

  test('assumes nothing where the source has no role', async () => {
    const { role: _, ...direct } = source;
    const own = { accessKeyId: 'AKIAOWN', secretAccessKey: 'secret' };
    const client = createSourceClient(direct, { ...options, s3: { credentials: own } });
    expect(await client.config.credentials()).toMatchObject(own);
    expect(sts.calls()).toEqual([]);
  });
});

test('every call names the account that must own the bucket', async () => {
  const asked: unknown[] = [];
  const client = ownedBy(
    new S3Client({
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
      requestHandler: {
        handle: async (request: { readonly headers: Record<string, string> }) => {
          asked.push(request.headers['x-amz-expected-bucket-owner']);
          throw Object.assign(new Error('no network in tests'), { name: 'Stop' });
        },
      },
    }),
    '444455556666',
  );
  await expect(client.send(new GetObjectCommand({ Bucket: 'vault-logs', Key: 'a' }))).rejects.toThrow('no network');
  expect(asked).toEqual(['444455556666']);
});
