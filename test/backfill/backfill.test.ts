import { dollarsOf, sumUp, takenBy } from '../../cli/commands/backfill/backfill-cost.ts';
import { estimatePartSchema } from '../../lambda/backfill/list/estimate.ts';
import type { BackfillFunctions } from '../../local/states/local-executions.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, record } from '../support/records.ts';
import { BackfillBed, putAll, request } from './backfill-bed.ts';
import { madePast } from './made-objects.ts';

jest.setTimeout(600_000);

/**
 * Objects that are read: 5,000, of which 20 are broken and 300 were read before, in the run before a release
 * (`BACKFILL_OBJECTS=5000 npx jest test/backfill/backfill.test.ts`, or 20,000 of them); a tenth of it every day.
 */
const OBJECTS = Number(process.env.BACKFILL_OBJECTS ?? 500);
const BROKEN = OBJECTS / 250;
const BEFORE = (OBJECTS * 3) / 50;

const TABLE_RULE = `
title: A table was deleted
id: rule-table
logsource: { product: aws, service: cloudtrail }
detection:
  selection:
    eventName: DeleteTable
  condition: selection
level: high
`;

const LIMITS = {
  batchLimits: { objects: OBJECTS / 12, seconds: 120, keyBytes: 200_000 },
  partLimits: { batches: 5, bytes: 1e9 },
};

describe('a backfill of objects of which some are broken and some were read before', () => {
  const past = madePast({ objects: OBJECTS, broken: BROKEN, seed: 3 });
  const good = past.objects.filter(({ key }) => !past.broken.includes(key));
  const before = good.slice(0, BEFORE).map(({ key }) => key);
  let deployment: Deployment;
  let bed: BackfillBed;
  /** Those of the objects that ingest has read. */
  let alerts: Record<string, unknown>[];

  beforeAll(async () => {
    deployment = await startDeployment([TABLE_RULE]);
    await putAll(deployment.aws.clients.s3, deployment.aws.resources.buckets.logs, past.objects);
    for (let at = 0; at < before.length; at += 10) {
      await deployment.deliver(notificationOf(deployment, ...before.slice(at, at + 10)));
    }
    alerts = await deployment.rows('alerts');
    bed = new BackfillBed(deployment, { list: LIMITS });
  });

  afterAll(async () => {
    bed.stop();
    await deployment.aws.stop();
  });

  test('is estimated within a fifth of the units and dollars that it counts, and reports each object once', async () => {
    const begun = Date.now();
    const listed = estimatePartSchema.parse(await bed.executions.list({ action: 'estimate', request: request() }));
    // A minute for 20,000 objects.
    expect(Date.now() - begun).toBeLessThan(60_000);
    expect(listed).toMatchObject({ objects: OBJECTS - BEFORE, before: BEFORE });
    const estimate = sumUp([listed], true);
    expect(await bed.run({ run: 'first' })).toMatchObject({ status: 'SUCCEEDED' });
    const report = await bed.report('first');
    expect(report).toMatchObject({
      objects: OBJECTS,
      before: BEFORE,
      closed: OBJECTS - BEFORE - BROKEN,
      rejected: BROKEN,
      left: 0,
      isListed: true,
    });
    expect(report.batchesRead).toBe(report.batches);
    for (const key of report.named.map((named) => named.key)) expect(past.broken).toContain(key);
    expect(Math.abs(estimate.writeUnits / report.writeUnits - 1)).toBeLessThan(0.2);
    expect(Math.abs(estimate.readUnits / report.readUnits - 1)).toBeLessThan(0.2);
    expect(Math.abs(estimate.bytes / report.bytes - 1)).toBeLessThan(0.2);
    // The function is faster or slower than it was measured on whatever machine this runs: its seconds are the estimate's.
    const counted = dollarsOf({ ...takenBy(report), seconds: estimate.seconds });
    expect(counted).toBeGreaterThan(0);
    expect(Math.abs(estimate.dollars / counted - 1)).toBeLessThan(0.2);
    const found = (await deployment.indexed()).map(({ eventID }) => eventID);
    expect(found.toSorted()).toEqual(past.records.map(({ eventID }) => eventID).toSorted());
  });

  test('leaves few pages: many objects share one', async () => {
    const pages = (await deployment.rows('segments')).filter(({ partition }) => String(partition).startsWith('page#'));
    const ofBackfill = pages.filter(({ count }) => Number(count) > 4);
    expect(ofBackfill.length).toBeLessThan(OBJECTS / 20);
    expect(ofBackfill.reduce((sum, { count }) => sum + Number(count), 0)).toBeGreaterThan(past.records.length * 0.8);
  });

  test('records findings, and alerts nobody', async () => {
    const deleted = past.records.filter(({ eventName }) => eventName === 'DeleteTable');
    expect(await deployment.rows('findings')).toHaveLength(deleted.length);
    expect(alerts.length).toBeGreaterThan(0);
    expect(await deployment.rows('alerts')).toEqual(alerts);
  });

  test('changes nothing when it is run again', async () => {
    const state = async () => ({
      ledger: await deployment.rows('ledger'),
      segments: await deployment.rows('segments'),
      findings: await deployment.rows('findings'),
      alerts: await deployment.rows('alerts'),
    });
    const left = await state();
    expect(await bed.run({ run: 'second' })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await bed.report('second')).toMatchObject({ objects: OBJECTS, before: OBJECTS, closed: 0, batches: 0 });
    expect(await bed.run({ run: 'first', attempt: 2 })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await bed.report('first', 2)).toMatchObject({ objects: OBJECTS, before: BEFORE, rejected: BROKEN, left: 0 });
    expect(await state()).toEqual(left);
  });
});

const DENIED_RULES = [
  `
title: A call was denied
id: rule-denied
name: denied
logsource: { product: aws, service: cloudtrail }
detection:
  selection:
    errorCode: AccessDenied
  condition: selection
level: medium
`,
  `
title: Many calls were denied
id: rule-many
correlation:
  type: event_count
  rules: [denied]
  group-by: [recipientAccountId]
  timespan: 10m
  condition: { gte: 4 }
level: high
`,
];

describe('what rules find in the past', () => {
  let deployment: Deployment;

  beforeEach(async () => {
    deployment = await startDeployment(DENIED_RULES);
  });

  afterEach(() => deployment.aws.stop());

  /** Denied calls a minute apart, in objects whose names are in another order than their events. */
  const deniedCalls = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      key: `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/111122223333_CloudTrail_eu-west-1_20261120T1459Z_${String(count - at).padStart(16, '0')}.json.gz`,
      body: logObject([
        record({
          eventID: `denied-${at}`,
          eventTime: `2026-11-20T14:${String(at).padStart(2, '0')}:00Z`,
          errorCode: 'AccessDenied',
        }),
      ]),
    }));

  test('is correlated in the order of eventTime within a batch, whatever order its objects come in', async () => {
    const { clients, resources } = deployment.aws;
    await putAll(clients.s3, resources.buckets.logs, deniedCalls(9));
    const bed = new BackfillBed(deployment);
    await bed.run({ run: 'order' });
    expect(await bed.report('order')).toMatchObject({ closed: 9, correlated: 1 });
    const [firing] = (await deployment.rows('findings')).filter(({ ruleId }) => ruleId === 'rule-many');
    // The fourth fires; until ten minutes later it is silent.
    expect(firing).toMatchObject({ eventID: 'denied-3', correlation: { from: '2026-11-20T14:00:00.000Z', value: 4 } });
    expect(await deployment.rows('correlations')).toEqual([]);
    bed.stop();
  });

  test('fires once, for the same window, where the function died between the closing of objects and the end', async () => {
    const { clients, resources } = deployment.aws;
    await putAll(clients.s3, resources.buckets.logs, deniedCalls(9));
    let calls = 0;
    const dying = ({ list, batch }: BackfillFunctions): BackfillFunctions => ({
      list,
      batch: async (event, context) => {
        // Its time is over after some objects: those are closed, and no correlation has seen the others.
        if (++calls > 1) return batch(event, context);
        let asked = 0;
        return batch(event, { getRemainingTimeInMillis: () => (++asked > 4 ? 0 : 200_000) });
      },
    });
    const bed = new BackfillBed(deployment, { around: dying });
    await bed.run({ run: 'died' });
    expect(calls).toBe(2);
    expect(await bed.report('died')).toMatchObject({ closed: 9, left: 0, correlated: 1 });
    const firings = (await deployment.rows('findings')).filter(({ ruleId }) => ruleId === 'rule-many');
    expect(firings).toMatchObject([{ eventID: 'denied-3' }]);
    bed.stop();
  });

  test('alerts where that is asked for', async () => {
    const { clients, resources } = deployment.aws;
    await putAll(clients.s3, resources.buckets.logs, deniedCalls(5));
    const bed = new BackfillBed(deployment);
    await bed.run({ run: 'aloud', request: request({ alert: true }) });
    const subjects = (await deployment.received()).flatMap(({ Subject }) => Subject ?? []);
    expect(subjects.some((subject) => subject.includes('Many calls were denied'))).toBe(true);
    expect(await deployment.rows('alerts')).not.toEqual([]);
    bed.stop();
  });

  test('is judged by named rules alone, also what was read before, and skips what an earlier attempt has judged', async () => {
    const { clients, resources } = deployment.aws;
    const objects = deniedCalls(9);
    await putAll(clients.s3, resources.buckets.logs, objects);
    await deployment.deliver(notificationOf(deployment, objects[0]?.key ?? ''));
    const ledger = await deployment.rows('ledger');
    const counted: string[] = [];
    const bed = new BackfillBed(deployment, {
      around: ({ list, batch }) => ({
        list,
        batch: async (event, context) => {
          counted.push('batch');
          return batch(event, context);
        },
      }),
    });
    const asked = { run: 'rules', request: request({ rules: ['rule-many'] }) };
    await bed.run(asked);
    expect(await bed.report('rules')).toMatchObject({ objects: 9, closed: 9, correlated: 1, findings: 0 });
    expect((await deployment.rows('findings')).map(({ ruleId }) => ruleId)).toEqual(['rule-many']);
    expect(await deployment.rows('ledger')).toEqual(ledger);
    await bed.run({ ...asked, attempt: 2 });
    expect(counted).toEqual(['batch']);
    expect(await bed.report('rules', 2)).toMatchObject({ objects: 9, closed: 9, correlated: 1 });
    bed.stop();
  });

  test('is left undone by a rule that is not deployed, and says so', async () => {
    const bed = new BackfillBed(deployment);
    expect(await bed.run({ run: 'none', request: request({ rules: ['rule-none'] }) })).toMatchObject({
      status: 'FAILED',
      error: 'RuleUnknown',
      cause: expect.stringContaining('rule-none'),
    });
    bed.stop();
  });
});
