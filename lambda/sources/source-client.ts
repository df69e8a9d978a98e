import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { assumeRole, type RoleToAssume } from './assume-role.ts';
import type { LogSource } from './log-source.ts';

export interface SourceClientOptions {
  /** What calls with the source's role are recorded under. */
  readonly session: string;
  /** How STS is reached. Default: as the SDK finds it. */
  readonly sts?: STSClientConfig;
  /** How S3 is reached, beside the source's region and role. */
  readonly s3?: S3ClientConfig;
  /** Whether the caller's own credentials are used where the role doesn't trust the caller. Default: they aren't. */
  readonly orElseOwn?: boolean;
}

/**
 * A client for one source: in the bucket's region, with the source's role where it has one. Each call names the account
 * that must own the bucket, because the name of a bucket that was deleted may become another account's.
 */
export function createSourceClient(source: LogSource, options: SourceClientOptions): S3Client {
  const { role, region, account, externalId } = source;
  const ofRole =
    role === undefined
      ? {}
      : { credentials: () => credentialsOf({ role, externalId, session: options.session }, options) };
  return ownedBy(new S3Client({ ...options.s3, region, ...ofRole }), account);
}

async function credentialsOf(role: RoleToAssume, { sts, orElseOwn = false }: SourceClientOptions) {
  const client = new STSClient(sts ?? {});
  try {
    return await assumeRole(client, role);
  } catch (error) {
    if (orElseOwn && error instanceof Error && error.name === 'AccessDenied') return await client.config.credentials();
    throw error;
  }
}

/** Lets each call of a client fail, with AccessDenied, where another account owns the bucket. */
export function ownedBy(client: S3Client, account: string): S3Client {
  client.middlewareStack.add(
    (next) => (args) => next({ ...args, input: { ...args.input, ExpectedBucketOwner: account } }),
    { step: 'initialize', name: 'expectedBucketOwner' },
  );
  return client;
}
