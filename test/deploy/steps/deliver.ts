import { InvokeCommand } from '@aws-sdk/client-lambda';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { JsonObject } from '../../../lambda/shared/json.ts';
import { record, root } from '../../support/records.ts';
import type { DeliveredHour } from '../../support/signed-trail.ts';
import { type Deployed, Subscriber } from '../world/deployed.ts';
import { eventually, expectThat } from '../world/expect.ts';
import { ACCOUNT, REGION } from '../world/world.ts';

/** What the questions of the next steps ask for. */
export interface Delivered {
  readonly rootEvent: string;
  readonly logKey: string;
  readonly digestKey: string;
  /** Of the log object that holds what is no record. */
  readonly rejectedKey: string;
}

const HOUR = 3_600_000;

/**
 * An hour of CloudTrail's: log objects with what rules find, what can't be read, and the digest that names them. All of it
 * must be read, indexed, judged, told of and vouched for.
 * @param early an object that came before anything listened: the digest must bring it to light.
 */
export async function deliverAnHour(deployed: Deployed, early: EarlyObject): Promise<Delivered> {
  const { trail, world } = deployed;
  await deployed.beginEarlier();
  const people = await Subscriber.to(world, deployed.topic('high'));
  const programs = await Subscriber.to(world, deployed.topic('alerts'));
  const { logs, rootEvent } = hourOf(deployed, 'alice');
  const [noticed, withRejected] = logs;
  expectThat(noticed !== undefined && withRejected !== undefined, 'The hour has no logs.');
  for (const log of logs) await deployed.put(log);
  const cut = trail.log(REGION, early.at, [record()]);
  await deployed.put({ ...cut, body: cut.body.subarray(0, 60) });

  await deployed.untilLedgerSays(noticed.key, { status: 'closed', indexed: 6 });
  await deployed.untilLedgerSays(withRejected.key, { status: 'closed', indexed: 1, rejected: 1 });
  await deployed.untilLedgerSays(cut.key, { status: 'rejected' });
  await people.message('Root credentials changed tags');
  await programs.message('6f2851ab-02e1-412c-9fd8-7f7d91dbb441');
  // A correlation of the failed sign-ins.
  await programs.message('1cd7081d-49ba-4086-8cb7-0ab8e0852440');

  const absent = trail.log(REGION, early.at, [record()]);
  const digest = trail.digest(REGION, early.start, new Date(early.start.getTime() + HOUR), [
    ...logs,
    early.log,
    absent,
  ]);
  await world.emulator.setPublicKeys(trail.publicKeys);
  await deployed.put(digest);
  for (const { key } of logs) await deployed.untilLedgerSays(key, { digestStatus: 'verified' });
  await deployed.untilLedgerSays(absent.key, { status: 'missing', digestStatus: 'missing' });
  // What nobody was told of is queued at the second look, and vouched for at the next.
  await lookAgain(deployed, digest.key, 1);
  await deployed.untilLedgerSays(early.log.key, { status: 'closed' });
  await lookAgain(deployed, digest.key, 2);
  await deployed.untilLedgerSays(early.log.key, { digestStatus: 'verified' });
  await programs.message('trailwarden-log-object-missing');
  return { rootEvent, logKey: noticed.key, digestKey: digest.key, rejectedKey: withRejected.key };
}

/** An object of the hour that the first digest is about. */
export interface EarlyObject {
  readonly log: DeliveredHour['logs'][number];
  readonly start: Date;
  readonly at: Date;
}

export function earlyObject({ trail }: Deployed, now = new Date()): EarlyObject {
  // An hour that ended five minutes ago.
  const start = new Date(now.getTime() - HOUR - 5 * 60_000);
  const at = new Date(start.getTime() + 10 * 60_000);
  return { log: trail.log(REGION, at, [ordinary(at)]), start, at };
}

/** Log objects of this hour, with what rules find and a record that can't be read. @param userName who fails to sign in. */
export function hourOf(
  { trail }: Deployed,
  userName: string,
): { readonly logs: DeliveredHour['logs']; readonly rootEvent: string; readonly at: Date } {
  const at = new Date(Date.now() - 20 * 60_000);
  const rootRecord = ofAccount(at, {
    eventSource: 'fsx.amazonaws.com',
    eventName: 'TagResource',
    readOnly: false,
    userIdentity: { ...root(), principalId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT },
    requestParameters: { resourceARN: `arn:aws:fsx:${REGION}:${ACCOUNT}:file-system/fs-0123456789abcdef0` },
  });
  const failedSignIn = (second: number) =>
    ofAccount(new Date(at.getTime() + second * 1000), {
      eventSource: 'signin.amazonaws.com',
      eventName: 'ConsoleLogin',
      eventType: 'AwsConsoleSignIn',
      readOnly: false,
      userIdentity: { type: 'IAMUser', accountId: ACCOUNT, accessKeyId: '', userName },
      responseElements: { ConsoleLogin: 'Failure' },
      errorMessage: 'Failed authentication',
    });
  return {
    at,
    rootEvent: String(rootRecord.eventID),
    logs: [
      trail.log(REGION, at, [rootRecord, ...[1, 2, 3, 4, 5].map(failedSignIn)]),
      trail.log(REGION, at, [ordinary(at), 'no record']),
    ],
  };
}

function ordinary(at: Date): JsonObject {
  return ofAccount(at, {});
}

function ofAccount(at: Date, members: JsonObject): JsonObject {
  return record({
    eventTime: `${at.toISOString().slice(0, 19)}Z`,
    awsRegion: REGION,
    recipientAccountId: ACCOUNT,
    ...members,
  });
}

/** Lets the half hour pass after which verify looks at a digest again. */
async function lookAgain(deployed: Deployed, key: string, checks: number): Promise<void> {
  const { world, bucket } = deployed;
  await deployed.untilLedgerSays(key, { status: 'pending', checks });
  const row = await deployed.ledgerRow(key);
  const recheckAt = new Date(Date.now() - 1000).toISOString();
  await world.clients.documents.send(
    new UpdateCommand({
      TableName: deployed.table('ledger'),
      Key: { object: row?.object, version: row?.version },
      UpdateExpression: 'SET recheckAt = :now',
      ExpressionAttributeValues: { ':now': recheckAt },
    }),
  );
  await deployed.queue('digests', { s3Bucket: bucket, s3ObjectKey: [key], recheckAt });
}

/** What no object is behind, and what is no notification: it must come back later, or be given up with its reason. */
export async function disturb(deployed: Deployed): Promise<void> {
  const absent = deployed.trail.log(REGION, new Date(), [record()]);
  for (const [queue, key] of [
    ['logs', absent.key],
    [
      'digests',
      absent.key.replaceAll('CloudTrail/', 'CloudTrail-Digest/').replace('_CloudTrail_', '_CloudTrail-Digest_'),
    ],
  ] as const) {
    await deployed.queue(queue, { s3Bucket: deployed.bucket, s3ObjectKey: [key] });
    await deployed.queue(queue, { some: 'other message' });
    await eventually(
      `a message of ${deployed.name}-${queue} is given up`,
      async () => ((await deployed.waiting(`${queue}-dead-letter`)) > 0 ? true : undefined),
      { withinSeconds: 30 },
    );
  }
}

/** Lets the windows of alerts end, and a digest be overdue: sweep sums up, and reports it. */
export async function letTimePass(deployed: Deployed): Promise<void> {
  const { world, name } = deployed;
  const past = new Date(Date.now() - 60_000).toISOString();
  await deployed.setEverywhere('alerts', 'dueAt', past);
  await deployed.setEverywhere('ledger', 'dueAt', past);
  const programs = await Subscriber.to(world, deployed.topic('critical'));
  await callFunction(deployed, `${name}-sweep`, {});
  await programs.message('overdue');
}

/** Calls pack, as the schedule does every ten minutes. Its clock is ahead, so that the pages are old enough. */
export async function packAll(deployed: Deployed): Promise<void> {
  await callFunction(deployed, `${deployed.name}-pack`, { lane: 0, lanes: 1 });
  expectThat((await deployed.segments()) > 0, 'Pack made no segment.');
}

async function callFunction({ world }: Deployed, FunctionName: string, input: object): Promise<void> {
  const { FunctionError, Payload } = await world.clients.lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(input) }),
  );
  expectThat(FunctionError === undefined, `${FunctionName} failed.`, Buffer.from(Payload ?? []).toString());
}
