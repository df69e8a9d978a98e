import { mkdir } from 'node:fs/promises';
import type { buildApp } from 'fauxqs';
import * as z from 'zod';

/** Where fauxqs keeps queues, topics and objects. */
export type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;

export interface OpenStores {
  readonly stores: Stores;
  /**
   * Publishes to a topic, and so to every queue that is subscribed to it, before it returns.
   *
   * @throws Error if there is no such topic
   */
  publish(topicArn: string, subject: string, message: string): void;
  /** To be called once the server has ended. */
  close(): void;
}

type ObjectPersistence = NonNullable<Stores['s3Store']['persistence']> & {
  loadS3(store: Stores['s3Store']): void;
};

type MessagePersistence = NonNullable<Stores['sqsStore']['persistence']>;

type Publish = (parameters: Record<string, string>, topics: Stores['snsStore'], queues: Stores['sqsStore']) => unknown;

/** A class whose instances are what fauxqs' own declarations say of them; that it is there is what can be checked. */
const classOf = <Instance, Parameters extends unknown[]>() =>
  z.custom<new (...parameters: Parameters) => Instance>(isFunction);

/**
 * Opens fauxqs' stores.
 *
 * fauxqs exports two ways to start: `buildApp`, which can listen on loopback but keeps nothing, and `startFauxqs`,
 * which keeps everything but listens on every interface. We want both halves, so we hand `buildApp` the stores that
 * `startFauxqs` would have made. Their modules aren't exported: the version of fauxqs is pinned for that, and this is
 * the only file that knows where they are.
 *
 * @param objects the folder for what S3 holds, objects as files; without it they live in memory
 * @param messages the folder for queues with their messages, and topics; without it they live in memory
 * @throws Error if fauxqs isn't the version that this was written for
 */
export async function openStores(objects?: string, messages?: string): Promise<OpenStores> {
  const { SqsStore } = await load('sqs/sqsStore.js', { SqsStore: classOf<Stores['sqsStore'], []>() });
  const { SnsStore } = await load('sns/snsStore.js', { SnsStore: classOf<Stores['snsStore'], []>() });
  const { S3Store } = await load('s3/s3Store.js', { S3Store: classOf<Stores['s3Store'], []>() });
  const { publish } = await load('sns/actions/publish.js', { publish: z.custom<Publish>(isFunction) });
  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  if (objects !== undefined) await keepObjects(stores, objects);
  const persistence = messages === undefined ? undefined : await keepMessages(stores, messages);
  return {
    stores,
    publish: (topicArn, subject, message) => {
      publish({ TopicArn: topicArn, Subject: subject, Message: message }, stores.snsStore, stores.sqsStore);
    },
    close: () => persistence?.close(),
  };
}

async function keepObjects({ s3Store }: Stores, directory: string): Promise<void> {
  const { FileS3Persistence } = await load('s3/fileS3Persistence.js', {
    FileS3Persistence: classOf<ObjectPersistence, [string]>(),
  });
  const persistence = new FileS3Persistence(directory);
  persistence.loadS3(s3Store);
  s3Store.persistence = persistence;
}

/** The order is fauxqs' own: a store that is filled while it persists would delete the messages that it loads. */
async function keepMessages({ sqsStore, snsStore }: Stores, directory: string): Promise<MessagePersistence> {
  const { PersistenceManager } = await load('persistence.js', {
    PersistenceManager: classOf<MessagePersistence, [string]>(),
  });
  await mkdir(directory, { recursive: true });
  const persistence = new PersistenceManager(directory);
  skipSync(persistence);
  persistence.loadSqsAndSns(sqsStore, snsStore);
  sqsStore.persistence = persistence;
  snsStore.persistence = persistence;
  for (const queue of sqsStore.allQueues()) queue.persistence = persistence;
  return persistence;
}

/**
 * A message is written three times, and each time waited until the disk has it: most of the time of a run over many
 * small objects. Without that, what this process has written outlives it all the same; only a machine that loses its
 * power may lose the last messages.
 */
function skipSync(persistence: MessagePersistence): void {
  const { db } = databaseOwner.parse(persistence);
  db.exec('PRAGMA synchronous = NORMAL');
}

const databaseOwner = z.object({ db: z.custom<{ exec(sql: string): void }>(hasExec) });

function hasExec(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'exec' in value && isFunction(value.exec);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

async function load<Shape extends z.ZodRawShape>(path: string, shape: Shape): Promise<z.infer<z.ZodObject<Shape>>> {
  const module: unknown = await import(new URL(path, import.meta.resolve('fauxqs')).href);
  const result = z.object(shape).safeParse({ ...Object(module) });
  if (!result.success) {
    throw new Error(`fauxqs isn't the version that this was written for: ${path}\n${z.prettifyError(result.error)}`);
  }
  return result.data;
}
