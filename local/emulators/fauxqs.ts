import { bucketNotifications } from './bucket-notification-hooks.ts';
import { createApp } from './fauxqs-app.ts';
import { openStores } from './fauxqs-stores.ts';
import { refuseUnsupported } from './s3-refusals.ts';

/** S3, SNS and SQS in this process. */
export interface Fauxqs {
  readonly endpoint: string;
  /** Ends the server and every request in it. */
  stop(): Promise<void>;
}

export interface FauxqsOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The folder for objects; without it they live in memory. */
  readonly objects?: string;
  /** The folder for queues, messages and topics; without it they live in memory. */
  readonly messages?: string;
}

/**
 * Starts fauxqs on loopback, with the S3 notifications that it lacks.
 *
 * @throws Error with the code EADDRINUSE when the port is taken
 */
export async function startFauxqs({ port = 0, objects, messages }: FauxqsOptions = {}): Promise<Fauxqs> {
  const { stores, publish, close } = await openStores(objects, messages);
  const app = createApp(stores);
  refuseUnsupported(app);
  bucketNotifications(app, stores.s3Store, publish);
  try {
    const endpoint = await app.listen({ port, host: '127.0.0.1' });
    return {
      endpoint,
      stop: async () => {
        await app.close();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}
