import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { pythonEnvironment } from '../emulator/python-environment.ts';
import { type Grants, type Principal, readGrants } from '../policies/granted-rights.ts';
import { HeldCalls } from '../policies/held-calls.ts';
import type { AskedRight, AwsCall } from '../proxy/asked-right.ts';
import { accessKeyOf, type CheckingProxy, type HeldCall, startCheckingProxy } from '../proxy/checking-proxy.ts';
import { rightsThroughKeys } from '../proxy/rights-through-keys.ts';
import { copyProject } from './project-copy.ts';
import { type ShellResult, shell } from './shell.ts';

export const ACCOUNT = '111111111111';
export const REGION = 'eu-central-1';

/** An account and region in the emulator, with a checkout from which a person deploys into it. */
export interface World {
  readonly emulator: Emulator;
  readonly held: HeldCalls;
  /** The checkout. */
  readonly project: string;
  /** With an administrator's rights: what the test itself does, and what stands for AWS's own services. */
  readonly clients: Clients;
  /** The clients of another account's administrator. */
  clientsOf(account: string): Clients;
  /**
   * Runs a line in the checkout, as an administrator, or held against the policies of a role or managed policy.
   * @param account the other account whose administrator runs it.
   */
  shell(line: string, principal?: string, account?: string): Promise<ShellResult>;
  /** Called for each call of AWS that a held principal makes. */
  onCall(listener: (held: HeldCall) => void): void;
  /** Says that a bucket is another account's. */
  ownedBy(bucket: string, account: string): void;
  /** Every principal that the templates of a deployment have. */
  principals(deployment: string): Promise<readonly Principal[]>;
  /** Calls that the proxy could not read or pass on. */
  readonly failures: readonly Error[];
  stop(): Promise<void>;
}

export interface Clients {
  readonly cloudFormation: CloudFormationClient;
  readonly cloudTrail: CloudTrailClient;
  readonly documents: DynamoDBDocumentClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
}

/** A role that was made or changed a moment ago is read anew within this time. */
const GRANTS_KEPT_MS = 3000;

/** Starts emulator and proxy, and copies the project. @throws Error where the emulator doesn't start. */
export async function startWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'trailwarden-deploy-'));
  const [port, gatewayPort] = [await freePort(), await freePort()];
  const [awsCli, emulator] = await Promise.all([
    pythonEnvironment('aws-cli'),
    startEmulator({ folder: join(folder, 'emulator'), port, gatewayPort }),
    copyProject(join(folder, 'project')),
  ]);
  const held = new HeldCalls();
  const listeners: ((held: HeldCall) => void)[] = [];
  const owners = new Map<string, string>();
  const failures: Error[] = [];
  const direct = clientsOf(emulator.endpoint);
  const grantsOf = new GrantsReader(direct.cloudFormation);
  const proxy = await startCheckingProxy({
    target: emulator.endpoint,
    port: gatewayPort,
    judge: (principal, call, rights) => judge(held, grantsOf, principal, call, rights),
    heard: (call) => {
      for (const listener of listeners) listener(call);
    },
    // The emulator holds calls from elsewhere against a bucket's policy, and knows accounts alone and no roles: the step that
    // reads such a bucket does it instead.
    accountFor: ({ service, url }) => (service === 's3' ? owners.get(url.pathname.split('/')[1] ?? '') : undefined),
    failed: (error) => failures.push(error),
  });
  const project = join(folder, 'project');
  const environment = (principal?: string, account = ACCOUNT) => ({
    PATH: `${awsCli}:${process.env.PATH}`,
    AWS_ENDPOINT_URL: proxy.endpoint,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: principal === undefined ? account : accessKeyOf(account, principal),
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
    // There is no terminal that could be asked.
    CDK_REQUIRE_APPROVAL: 'never',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
    NO_COLOR: '1',
    // Nothing of the person who runs the test is read or kept.
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
  });
  const all = { ...direct };
  return {
    emulator,
    held,
    project,
    clients: all,
    failures,
    clientsOf: (account) => clientsOf(emulator.endpoint, account),
    shell: (line, principal, account) => shell(line, { cwd: project, env: environment(principal, account) }),
    onCall: (listener) => listeners.push(listener),
    ownedBy: (bucket, account) => owners.set(bucket, account),
    principals: async (deployment) => [...(await grantsOf.read(deployment, true)).principals.values()],
    stop: () => stopAll({ proxy, emulator, clients: all, folder }),
  };
}

/** What the templates of a deployment grant, read anew from time to time. */
class GrantsReader {
  readonly #client: CloudFormationClient;
  readonly #read = new Map<string, { readonly at: number; readonly grants: Promise<Grants> }>();

  constructor(client: CloudFormationClient) {
    this.#client = client;
  }

  read(deployment: string, anew = false): Promise<Grants> {
    const known = this.#read.get(deployment);
    if (known !== undefined && !anew && Date.now() - known.at < GRANTS_KEPT_MS) return known.grants;
    const grants = readGrants(this.#client, deployment, { account: ACCOUNT, region: REGION });
    this.#read.set(deployment, { at: Date.now(), grants });
    return grants;
  }
}

/** Stands between the names of managed policies that somebody has together. */
export const TOGETHER = '+';

async function judge(
  held: HeldCalls,
  reader: GrantsReader,
  name: string,
  _call: AwsCall,
  rights: readonly AskedRight[],
): Promise<boolean> {
  const names = name.split(TOGETHER);
  // `DEPLOYMENT-FUNCTION-REGION`, as roles and managed policies are named. Deployments of the test have one word.
  const deployment = name.slice(0, name.indexOf('-'));
  let grants = await reader.read(deployment);
  if (!names.every((one) => grants.principals.has(one))) grants = await reader.read(deployment, true);
  const principals = names.map((one) => {
    const principal = grants.principals.get(one);
    if (principal === undefined) throw new Error(`No template has the role or policy ${one}.`);
    return principal;
  });
  const all = [...rights, ...rights.flatMap((right) => rightsThroughKeys(right, grants.keys))];
  return held.hold(principals, [...all, ...principals.flatMap(({ asksThroughServices }) => asksThroughServices)]);
}

function clientsOf(endpoint: string, accessKeyId = ACCOUNT): Clients {
  const common = { endpoint, region: REGION, credentials: { accessKeyId, secretAccessKey: 'none' } };
  return {
    cloudFormation: new CloudFormationClient(common),
    cloudTrail: new CloudTrailClient(common),
    documents: DynamoDBDocumentClient.from(new DynamoDBClient(common)),
    lambda: new LambdaClient({ ...common, requestHandler: { requestTimeout: 120_000 } }),
    s3: new S3Client({ ...common, forcePathStyle: true }),
    sns: new SNSClient(common),
    sqs: new SQSClient({ ...common, useQueueUrlAsEndpoint: false }),
  };
}

async function stopAll(parts: {
  readonly proxy: CheckingProxy;
  readonly emulator: Emulator;
  readonly clients: Clients;
  readonly folder: string;
}): Promise<void> {
  for (const client of Object.values(parts.clients)) client.destroy();
  await parts.proxy.stop();
  await parts.emulator.stop();
  await rm(parts.folder, { recursive: true, force: true });
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
  return await promise;
}
