import { GetObjectCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { routeToSources } from '../../../cli/aws/source-routing.ts';
import { logSource } from '../../support/sources.ts';

const credentials = { accessKeyId: 'AKIAOWN', secretAccessKey: 'secret' };
const sts = mockClient(STSClient);

/** The requests that are made: to which region, as whom. */
let requests: { readonly region: string; readonly as: string; readonly owner: string | undefined }[];

const requestHandler = {
  handle: async ({ headers }: { readonly headers: Record<string, string> }) => {
    const [, as = '', region = ''] = /Credential=(\w+)\/\d+\/([\w-]+)\//.exec(headers.authorization ?? '') ?? [];
    requests.push({ region, as, owner: headers['x-amz-expected-bucket-owner'] });
    throw Object.assign(new Error('no network in tests'), { name: 'Stop' });
  },
};

beforeEach(() => {
  requests = [];
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

const sources = [
  logSource({ name: 'far', bucket: 'far-logs', region: 'sa-east-1' }),
  logSource({ name: 'vault', bucket: 'vault-logs', role: 'arn:aws:iam::444455556666:role/vault' }),
];

async function read(bucket: string): Promise<void> {
  const common = { region: 'eu-central-1', credentials, requestHandler };
  const s3 = routeToSources(new S3Client(common), sources, common);
  await expect(s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'a' }))).rejects.toThrow('no network');
}

describe('the command line reads', () => {
  test('the deployment’s own bucket in its region', async () => {
    await read('own-logs');
    expect(requests).toEqual([{ region: 'eu-central-1', as: 'AKIAOWN', owner: undefined }]);
  });

  test('the bucket of a source in that one’s region, if the account that is named owns it', async () => {
    await read('far-logs');
    expect(requests).toEqual([{ region: 'sa-east-1', as: 'AKIAOWN', owner: '444455556666' }]);
  });

  test('the bucket of a source that has a role as that role', async () => {
    await read('vault-logs');
    expect(requests).toEqual([{ region: 'us-east-1', as: 'ASIAROLE', owner: '444455556666' }]);
    expect(sts.commandCalls(AssumeRoleCommand)[0]?.args[0].input).toMatchObject({ RoleSessionName: 'trailwarden-cli' });
  });

  test('what names no bucket as ever', async () => {
    const common = { region: 'eu-central-1', credentials, requestHandler };
    const s3 = routeToSources(new S3Client(common), sources, common);
    await expect(s3.send(new ListBucketsCommand({}))).rejects.toThrow('no network');
    expect(requests).toEqual([{ region: 'eu-central-1', as: 'AKIAOWN', owner: undefined }]);
  });
});
