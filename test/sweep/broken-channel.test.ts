import * as z from 'zod';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import { brokenTopics } from '../support/broken-topics.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { assumedRole, logObject, logObjectKey, record } from '../support/records.ts';

const STOP_LOGGING = `
title: Logging was stopped
id: 9f3c8a52-1d7e-4c1c-9d4e-0a7f4f3f3b11
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: StopLogging
  condition: selection
level: high
`;

const MINUTE = 60_000;
const START = Date.parse('2026-11-21T10:00:00Z');

const alertRow = z.looseObject({
  state: z.string().optional(),
  dueAt: z.iso.datetime().optional(),
  channels: z.record(z.string(), z.looseObject({ state: z.string(), tries: z.number() })),
});

let deployment: Deployment;
/** Minutes since START. */
let clock: number;
let broken: string | undefined;
/** Minutes at which the broken topic was tried. */
let tries: number[];
let metrics: CountedMetrics;

beforeEach(async () => {
  deployment = await startDeployment([STOP_LOGGING]);
  clock = 0;
  broken = 'alerts';
  tries = [];
  metrics = new CountedMetrics();
});

afterEach(() => deployment.aws.stop());

const parts = () => ({
  now: () => new Date(START + clock * MINUTE),
  metrics,
  sns: brokenTopics(deployment.aws, (topicArn) => {
    const isMeant = broken !== undefined && topicArn.endsWith(`-${broken}`);
    if (isMeant) tries.push(clock);
    return isMeant;
  }),
});

async function deliver(count = 1): Promise<void> {
  const key = logObjectKey();
  const event = { eventName: 'StopLogging', userIdentity: assumedRole('Admin', 'session'), readOnly: false };
  await deployment.put(key, logObject(Array.from({ length: count }, () => record(event))));
  await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest(parts()) });
}

async function sweepEveryMinute(from: number, to: number): Promise<void> {
  const sweep = deployment.sweep(parts());
  for (clock = from; clock <= to; clock++) await sweep();
}

/** Sweeps whenever the row is due, which is all that a sweep each minute would find: to a minute, or to the end. */
async function sweepWhenDue(until = Number.POSITIVE_INFINITY): Promise<void> {
  const sweep = deployment.sweep(parts());
  for (let run = 0; run < 90; run++) {
    const { dueAt } = await row();
    const minute = dueAt === undefined ? Number.POSITIVE_INFINITY : (Date.parse(dueAt) - START) / MINUTE;
    if (minute > until || dueAt === undefined) return;
    clock = Math.max(clock, minute);
    await sweep();
  }
  throw new Error('The alert was due ninety times, and never done.');
}

const row = async () => alertRow.parse((await deployment.rows('alerts'))[0]);

/** `high alert`: the topics and kinds of what was received since the last look. */
const received = async () =>
  (await deployment.received())
    .map(({ TopicArn, MessageAttributes }) => `${TopicArn.split('-').at(-1)} ${MessageAttributes.kind?.Value}`)
    .sort();

test('with the topic for programs failing for an hour, a subscriber of high gets one message', async () => {
  await deliver();
  await sweepEveryMinute(1, 60);
  expect(await received()).toEqual(['high alert']);
  expect(tries).toEqual([0, 1, 3, 7, 15, 31]);
}, 30_000);

test('a channel that works again sends what it owes once, and nobody else hears of it', async () => {
  await deliver();
  await sweepWhenDue(20);
  await received();
  broken = undefined;
  await sweepWhenDue(40);
  expect(await received()).toEqual(['alerts alert']);
  expect((await row()).channels).toMatchObject({ people: { state: 'sent', tries: 1 }, programs: { state: 'sent' } });
}, 30_000);

test('a channel that fails for a day is given up, which a metric and a line in the row tell', async () => {
  await deliver();
  await sweepWhenDue();
  const hours = tries.slice(6).map((minute) => minute / 60);
  expect(hours.slice(0, 2)).toEqual([63 / 60, 123 / 60]);
  expect(hours.at(-1)).toBe(24);
  expect(await received()).toEqual(['high alert']);
  expect(metrics.added.get(METRICS.AlertChannelsGivenUp.name)).toEqual([1]);
  const given = await row();
  expect(given).not.toHaveProperty('state');
  expect(given).toMatchObject({
    channels: { programs: { state: 'given-up' } },
    givenUp: [
      {
        notice: 'first',
        channel: 'programs',
        at: '2026-11-22T10:00:00.000Z',
        tries: tries.length,
        error: 'AuthorizationErrorException: not authorized to perform: SNS:Publish',
      },
    ],
  });
  broken = undefined;
  await deployment.sweep(parts())();
  expect(await received()).toEqual([]);
}, 30_000);

test('a summary waits for no channel that is late, and is sent once by each', async () => {
  await deliver(3);
  await sweepWhenDue(40);
  expect(await received()).toEqual(['high alert', 'high summary']);
  broken = undefined;
  await sweepWhenDue(70);
  expect(await received()).toEqual(['alerts alert', 'alerts summary']);
  await sweepWhenDue();
  expect(await received()).toEqual([]);
  expect(await row()).toMatchObject({ findings: 3, closedAt: expect.any(String) });
}, 30_000);

test('a topic that breaks with the summary makes no other topic repeat it, and is given up with it after a day', async () => {
  broken = undefined;
  await deliver(3);
  await received();
  broken = 'high';
  await sweepWhenDue();
  expect(await received()).toEqual(['alerts summary']);
  expect(await row()).toMatchObject({ findings: 3, givenUp: [{ notice: 'summary', channel: 'people' }] });
}, 30_000);

test('findings that come while a channel is late with the summary are summed up for everybody when it is done', async () => {
  await deliver(3);
  await sweepWhenDue(20);
  await received();
  await deliver(2);
  await sweepWhenDue();
  broken = undefined;
  await sweepWhenDue();
  const summaries = await deployment.received();
  expect(summaries.map(({ Subject }) => Subject)).toEqual([
    expect.stringMatching(/^\[HIGH\] 5 times: Logging was stopped \(.*\d\d:\d\dZ\) - 111122223333$/),
  ]);
}, 30_000);

test('the tries of a late channel take no place from the alerts of their minute', async () => {
  await deliver();
  await sweepWhenDue(3);
  const places = (await deployment.rows('events')).filter(({ part }) => String(part).startsWith('slots#high#'));
  expect(places).toHaveLength(1);
}, 30_000);
