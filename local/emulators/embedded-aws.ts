import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startDynoxide } from './dynoxide.ts';
import type { Endpoints } from './endpoints.ts';
import { startFauxqs } from './fauxqs.ts';

/** S3, SNS, SQS and DynamoDB on this machine, reachable from nowhere else. */
export interface EmbeddedAws {
  readonly endpoints: Endpoints;
  /** Ends every emulator; resolves when they are gone. */
  stop(): Promise<void>;
}

export interface EmbeddedAwsOptions {
  /** The folder that keeps tables, objects and messages; without it everything lives in memory. */
  readonly data?: string;
  /** The folder for the objects alone, where they would take too much memory; `data` goes first. */
  readonly objects?: string;
  /** The port of S3, SNS and SQS; 0, the default, takes any free one. */
  readonly port?: number;
  /** A DynamoDB to use in place of the embedded one: AWS_ENDPOINT_URL_DYNAMODB, if the user has set it. */
  readonly dynamodb?: string;
}

/**
 * Starts the embedded AWS. The emulators end with this process, however it dies.
 *
 * @throws Error with the code EADDRINUSE when the port is taken
 */
export async function startEmbeddedAws(options: EmbeddedAwsOptions = {}): Promise<EmbeddedAws> {
  const { data, objects, port, dynamodb } = options;
  if (data !== undefined) await mkdir(data, { recursive: true });
  const fauxqs = await startFauxqs({
    port,
    objects: data === undefined ? objects : join(data, 's3'),
    messages: data === undefined ? undefined : join(data, 'messages'),
  });
  const { endpoint } = fauxqs;
  const services = { s3: endpoint, sns: endpoint, sqs: endpoint };
  if (dynamodb !== undefined) return { endpoints: { dynamodb, ...services }, stop: fauxqs.stop };
  try {
    const dynoxide = await startDynoxide(data === undefined ? undefined : join(data, 'dynamodb.sqlite'));
    return {
      endpoints: { dynamodb: dynoxide.endpoint, ...services },
      stop: async () => {
        await Promise.all([fauxqs.stop(), dynoxide.stop()]);
      },
    };
  } catch (error) {
    await fauxqs.stop();
    throw error;
  }
}
