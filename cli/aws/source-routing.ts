import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import * as z from 'zod';
import type { LogSource } from '../../lambda/sources/log-source.ts';
import { createSourceClient } from '../../lambda/sources/source-client.ts';

/** What calls of the command line are recorded under where they are made with a source's role. */
const SESSION = 'trailwarden-cli';

const toBucket = z.object({ input: z.object({ Bucket: z.string() }) });

/**
 * Lets a client send what goes to the bucket of a source in the bucket's region, and with the source's role where that
 * trusts the caller: else with the caller's own credentials, as of somebody who is signed in to the bucket's account.
 */
export function routeToSources(s3: S3Client, sources: readonly LogSource[], common: S3ClientConfig): S3Client {
  if (sources.length === 0) return s3;
  const { region, profile } = common;
  const sts = { ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) };
  const clients = new Map<string, S3Client>();
  const clientOf = (bucket: string): S3Client | undefined => {
    const source = sources.find((one) => one.bucket === bucket);
    if (source === undefined) return undefined;
    const client =
      clients.get(bucket) ?? createSourceClient(source, { session: SESSION, sts, s3: common, orElseOwn: true });
    clients.set(bucket, client);
    return client;
  };
  const send = (...args: Parameters<S3Client['send']>) => {
    const named = toBucket.safeParse(args[0]);
    const client = named.success ? clientOf(named.data.input.Bucket) : undefined;
    return S3Client.prototype.send.apply(client ?? s3, args);
  };
  // Its overloads differ by the answer of each command, which is passed on as it comes.
  s3.send = send as typeof s3.send;
  return s3;
}
