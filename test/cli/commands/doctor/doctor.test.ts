import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ownVersion } from '../../../../cli/output/own-version.ts';
import { DigestChains } from '../../../../lambda/store/ledger/digest-chains.ts';
import { synthesize } from '../../../lib/support/deployment.ts';
import { type Deployment, notificationOf, startDeployment } from '../../../support/deployment.ts';
import { logObject, logObjectKey, record } from '../../../support/records.ts';
import { runCommand } from '../../support/run-command.ts';
import {
  ACCOUNT,
  deployedPolicies,
  healthySettings,
  REGION,
  type Settings,
  type SettingsServer,
  settingsEnvironment,
  startSettingsServer,
} from '../../support/settings-server.ts';

jest.setTimeout(60_000);

let deployment: Deployment;
let server: SettingsServer;
let healthy: Settings;
const environment = { ...process.env };

beforeAll(async () => {
  deployment = await startDeployment();
  const { aws } = deployment;
  const { deployment: name, tables } = aws.resources;
  healthy = named(healthySettings(name, ownVersion(), deployedPolicies(synthesize())), name);
  server = await startSettingsServer({ ...healthy });
  Object.assign(process.env, settingsEnvironment(server), {
    AWS_ENDPOINT_URL_DYNAMODB: aws.endpoints.dynamodb,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'embedded',
    AWS_SECRET_ACCESS_KEY: 'embedded',
  });
  for (const TableName of Object.values(tables)) {
    await aws.clients.dynamodb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
  }
});

beforeEach(() =>
  Object.assign(server.settings, structuredClone({ ...healthy, onCaller: undefined }), { onCaller: healthy.onCaller }),
);

afterAll(async () => {
  process.env = environment;
  await server.stop();
  await deployment.aws.stop();
});

/** The templates are those of the deployment with the default name. */
function named(settings: Settings, name: string): Settings {
  const policies = Object.fromEntries(
    Object.entries(settings.policies).map(([key, policy]) => [
      key,
      policy.replaceAll(/trailwarden(?=-logs-|-delivery|")/g, name),
    ]),
  );
  return { ...settings, policies: { ...settings.policies, ...policies } };
}

interface Answer {
  readonly code: number;
  readonly ok: boolean;
  readonly stderr: string;
  /** State, and what is said, by check. */
  readonly lines: Readonly<Record<string, { readonly state: string; readonly says: string; readonly todo?: string }>>;
}

async function doctor(...args: readonly string[]): Promise<Answer> {
  const options = ['--deployment', deployment.aws.resources.deployment, '--format', 'json', '--wait', '0'];
  const { code, stdout, stderr } = await runCommand(['doctor', ...options, ...args], { now: new Date() });
  const { ok, checks } = JSON.parse(stdout);
  return {
    code,
    ok,
    stderr,
    lines: Object.fromEntries(
      checks.map(({ check, ...line }: { check: string; state: string; says: string }) => [check, line]),
    ),
  };
}

async function advanceChain(dueAt: Date): Promise<void> {
  const { clients, resources } = deployment.aws;
  const chains = new DigestChains(DynamoDBDocumentClient.from(clients.dynamodb), resources.tables.ledger);
  await chains.advance({
    bucket: 'logs',
    chain: 'chain',
    account: ACCOUNT,
    region: REGION,
    trail: 'main',
    key: 'key',
    end: new Date(dueAt.getTime() - 7_200_000).toISOString(),
    dueAt: dueAt.toISOString(),
  });
}

test('a deployment whose first digest has not come is well, and says when to look again', async () => {
  server.settings.status = { ...healthy.status, StartLoggingTime: Date.now() / 1000 - 600 };
  const { code, ok, lines } = await doctor();
  expect({ code, ok }).toEqual({ code: 0, ok: true });
  expect(lines.digests).toMatchObject({ state: 'waiting', todo: expect.stringContaining('three hours') });
  const others = Object.entries(lines).filter(([check]) => check !== 'digests');
  expect(others.filter(([, { state }]) => state !== 'ok')).toEqual([]);
  expect(others.map(([check]) => check).sort()).toEqual(
    [
      'clock',
      'functions',
      'notification',
      'policies',
      'protection',
      'queues',
      'stacks',
      'subscriptions',
      'trail',
      'version',
    ].sort(),
  );
});

test('digests that never came, and those that are overdue, are wrong', async () => {
  expect((await doctor()).lines.digests).toMatchObject({
    state: 'wrong',
    says: expect.stringContaining('none was ever checked'),
  });
  await advanceChain(new Date(Date.now() - 60_000));
  expect((await doctor()).lines.digests).toMatchObject({
    state: 'wrong',
    says: expect.stringContaining(`${ACCOUNT} ${REGION}`),
  });
  await advanceChain(new Date(Date.now() + 3_600_000));
  expect(await doctor()).toMatchObject({ code: 0, lines: { digests: { state: 'ok' } } });
});

test('a marked call is waited for until ingest has read its record', async () => {
  const marks: string[] = [];
  server.settings.onCaller = async (userAgent) => {
    marks.push(userAgent);
    const key = logObjectKey();
    const eventTime = `${new Date().toISOString().slice(0, 19)}Z`;
    const call = record({ eventTime, eventSource: 'sts.amazonaws.com', eventName: 'GetCallerIdentity', userAgent });
    await deployment.put(key, logObject([record({ eventTime }), call]));
    await deployment.deliver(notificationOf(deployment, key));
  };
  expect(await doctor('--wait', '1')).toMatchObject({ code: 0, lines: { 'test event': { state: 'ok' } } });
  expect(marks).toEqual([expect.stringMatching(/^trailwarden-doctor\/[0-9a-f-]{36}$/)]);
});

test('a marked call that never arrives is wrong, and a record of an earlier one does not count', async () => {
  const { code, lines } = await doctor('--wait', '0.01');
  expect(code).toBe(1);
  expect(lines['test event']).toMatchObject({ state: 'wrong', todo: expect.stringContaining('event history') });
});

test('the trail of an organization is found where a delegated administrator deployed it', async () => {
  await advanceChain(new Date(Date.now() + 3_600_000));
  const { settings } = server;
  const own = settings.trailArn;
  settings.trailArn = own.replace(ACCOUNT, '999988887777');
  expect(settings.policies.bucket).toContain(own);
  settings.policies.bucket = settings.policies.bucket.replaceAll(own, settings.trailArn);
  const { code, lines } = await doctor();
  expect(lines.trail).toMatchObject({ state: 'ok', says: expect.stringMatching(/^\S+ logs; the last delivery/) });
  expect(lines.policies).toMatchObject({ state: 'ok' });
  expect(code).toBe(0);
});

/** What may be wrong with a deployment that works otherwise. */
const TROUBLES: readonly (readonly [string, string, (settings: Settings) => void, RegExp])[] = [
  [
    'a stack that is rolled back',
    'stacks',
    (it) => replaceStatus(it, 'audit', 'UPDATE_ROLLBACK_FAILED'),
    /audit is UPDATE_ROLLBACK_FAILED/,
  ],
  ['a stack that is not there', 'stacks', (it) => replaceStatus(it, 'trail', undefined), /trail is not there/],
  [
    'another version',
    'version',
    (it) => {
      it.version = '0.0.1';
    },
    /the deployment is 0\.0\.1/,
  ],
  [
    'stacks without protection',
    'protection',
    (it) => {
      it.isProtected = false;
    },
    /stack .*-audit/,
  ],
  [
    'a trail that was stopped',
    'trail',
    (it) => {
      it.status = { IsLogging: false };
    },
    /does not log/,
  ],
  [
    'a trail that can not deliver',
    'trail',
    (it) => {
      it.status.LatestDeliveryError = 'AccessDenied';
    },
    /can not deliver: AccessDenied/,
  ],
  [
    'a trail that writes no digests',
    'trail',
    (it) => {
      it.trail.LogFileValidationEnabled = false;
    },
    /writes no digests/,
  ],
  [
    'a trail of one region',
    'trail',
    (it) => {
      it.trail.IsMultiRegionTrail = false;
    },
    /one region/,
  ],
  [
    'a trail that has delivered nothing for a day',
    'trail',
    (it) => {
      it.status.LatestDeliveryTime = Date.now() / 1000 - 86_400;
    },
    /last delivery was 1 day ago/,
  ],
  [
    'digests that can not be delivered',
    'digests',
    (it) => {
      it.status.LatestDigestDeliveryError = 'NoSuchBucket';
    },
    /NoSuchBucket/,
  ],
  [
    'a notification that leads elsewhere',
    'notification',
    (it) => {
      it.notifiedTopic = 'arn:aws:sns:eu-central-1:111122223333:other';
    },
    /does not tell/,
  ],
  [
    'a notification with a filter',
    'notification',
    (it) => {
      it.notificationFilter =
        '<Filter><S3Key><FilterRule><Name>prefix</Name><Value>x</Value></FilterRule></S3Key></Filter>';
    },
    /does not tell/,
  ],
  [
    'a queue that is not subscribed',
    'queues',
    (it) => {
      it.subscriptions.delivery = it.subscriptions.delivery?.slice(1) ?? [];
    },
    /-logs$/,
  ],
  [
    'a receiver who has not confirmed',
    'subscriptions',
    (it) => {
      it.subscriptions.high = [['new@example.com', 'PendingConfirmation']];
    },
    /new@example\.com \(high\)/,
  ],
  [
    'alarms that nobody hears',
    'subscriptions',
    (it) => {
      it.subscriptions.operations = [];
    },
    /-operations: alarms ring unheard/,
  ],
  [
    'a bucket into which others may write',
    'policies',
    (it) => withoutStatement(it, 'bucket', 'DenyWritingToAllButCloudTrail'),
    /others than CloudTrail may write/,
  ],
  [
    'a bucket whose objects may be deleted',
    'policies',
    (it) => withoutStatement(it, 'bucket', 'DenyDeletingToAll'),
    /may be deleted/,
  ],
  [
    'a bucket into which CloudTrail can not write',
    'policies',
    (it) => withoutStatement(it, 'bucket', 'AWSCloudTrailWrite'),
    /CloudTrail can not write/,
  ],
  [
    'a topic to which the bucket can not publish',
    'policies',
    (it) => withoutStatement(it, 'topic', 'AllowTheLogBucketToPublish'),
    /can not announce/,
  ],
  [
    'a queue that lets nobody send',
    'policies',
    (it) => {
      it.policies.queue = '{"Statement":[]}';
    },
    /a queue refuses/,
  ],
  [
    'a function that can not be called',
    'functions',
    (it) => {
      it.functionState = 'Inactive';
    },
    /ingest is Inactive \(a reason\)/,
  ],
  [
    'a function of backfills that can not be called',
    'functions',
    (it) => {
      it.functionState = 'Inactive';
    },
    /-backfill-list is Inactive .*-backfill-batch is Inactive/,
  ],
  [
    'a clock that is ahead',
    'clock',
    (it) => {
      it.clockBehindMs = 120_000;
    },
    /12\d seconds ahead/,
  ],
];

test.each(TROUBLES)('%s is named, with what to do', async (_, check, disturb, says) => {
  await advanceChain(new Date(Date.now() + 3_600_000));
  disturb(server.settings);
  const { code, ok, lines, stderr } = await doctor();
  expect({ code, ok }).toEqual({ code: 1, ok: false });
  expect(lines[check]).toMatchObject({ state: 'wrong', says: expect.stringMatching(says) });
  expect(lines[check]?.todo?.length).toBeGreaterThan(20);
  expect(stderr).toContain('Something is wrong');
});

function replaceStatus(settings: Settings, stack: string, status: string | undefined): void {
  const name = `${deployment.aws.resources.deployment}-${stack}`;
  settings.stackStatus = Object.fromEntries(
    Object.entries(settings.stackStatus).flatMap(([key, value]) => {
      if (key !== name) return [[key, value]];
      return status === undefined ? [] : [[key, status]];
    }),
  );
}

function withoutStatement(settings: Settings, policy: keyof Settings['policies'], sid: string): void {
  const document: { Statement: { Sid?: string }[] } = JSON.parse(settings.policies[policy]);
  const Statement = document.Statement.filter(({ Sid }) => Sid !== sid);
  expect(Statement).toHaveLength(document.Statement.length - 1);
  settings.policies[policy] = JSON.stringify({ ...document, Statement });
}

test('what may not be looked at is unknown, names the policies, and stops no other check', async () => {
  server.settings.denied = ['GetTrailStatus', '?policy'];
  const { code, lines } = await doctor();
  expect(code).toBe(1);
  for (const check of ['trail', 'policies']) {
    expect(lines[check]).toMatchObject({
      state: 'unknown',
      todo: expect.stringContaining('DEPLOYMENT-operator-REGION'),
    });
  }
  expect(lines.notification).toMatchObject({ state: 'ok' });
});

test('a deployment that is not there is a failure with the account and region that were looked at', async () => {
  server.settings.stackStatus = {};
  const { code, stdout, stderr } = await runCommand(['doctor', '--deployment', 'nothing', '--wait', '0']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(`There is no deployment nothing in ${ACCOUNT}, ${REGION}`);
});

test('people read a line a check, with what to do below it', async () => {
  server.settings.isProtected = false;
  const { stdout } = await runCommand(['doctor', '--deployment', deployment.aws.resources.deployment, '--wait', '0'], {
    now: new Date(),
  });
  expect(stdout).toMatch(/^ok {7}stacks {9}all are there/m);
  expect(stdout).toMatch(/^WRONG {4}protection {5}not protected.*\n {24}trailwarden protect/m);
});

test.each([[['--local']], [['--wait', '-1']], [['--wait', 'soon']]])('%j is a wrong command line', async (args) => {
  expect(await runCommand(['doctor', ...args])).toMatchObject({ code: 2 });
});
