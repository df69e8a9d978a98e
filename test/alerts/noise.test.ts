import * as z from 'zod';
import { alertMessageSchema } from '../../lambda/alerts/messages/message-schema.ts';
import type { IngestWiring } from '../../lambda/ingest/wiring.ts';
import { readIngestEnvironment, readSweepEnvironment } from '../../lambda/runtime/environment.ts';
import type { SweepWiring } from '../../lambda/sweep/wiring.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { type FailsOn, failingDynamoDb } from '../support/failing-dynamodb.ts';
import { assumedRole, logObject, logObjectKey, record } from '../support/records.ts';

const ruleOf = (level: string, eventName: string, id: string) => `
title: ${eventName} was called
id: ${id}
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: ${eventName}
  condition: selection
level: ${level}
`;

const HIGH = '9f3c8a52-1d7e-4c1c-9d4e-0a7f4f3f3b11';
const CRITICAL = '2d9b6f6e-6b36-4a6c-8a55-3a3f0a1c2b22';

/** The clock of the functions: events are a day older. */
const START = Date.parse('2026-11-21T10:00:10Z');
const minutes = (count: number) => () => new Date(START + count * 60_000);

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment([
    ruleOf('high', 'StopLogging', HIGH),
    ruleOf('critical', 'DeleteTrail', CRITICAL),
  ]);
});

afterEach(() => deployment.aws.stop());

const stopLogging = (role: string, members = {}) =>
  record({
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'StopLogging',
    userIdentity: assumedRole(role, 'session'),
    readOnly: false,
    ...members,
  });

interface Options {
  readonly maxPerMinute?: number;
  readonly now?: () => Date;
  readonly failsOn?: FailsOn;
}

function ingestWith({ maxPerMinute = 30, now = minutes(0), failsOn }: Options = {}) {
  const environment = readIngestEnvironment(deployment.aws.resources.variables.ingest);
  const overrides: Partial<IngestWiring> = {
    environment: { ...environment, MAX_ALERTS_PER_MINUTE: maxPerMinute },
    now,
    ...(failsOn && { dynamodb: failingDynamoDb(deployment.aws, failsOn) }),
  };
  return deployment.ingest(overrides);
}

function sweepWith({ maxPerMinute = 30, now = minutes(0), failsOn }: Options) {
  const environment = readSweepEnvironment(deployment.aws.resources.variables.sweep);
  const overrides: Partial<SweepWiring> = {
    environment: { ...environment, MAX_ALERTS_PER_MINUTE: maxPerMinute },
    now,
    ...(failsOn && { dynamodb: failingDynamoDb(deployment.aws, failsOn) }),
  };
  return deployment.sweep(overrides);
}

async function put(records: readonly unknown[]): Promise<string> {
  const key = logObjectKey();
  await deployment.put(key, logObject(records));
  return key;
}

const deliver = async (records: readonly unknown[], options: Options = {}) =>
  deployment.deliver(notificationOf(deployment, await put(records)), { ingest: ingestWith(options) });

/** What came to the topic for programs since the last look, and the subjects that came to people. */
async function received() {
  const messages = await deployment.received();
  const programs = messages.filter(({ TopicArn }) => TopicArn.endsWith('-alerts'));
  const people = messages.filter(({ TopicArn }) => !TopicArn.endsWith('-alerts'));
  expect(people).toHaveLength(programs.length);
  return {
    bodies: programs.map(({ Message }) => alertMessageSchema.parse(JSON.parse(Message))),
    subjects: people.map(({ Subject = '' }) => Subject),
  };
}

const kindsOf = (bodies: readonly { kind: string }[]) => bodies.map(({ kind }) => kind).sort();
const alertRows = async () =>
  (await deployment.rows('alerts')).map((row) => z.looseObject({ alertId: z.string() }).parse(row));

describe('a window', () => {
  const five = Array.from({ length: 5 }, (_, index) =>
    stopLogging('Admin', { eventTime: `2026-11-20T14:0${index}:00Z`, eventID: `e-${index}` }),
  );

  test('tells of its first finding at once, and of the others in one summary when it has closed', async () => {
    await deliver(five);
    expect(kindsOf((await received()).bodies)).toEqual(['alert']);
    expect(await sweepWith({ now: minutes(14) })()).toMatchObject({ published: 0 });
    expect(kindsOf((await received()).bodies)).toEqual([]);

    await sweepWith({ now: minutes(16) })();
    const { bodies, subjects } = await received();
    expect(bodies).toEqual([
      expect.objectContaining({
        kind: 'summary',
        findings: 5,
        finding: expect.objectContaining({ eventID: 'e-4' }),
      }),
    ]);
    expect(subjects).toEqual([
      expect.stringMatching(/^\[HIGH\] 5 times: StopLogging was called \(.*\d\d:\d\dZ\) - 111122223333$/),
    ]);
    const [row] = await alertRows();
    expect(row).toMatchObject({ findings: 5, summarySentAt: expect.any(String) });
    expect(row).not.toHaveProperty('state');
  });

  test('counts a finding once, in however many copies its event came, and however many functions read them', async () => {
    const key = await put(five);
    const copy = await put([...five.slice(2), stopLogging('Other')]);
    const message = notificationOf(deployment, key);
    await Promise.all([
      deployment.deliver(message, { ingest: ingestWith() }),
      deployment.deliver(message, { ingest: ingestWith() }),
      deployment.deliver(notificationOf(deployment, copy), { ingest: ingestWith() }),
    ]);
    expect(kindsOf((await received()).bodies)).toEqual(['alert', 'alert']);
    await Promise.all([sweepWith({ now: minutes(16) })(), sweepWith({ now: minutes(16) })()]);
    const { bodies } = await received();
    expect(bodies).toEqual([expect.objectContaining({ kind: 'summary', findings: 5 })]);
    await sweepWith({ now: minutes(60) })();
    expect((await received()).bodies).toEqual([]);
  });

  test('without repeats has no summary', async () => {
    await deliver([stopLogging('Admin')]);
    await received();
    await sweepWith({ now: minutes(16) })();
    expect((await received()).bodies).toEqual([]);
    expect((await alertRows())[0]).not.toHaveProperty('state');
  });

  test('that somebody died over, the summary just sent, is summed up again under the same id', async () => {
    await deliver(five);
    await received();
    const diesBeforeItIsNoted = (operation: string, input: string) =>
      operation === 'UpdateItem' && input.includes('closedAt');
    await sweepWith({ now: minutes(16), failsOn: diesBeforeItIsNoted })();
    const [first] = (await received()).bodies;
    await sweepWith({ now: minutes(17) })();
    expect((await received()).bodies).toEqual([]);
    await sweepWith({ now: minutes(20) })();
    const [second] = (await received()).bodies;
    expect(first).toMatchObject({ kind: 'summary', findings: 5 });
    expect(second).toEqual(first);
  });

  test('that was summed up is summed up again when a late finding comes, and only then', async () => {
    await deliver(five);
    await sweepWith({ now: minutes(16) })();
    await received();
    await deliver(five, { now: minutes(30) });
    await sweepWith({ now: minutes(50) })();
    expect((await received()).bodies).toEqual([]);
    await deliver([stopLogging('Admin', { eventID: 'late' })], { now: minutes(60) });
    expect((await received()).bodies).toEqual([]);
    await sweepWith({ now: minutes(80) })();
    expect((await received()).bodies).toEqual([expect.objectContaining({ kind: 'summary', findings: 6 })]);
  });

  test('one of many that close at once waits for the next minutes, so that summaries are no storm', async () => {
    const roles = ['A', 'B', 'C', 'D', 'E'];
    await deliver(roles.flatMap((role) => [stopLogging(role), stopLogging(role)]));
    expect((await received()).bodies).toHaveLength(5);
    const runs: number[] = [];
    for (const minute of [16, 17, 18, 19, 20]) {
      await sweepWith({ now: minutes(minute), maxPerMinute: 2 })();
      runs.push((await received()).bodies.length);
    }
    expect(Math.max(...runs)).toBe(2);
    expect(runs.reduce((sum, count) => sum + count, 0)).toBe(5);
  });
});

describe('a storm', () => {
  const roles = Array.from({ length: 10 }, (_, index) => `Role${index}`);
  const tenAlerts = roles.map((role) => stopLogging(role));
  const collapsedRows = async () => (await alertRows()).filter(({ collapsedInto }) => collapsedInto !== undefined);

  test('collapses into one alert, with every finding recorded and every alert saying where it went', async () => {
    await deliver(tenAlerts, { maxPerMinute: 3 });
    const { bodies, subjects } = await received();
    expect(kindsOf(bodies)).toEqual(['alert', 'alert', 'alert', 'storm']);
    expect(subjects).toContain('[HIGH] Alert storm: more than 3 high alerts in a minute - '.concat(deploymentName()));
    expect(await deployment.rows('findings')).toHaveLength(10);
    const storm = bodies.find(({ kind }) => kind === 'storm');
    expect((await collapsedRows()).map(({ collapsedInto }) => collapsedInto)).toEqual(
      Array.from({ length: 7 }, () => storm?.alertId),
    );
  });

  test('says how many alerts it stands for once its minute is over, once, whoever asks', async () => {
    await deliver(tenAlerts, { maxPerMinute: 3 });
    await received();
    await sweepWith({ now: minutes(1) })();
    expect((await received()).bodies).toEqual([]);
    await Promise.all([sweepWith({ now: minutes(3) })(), sweepWith({ now: minutes(3) })()]);
    expect((await received()).bodies).toEqual([
      expect.objectContaining({ kind: 'storm', limit: 3, collapsed: { alerts: 7, rules: [{ id: HIGH, alerts: 7 }] } }),
    ]);
    await sweepWith({ now: minutes(60) })();
    expect((await received()).bodies).toEqual([]);
  });

  test('is one, with as many alerts beside it as may be, however many functions deliver however often', async () => {
    const keys = [await put(tenAlerts), await put(tenAlerts.slice(5)), await put(tenAlerts.toReversed())];
    await Promise.all(
      [...keys, ...keys].map((key) =>
        deployment.deliver(notificationOf(deployment, key), { ingest: ingestWith({ maxPerMinute: 3 }) }),
      ),
    );
    expect(kindsOf((await received()).bodies)).toEqual(['alert', 'alert', 'alert', 'storm']);
    expect(await collapsedRows()).toHaveLength(7);
  });

  test('never takes a critical alert', async () => {
    await deliver([...tenAlerts, ...roles.map((role) => stopLogging(role, { eventName: 'DeleteTrail' }))], {
      maxPerMinute: 3,
    });
    const { bodies } = await received();
    expect(bodies.filter(({ level }) => level === 'critical')).toHaveLength(10);
    expect(kindsOf(bodies.filter(({ level }) => level === 'high'))).toEqual(['alert', 'alert', 'alert', 'storm']);
  });

  test('is over with its minute', async () => {
    await deliver(tenAlerts, { maxPerMinute: 3 });
    await received();
    await deliver([stopLogging('Another')], { maxPerMinute: 3, now: minutes(1) });
    expect(kindsOf((await received()).bodies)).toEqual(['alert']);
  });

  test('in which a function dies loses no alert: sweep sends it, or tells of the storm', async () => {
    const diesBeforeItCollapses = (operation: string, input: string) =>
      operation === 'UpdateItem' && input.includes('collapsedInto');
    const response = await deliver(tenAlerts, { maxPerMinute: 3, failsOn: diesBeforeItCollapses });
    expect(response.batchItemFailures).toHaveLength(1);
    const before = await received();
    expect(kindsOf(before.bodies)).toEqual(['alert', 'alert', 'alert']);

    const key = await put(tenAlerts);
    await deployment.deliver(notificationOf(deployment, key), { ingest: ingestWith({ now: minutes(4) }) });
    await sweepWith({ now: minutes(4) })();
    const after = await received();
    const told = [...before.bodies, ...after.bodies].flatMap((body) =>
      body.kind === 'alert' ? [body.finding.actor] : [],
    );
    expect(new Set(told).size).toBe(10);
    expect(kindsOf(after.bodies)).toContain('storm');
    expect((await alertRows()).filter(({ state }) => state === 'pending')).toEqual([]);
  });
});

const deploymentName = () => deployment.aws.resources.deployment;
