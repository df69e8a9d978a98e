import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { assumeRole } from './assume-role.ts';
import type { LogSource } from './log-source.ts';

export interface SourceClientOptions {
  /** What calls with the source's role are recorded under. */
  readonly session: string;
  /** How STS is reached. Default: as the SDK finds it. */
  readonly sts?: STSClientConfig;
  /** How S3 is reached, beside the source's region and role. */
  readonly s3?: S3ClientConfig;
}

/**
 * A client for one source: in the bucket's region, with the source's role where it has one. Each call names the account
 * that must own the bucket, because the name of a bucket that was deleted may become another account's.
 */
export function createSourceClient(source: LogSource, { session, sts, s3 = {} }: SourceClientOptions): S3Client {
  const { role, region } = source;
  const ofRole =
    role === undefined
      ? {}
      : {
          credentials: () => assumeRole(new STSClient(sts ?? {}), { role, externalId: source.externalId, session }),
        };
  return ownedBy(new S3Client({ ...s3, region, ...ofRole }), source.account);
}

/** Lets each call of a client fail, with AccessDenied, where another account owns the bucket. */
export function ownedBy(client: S3Client, account: string): S3Client {
  client.middlewareStack.add(
    (next) => (args) => next({ ...args, input: { ...args.input, ExpectedBucketOwner: account } }),
    { step: 'initialize', name: 'expectedBucketOwner' },
  );
  return client;
}
