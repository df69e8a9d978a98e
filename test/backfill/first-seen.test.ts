import { parseRules } from '../../lambda/detection/index.ts';
import {
  readBackfillBatchEnvironment,
  readBackfillListEnvironment,
  readSweepEnvironment,
} from '../../lambda/runtime/environment.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';
import { BackfillBed, putAll, request } from './backfill-bed.ts';

jest.setTimeout(120_000);

const RULE = '5d1f2a10-0a57-4b55-9d0c-6f2f5e6e0c13';
const RULES = [
  `
title: A call of IAM
name: iam_call
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventSource: iam.amazonaws.com}
  condition: selection
---
title: First call of its kind
id: ${RULE}
correlation:
  type: first_seen
  rules: [iam_call]
  group-by: [recipientAccountId]
  fields: [eventName]
  timespan: 30d
  learning: 3d
level: high
`,
];

let deployment: Deployment;
let bed: BackfillBed;
let now: Date;

beforeEach(async () => {
  now = new Date('2026-11-22T12:00:00Z');
  deployment = await startDeployment(RULES);
  await deployment.sweep({ now: () => now })();
  bed = new BackfillBed(deployment, { list: { now: () => now }, batch: { now: () => now } });
});
afterEach(async () => {
  bed.stop();
  await deployment.aws.stop();
});

const call = (day: number, eventName: string) =>
  record({
    eventID: `${day}-${eventName}`,
    eventSource: 'iam.amazonaws.com',
    eventName,
    eventTime: `2026-11-${day}T14:00:00Z`,
  });

async function put(day: number, ...records: readonly object[]): Promise<string> {
  const key = logObjectKey({ day: `2026/11/${day}` });
  const { clients, resources } = deployment.aws;
  await putAll(clients.s3, resources.buckets.logs, [{ key, body: logObject(records) }]);
  return key;
}

async function deliver(key: string): Promise<void> {
  await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest({ now: () => now }) });
}

const found = async () => (await deployment.rows('findings')).map(({ eventID }) => eventID).sort();
const rulesRow = async () =>
  (await deployment.rows('correlations')).find(({ group }) => String(group).startsWith('seen#rule#'));

describe('a backfill', () => {
  test('teaches, and has a rule count as learning from its first day on', async () => {
    await put(18, call(18, 'CreateUser'));
    await put(19, call(19, 'CreateUser'), call(19, 'DeleteUser'));
    expect(await bed.run({ run: 'first' })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await rulesRow()).toMatchObject({ taught: [{ since: '2026-11-18', until: '2026-11-22' }] });
    expect(await found()).toEqual([]);
    await deliver(await put(22, call(22, 'DeleteUser'), call(22, 'CreateRole')));
    expect(await found()).toEqual(['22-CreateRole']);
    // What is known lasts from the last day on which it was seen.
    const value = (await deployment.rows('correlations')).filter(({ winner }) => winner === 'learnt');
    expect(value.map(({ firstDay, lastDay }) => `${firstDay} ${lastDay}`).sort()).toEqual([
      '2026-11-18 2026-11-19',
      '2026-11-19 2026-11-22',
    ]);
  });

  test('changes nothing when it is run again', async () => {
    await put(18, call(18, 'CreateUser'));
    await bed.run({ run: 'first' });
    const rows = await deployment.rows('correlations');
    await bed.run({ run: 'first', attempt: 2 });
    await bed.run({ run: 'second' });
    expect(await deployment.rows('correlations')).toEqual(rows);
  });

  test.each([
    ['with a rejected object', { until: '2026-11-22' }, true],
    ['of some regions', { regions: ['eu-west-1'] }, false],
    ['that ends before the rule was there', { until: '2026-11-20' }, false],
  ])('%s teaches, and does not shorten the learning', async (_, members, isBroken) => {
    await put(18, call(18, 'CreateUser'));
    if (isBroken) {
      const { clients, resources } = deployment.aws;
      const key = logObjectKey({ day: '2026/11/19' });
      await putAll(clients.s3, resources.buckets.logs, [{ key, body: Buffer.from('no log object') }]);
    }
    await bed.run({ run: 'first', request: request(members) });
    await deliver(await put(22, call(22, 'CreateRole')));
    expect(await found()).toEqual([]);
    now = new Date('2026-11-25T12:00:00Z');
    await deliver(await put(25, call(25, 'CreateUser'), call(25, 'DeleteRole')));
    expect(await found()).toEqual(['25-DeleteRole']);
  });

  test('does not count for a rule that was added after objects that it leaves to ingest, unless the rule is named', async () => {
    now = new Date('2026-11-20T12:00:00Z');
    await deliver(await put(19, record({ eventID: 'early' })));
    const later = new Date('2026-11-22T12:00:00Z');
    now = later;
    const added = await startDeployment(RULES.map((text) => text.replace('30d', '31d')));
    try {
      const { RULES_FILE } = added.aws.resources.variables.ingest;
      const { resources } = deployment.aws;
      const withRules = <Variables extends object>(variables: Variables) => ({ ...variables, RULES_FILE });
      await deployment.sweep({
        now: () => now,
        environment: readSweepEnvironment(withRules(resources.variables.sweep)),
      })();
      const after = new BackfillBed(deployment, {
        list: { now: () => now, environment: readBackfillListEnvironment(withRules(resources.variables.backfillList)) },
        batch: {
          now: () => now,
          environment: readBackfillBatchEnvironment(withRules(resources.variables.backfillBatch)),
        },
      });
      const taught = async () =>
        (await deployment.rows('correlations')).flatMap(({ group, taught: times }) =>
          String(group).startsWith('seen#rule#') && times !== undefined ? [times] : [],
        );
      await put(18, call(18, 'CreateUser'));
      await after.run({ run: 'all' });
      expect(await taught()).toEqual([]);
      await after.run({ run: 'named', request: request({ rules: [RULE] }) });
      expect(await taught()).toEqual([[{ since: '2026-11-18', until: '2026-11-22' }]]);
      after.stop();
    } finally {
      await added.aws.stop();
    }
  });

  test('judges what is new of today, which ingest finds closed', async () => {
    await put(18, call(18, 'CreateUser'));
    await bed.run({ run: 'first' });
    now = new Date('2026-11-22T15:00:00Z');
    const key = await put(22, call(22, 'CreateUser'), call(22, 'CreateRole'));
    const live = new BackfillBed(deployment, { list: { now: () => now }, batch: { now: () => now } });
    await live.run({ run: 'second' });
    live.stop();
    expect(await found()).toEqual(['22-CreateRole']);
    expect(await deployment.rows('alerts')).toHaveLength(1);
    await deliver(key);
    expect(await found()).toEqual(['22-CreateRole']);
  });

  test('teaches by the rules alone that it names', async () => {
    await put(18, call(18, 'CreateUser'));
    await bed.run({ run: 'other', request: request({ rules: [(await baseId()) ?? ''] }) });
    expect((await deployment.rows('correlations')).filter(({ winner }) => winner === 'learnt')).toEqual([]);
    await bed.run({ run: 'named', request: request({ rules: [RULE] }) });
    expect((await deployment.rows('correlations')).filter(({ winner }) => winner === 'learnt')).toHaveLength(1);
    expect(await rulesRow()).toMatchObject({ taught: [{ since: '2026-11-18', until: '2026-11-22' }] });
  });
});

async function baseId(): Promise<string | undefined> {
  return parseRules(RULES.map((text) => ({ text }))).ruleSet.rules.find(({ kind }) => kind === 'detection')?.metadata
    .id;
}
