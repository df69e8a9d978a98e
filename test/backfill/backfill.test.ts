import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { BackfillBed, putAll } from './backfill-bed.ts';
import { madePast } from './made-objects.ts';

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

describe('a backfill of objects of which some are broken and some were read before', () => {
  const past = madePast({ objects: 500, broken: 4, seed: 3 });
  const good = past.objects.filter(({ key }) => !past.broken.includes(key));
  const before = good.slice(0, 30).map(({ key }) => key);
  let deployment: Deployment;
  let bed: BackfillBed;

  beforeAll(async () => {
    deployment = await startDeployment([TABLE_RULE]);
    await putAll(deployment.aws.clients.s3, deployment.aws.resources.buckets.logs, past.objects);
    for (let at = 0; at < before.length; at += 10) {
      await deployment.deliver(notificationOf(deployment, ...before.slice(at, at + 10)));
    }
    await deployment.received();
    bed = new BackfillBed(deployment, {
      list: { batchLimits: { objects: 40, seconds: 120, keyBytes: 200_000 }, partLimits: { batches: 5, bytes: 1e9 } },
    });
  }, 120_000);

  afterAll(async () => {
    bed.stop();
    await deployment.aws.stop();
  });

  test('reports each object once, and finds all events', async () => {
    expect(await bed.run({ run: 'first' })).toMatchObject({ status: 'SUCCEEDED' });
    const report = await bed.report('first');
    expect(report).toMatchObject({ objects: 500, before: 30, closed: 466, rejected: 4, left: 0, isListed: true });
    expect(report.batchesRead).toBe(report.batches);
    expect(report.named.map(({ key }) => key).toSorted()).toEqual(past.broken.toSorted());
    const found = (await deployment.indexed()).map(({ eventID }) => eventID);
    expect(found.toSorted()).toEqual(past.records.map(({ eventID }) => eventID).toSorted());
  }, 120_000);

  test('records findings, and alerts nobody', async () => {
    const deleted = past.records.filter(({ eventName }) => eventName === 'DeleteTable');
    expect(await deployment.rows('findings')).toHaveLength(deleted.length);
    expect(await deployment.received()).toEqual([]);
  });
});
