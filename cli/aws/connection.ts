import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Command } from 'commander';
import type { AlertTopics } from '../../lambda/alerts/channels/publish-to-topic.ts';
import { type Names, NO_NAMES } from '../../lambda/directory/names.ts';
import type { LogSource } from '../../lambda/sources/log-source.ts';
import { DYNAMODB_CLIENT } from '../../lambda/store/dynamo/client-settings.ts';
import { TABLES, type TableName, tableName } from '../../lambda/store/schema.ts';
import type { Caller } from '../../lambda/store/suppressions/suppression-event.ts';
import { printableLines } from '../output/printable-lines.ts';
import { alertTopicsOf, type OwnTopics } from './alert-topics.ts';
import { callerOf, localCaller } from './caller.ts';
import { namesOfFile, namesOfFolder } from './known-names.ts';
import { routeToSources } from './source-routing.ts';

/** Where questions go: the tables of a deployment, and the buckets that receipts name. */
export interface Connection {
  readonly documents: DynamoDBDocumentClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  /** Physical names. */
  readonly tables: Readonly<Record<TableName, string>>;
  /** What a person must know of all answers that come from here. */
  readonly notes: readonly string[];
  /** What accounts are called, as far as it is known without asking AWS. */
  readonly names: Names;
  /** Who runs the command. @throws the SDK's errors. */
  caller(): Promise<Caller>;
  /** ARNs; that of the chat topic, though the deployment may have none. */
  alertTopics(): Promise<AlertTopics>;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly deployment: string;
  readonly awsRegion?: string;
  readonly awsProfile?: string;
  readonly config?: string;
  readonly local?: true;
  readonly data?: string;
  /** The buckets that trails write to already, as the settings file names them. */
  readonly sources?: readonly LogSource[];
  /** Whether the deployment has a stack of its trail; absent where no settings file says it. */
  readonly trailStack?: boolean;
  /** Whether it makes a trail; absent likewise. */
  readonly ownTrail?: boolean;
  /** What the topic for programs carries, as far as a settings file says it. */
  readonly programs?: 'alert' | 'ocsf';
  /** The topics of a customer that alerts go to, as the settings file names them. */
  readonly topics?: OwnTopics;
  /** What accounts are called, as the settings file's own says. */
  readonly names?: Names;
}

/** The settings file that is read where it lies in the working folder, as the app that deploys reads it. */
const SETTINGS_FILE = 'trailwarden.yaml';

const DEFAULT_DEPLOYMENT = 'trailwarden';

/** Adds the options that say which index is asked. What isn't given comes from the settings file, where there is one. */
export function withConnection(command: Command): Command {
  return command
    .option(
      '--deployment <name>',
      `name of the deployment (default: that of ${SETTINGS_FILE}, or ${DEFAULT_DEPLOYMENT})`,
    )
    .option('--aws-region <region>', `region of the audit stack (default: that of ${SETTINGS_FILE}, or the AWS SDK's)`)
    .option('--config <file>', `settings file of the deployment (default: ${SETTINGS_FILE} in this folder)`)
    .hook('preAction', (_, asked) => readSettings(asked))
    .hook('preAction', (_, asked) => sayNotes(asked))
    .option('--aws-profile <profile>', "profile of the AWS configuration (default: the AWS SDK's)")
    .option('--local', 'ask what npm start has left on this machine, not AWS')
    .option('--data <folder>', 'a folder that npm start --data or trailwarden history has kept; means --local');
}

/** What holds for every answer from a folder is said before it. */
async function sayNotes(command: Command): Promise<void> {
  const { local, data } = command.optsWithGlobals<Partial<ConnectionOptions>>();
  if (local !== true && data === undefined) return;
  for (const note of await notesOf(data)) command.configureOutput().writeErr?.(`${printableLines(note)}\n`);
}

async function notesOf(data: string | undefined): Promise<readonly string[]> {
  const [{ historyNotes }, { LAST_RUN }] = await Promise.all([
    import('../../local/history/history-file.ts'),
    import('../../local/deployment/data-folder.ts'),
  ]);
  return historyNotes(data ?? LAST_RUN);
}

/** @throws ConfigError for a file that is named and isn't there, and for problems of its content. */
async function readSettings(command: Command): Promise<void> {
  const { deployment, awsRegion, config, local, data } = command.optsWithGlobals<Partial<ConnectionOptions>>();
  const isLocal = local === true || data !== undefined;
  if (isLocal || (deployment !== undefined && config === undefined)) {
    // Another deployment than that of the file may be in another region than the file's.
    if (deployment === undefined) command.setOptionValueWithSource('deployment', DEFAULT_DEPLOYMENT, 'default');
    return;
  }
  // It knows rules too, which most questions have no need of.
  const { readConfig } = await import('../../lib/config/config-file.ts');
  const { hasTrailStack, logSourcesOf, newTrail } = await import('../../lib/config/existing-sources.ts');
  const settings = readConfig(process.cwd(), config);
  command.setOptionValueWithSource('sources', logSourcesOf(settings), 'config');
  command.setOptionValueWithSource('trailStack', hasTrailStack(settings), 'config');
  command.setOptionValueWithSource('ownTrail', newTrail(settings) !== undefined, 'config');
  if (deployment === undefined) command.setOptionValueWithSource('deployment', settings.deployment, 'config');
  if (awsRegion === undefined && settings.region !== undefined) {
    command.setOptionValueWithSource('awsRegion', settings.region, 'config');
  }
  command.setOptionValueWithSource('programs', settings.alerts.programs, 'config');
  command.setOptionValueWithSource('topics', settings.alerts.topics, 'config');
  command.setOptionValueWithSource('names', await namesOfFile(settings.names.file), 'config');
}

/** Connects, answers, and always closes the connection. */
export async function connected<Result>(
  options: ConnectionOptions,
  answer: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const isLocal = options.local === true || options.data !== undefined;
  const connection = isLocal ? await connectLocally(options.data) : connectToAws(options);
  try {
    return await answer(connection);
  } finally {
    await connection.close();
  }
}

function connectToAws({
  deployment,
  awsRegion,
  awsProfile,
  sources = [],
  topics,
  names: known,
}: ConnectionOptions): Connection {
  const common = {
    ...(awsRegion !== undefined && { region: awsRegion }),
    ...(awsProfile !== undefined && { profile: awsProfile }),
  };
  const dynamodb = new DynamoDBClient({ ...common, ...DYNAMODB_CLIENT });
  const s3 = routeToSources(new S3Client({ ...common, followRegionRedirects: true }), sources, common);
  // The queues are those of the region, also where AWS_ENDPOINT_URL_SQS says that it is elsewhere.
  const sqs = new SQSClient({ ...common, useQueueUrlAsEndpoint: false });
  const sns = new SNSClient(common);
  const sts = new STSClient(common);
  const names = Object.keys(TABLES).map((table) => [table, tableName(deployment, table as TableName)]);
  return {
    documents: DynamoDBDocumentClient.from(dynamodb),
    s3,
    sns,
    sqs,
    // Made from the keys of TABLES.
    tables: Object.fromEntries(names) as Record<TableName, string>,
    notes: [],
    names: known ?? NO_NAMES,
    caller: () => callerOf(sts),
    alertTopics: async () => alertTopicsOf(deployment, await callerOf(sts), topics),
    close: async () => {
      for (const client of [dynamodb, s3, sns, sqs, sts]) client.destroy();
    },
  };
}

async function connectLocally(data: string | undefined): Promise<Connection> {
  // A question to AWS doesn't need the emulators, so they are loaded only on demand.
  const { openLocalAws } = await import('../../local/deployment/local-aws.ts');
  const { clients, resources, stop } = await openLocalAws(data);
  return {
    documents: DynamoDBDocumentClient.from(clients.dynamodb),
    s3: clients.s3,
    sns: clients.sns,
    sqs: clients.sqs,
    tables: resources.tables,
    notes: await notesOf(data),
    names: namesOfFolder(data),
    caller: async () => localCaller(),
    alertTopics: async () => ({ alerts: resources.topics.alerts, byLevel: resources.topics }),
    close: stop,
  };
}
