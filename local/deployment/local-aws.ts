import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ListBucketsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { DirectoryContent } from '../../lambda/directory/directory-file.ts';
import { startEmbeddedAws } from '../emulators/embedded-aws.ts';
import type { Endpoints } from '../emulators/endpoints.ts';
import { claimDataFolder, FolderTaken, joinRunning, LAST_RUN } from './data-folder.ts';
import { InputError } from './input-error.ts';
import { type Clients, createClients } from './local-clients.ts';
import { refuseOldFolder } from './old-folder.ts';
import { provision, type Resources } from './provision-resources.ts';

/** The name of the deployment on the embedded AWS. */
const DEPLOYMENT = 'trailwarden';

/** Seconds after which a message that nobody has finished comes back: more than a call of a function may take. */
const VISIBILITY_TIMEOUT_SECONDS = 120;

/** An embedded AWS with everything that `cdk deploy` makes, as far as the emulators support it. */
export interface LocalAws {
  readonly clients: Clients;
  readonly resources: Resources;
  /** The folder that keeps everything. */
  readonly data: string;
  /** Where the functions read the normalised rule set; it is there once somebody has written it. */
  readonly rulesFile: string;
  stop(): Promise<void>;
}

export interface LocalAwsOptions {
  /** The folder that keeps everything; `LAST_RUN` if none is given. */
  readonly data?: string;
  /** Removes first what the folder holds. */
  readonly fresh?: boolean;
  /** `question`: it ends by itself in a moment, and others wait for it. */
  readonly role?: 'start' | 'question';
  /** What the functions know beside the records. */
  readonly known?: DirectoryContent;
  /** The port of S3, SNS and SQS; 0, the default, takes any free one. */
  readonly port?: number;
  /** Buckets to read log objects and digests from, in addition to the deployment's own. */
  readonly trailBuckets?: readonly string[];
}

/**
 * Starts the embedded AWS over a folder and provisions it.
 *
 * @throws InputError when the folder or the port is in use, or an older version has made the folder
 */
export async function startLocalAws({
  data,
  port,
  known,
  trailBuckets = [],
  fresh = false,
  role,
}: LocalAwsOptions = {}): Promise<LocalAws> {
  const folder = await claimDataFolder(data ?? LAST_RUN, role);
  const undo: (() => Promise<void>)[] = [folder.release];
  try {
    if (fresh) await folder.clear();
    const dynamodb = process.env.AWS_ENDPOINT_URL_DYNAMODB;
    const { endpoints, stop } = await startEmbeddedAws({ data: folder.path, port, dynamodb });
    undo.push(stop);
    const local = await connect(endpoints, folder.path, { trailBuckets, known });
    undo.push(local.stop);
    await folder.announce(endpoints);
    undo.push(folder.drain);
    return { ...local, stop: () => runAll(undo) };
  } catch (error) {
    await runAll(undo);
    throw isPortInUse(error) ? new InputError(`Port ${port} is in use: choose another one with --port.`) : error;
  }
}

/**
 * The embedded AWS over a folder: the one that another process has up, or else one that starts for this.
 *
 * @throws InputError if there is no such folder
 */
export async function openLocalAws(data: string = LAST_RUN): Promise<LocalAws> {
  if (!existsSync(data)) throw new InputError(`There is no ${data}: npm start makes it.`);
  for (let attempt = 1; ; attempt++) {
    const joined = await joinRunning(data);
    if (joined !== undefined) {
      try {
        const local = await connect(joined.endpoints, data);
        return { ...local, stop: () => runAll([joined.leave, local.stop]) };
      } catch (error) {
        await joined.leave();
        throw error;
      }
    }
    try {
      return await startLocalAws({ data, role: 'question' });
    } catch (error) {
      // Another question was faster: it is joined.
      if (!(error instanceof FolderTaken) || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}

const MAX_ATTEMPTS = 10;

async function connect(
  endpoints: Endpoints,
  data: string,
  { trailBuckets = [], known }: Pick<LocalAwsOptions, 'trailBuckets' | 'known'> = {},
): Promise<LocalAws> {
  const clients = createClients(endpoints);
  await refuseOldFolder(clients.dynamodb, DEPLOYMENT, data);
  const rulesFile = resolve(data, 'rules.json');
  const directoryFile = known === undefined ? '' : resolve(data, 'directory.json');
  if (known !== undefined) await writeFile(directoryFile, JSON.stringify(known));
  const resources = await provision(clients, {
    deployment: DEPLOYMENT,
    rulesFile,
    directoryFile,
    trailBuckets: [...(await knownBuckets(clients.s3)), ...trailBuckets].filter(isTrailBucket),
    visibilityTimeout: VISIBILITY_TIMEOUT_SECONDS,
  });
  return { clients, resources, data, rulesFile, stop: async () => clients.destroy() };
}

/** Those that earlier runs over the same folder have made. */
async function knownBuckets(s3: S3Client): Promise<readonly string[]> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  return Buckets.flatMap(({ Name }) => Name ?? []);
}

/** A digest may name any bucket: the deployment's own others aren't read from because of that. */
function isTrailBucket(name: string): boolean {
  return !name.startsWith(`${DEPLOYMENT}-`);
}

/** The last first, and every one of them. */
async function runAll(undo: readonly (() => Promise<void>)[]): Promise<void> {
  for (const step of undo.toReversed()) await step();
}

function isPortInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
