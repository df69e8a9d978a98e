import { PastCorrelations } from '../../lambda/backfill/batch/past-correlations.ts';
import { batchLineSchema, keysOf, packKeys } from '../../lambda/backfill/batch-line.ts';
import { createDetector, type Detector, parseRules, type RuleSet } from '../../lambda/detection/index.ts';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import { type Deployment, startDeployment } from '../support/deployment.ts';
import { event, logObject, logObjectKey, record } from '../support/records.ts';
import { BackfillBed, putAll, request } from './backfill-bed.ts';

const detecting = (name: string, selection: string) => `
title: ${name}
id: rule-${name}
name: ${name}
logsource: { product: aws, service: cloudtrail }
detection:
  selection: ${selection}
  condition: selection
level: informational
`;

const counting = (id: string, rule: string, least: number) => `
title: ${id}
id: ${id}
name: ${id}
correlation:
  type: event_count
  rules: [${rule}]
  group-by: [recipientAccountId]
  timespan: 10m
  condition: { gte: ${least} }
  generate: true
level: high
`;

const RULES = [
  detecting('every', '{ eventSource|exists: true }'),
  detecting('denied', '{ errorCode: AccessDenied }'),
  counting('of-every', 'every', 5),
  counting('of-denied', 'denied', 3),
  counting('above', 'of-every', 1),
];

function parsed(): { readonly ruleSet: RuleSet; readonly detector: Detector } {
  const { ruleSet, problems } = parseRules(RULES.map((text, index) => ({ file: `rule-${index}.yml`, text })));
  expect(problems).toEqual([]);
  return { ruleSet, detector: createDetector(ruleSet) };
}

/** Records a second apart; the first three of them were denied. */
const records = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    record({
      eventID: `e-${String(index).padStart(3, '0')}`,
      eventTime: new Date(Date.parse('2026-11-20T14:00:00Z') + index * 1000).toISOString().replace('.000', ''),
      ...(index < 3 && { errorCode: 'AccessDenied' }),
    }),
  );

describe('the correlations of a batch to which too many events belong', () => {
  async function judged(options: ConstructorParameters<typeof PastCorrelations>[2], events = records(30)) {
    const { ruleSet, detector } = parsed();
    const correlations = new PastCorrelations(detector, ruleSet, options);
    for (const each of events) {
      await correlations.observe(correlations.membershipsOf(event(each), {}));
    }
    return { correlations, fired: new Set([...correlations.conclude()].flat().map(({ ruleId }) => ruleId)) };
  }

  test('are all judged below the bound', async () => {
    const { correlations, fired } = await judged({ mostMemberships: 33 });
    expect(correlations.givenUp).toEqual([]);
    expect([...fired].toSorted()).toEqual(['above', 'of-denied', 'of-every']);
  });

  test('are given up with those that build on them, counted to the end, and keep no other from firing', async () => {
    const { correlations, fired } = await judged({ mostMemberships: 20 });
    expect(correlations.givenUp).toEqual([
      { ruleId: 'above', events: 0 },
      { ruleId: 'of-every', events: 30 },
    ]);
    expect([...fired]).toEqual(['of-denied']);
  });

  test('are the same whichever order their events come in', async () => {
    const { correlations, fired } = await judged({ mostMemberships: 20 }, records(30).toReversed());
    expect(correlations.givenUp.map(({ ruleId }) => ruleId)).toEqual(['above', 'of-every']);
    expect([...fired]).toEqual(['of-denied']);
  });

  test('take no room where only others are asked for', async () => {
    const { correlations, fired } = await judged({ mostMemberships: 20, rules: new Set(['of-denied']) });
    expect(correlations.all).toEqual([{ ruleId: 'of-denied', events: 3 }]);
    expect([...fired]).toEqual(['of-denied']);
  });

  test('are asked for with those that they build on', async () => {
    const { fired } = await judged({ rules: new Set(['above']) });
    expect(fired).toContain('above');
  });
});

describe('a batch', () => {
  let deployment: Deployment;
  const day = '2026-11-20';

  beforeEach(async () => {
    deployment = await startDeployment(RULES);
  });

  afterEach(() => deployment.aws.stop());

  /** One object with many records, and the line of a batch that holds it. */
  async function batchOf(count: number, rules?: readonly string[]) {
    const { clients, resources } = deployment.aws;
    const key = logObjectKey();
    await putAll(clients.s3, resources.buckets.logs, [{ key, body: logObject(records(count)) }]);
    return {
      v: 1,
      run: 'much',
      batch: 'b'.repeat(20),
      request: request(rules === undefined ? {} : { rules: [...rules] }),
      bucket: resources.buckets.logs,
      day,
      keys: packKeys([key]),
    };
  }

  const foundBy = async (ruleId: string) =>
    (await deployment.rows('findings')).filter((finding) => finding.ruleId === ruleId);

  test('says which correlations it gave up, in its result and in a metric', async () => {
    const bed = new BackfillBed(deployment, { batch: { mostMemberships: 20 } });
    try {
      const { clients, resources } = deployment.aws;
      const body = logObject(records(30));
      await putAll(clients.s3, resources.buckets.logs, [{ key: logObjectKey(), body }]);
      await bed.run({ run: 'many' });
      expect(await bed.report('many')).toMatchObject({
        closed: 1,
        left: 0,
        uncorrelated: [
          { ruleId: 'of-every', events: 30, batches: 1 },
          { ruleId: 'above', events: 0, batches: 1 },
        ],
      });
      expect(bed.metrics.last(METRICS.BackfillCorrelationsGivenUp.name)).toBe(2);
      expect(await foundBy('of-denied')).toHaveLength(1);
      expect(await foundBy('of-every')).toEqual([]);
    } finally {
      bed.stop();
    }
  });

  /** There is time to begin, and none after the first of an object's records. */
  const short = () => {
    let asked = 0;
    return () => (asked++ === 0 ? 240_000 : 1_000);
  };

  test('of rules that only judge leaves a large object that the time was over for, and the next try judges all of it', async () => {
    const bed = new BackfillBed(deployment);
    try {
      const line = await batchOf(600, ['rule-denied', 'of-every']);
      await expect(bed.batchWith(line, short())).rejects.toThrow('the time was over before its end');
      expect(await foundBy('of-every')).toEqual([]);
      await bed.batch(line);
      expect(await foundBy('rule-denied')).toHaveLength(3);
      expect(await foundBy('of-every')).toHaveLength(1);
      expect(await bed.resultOf(line)).toMatchObject({
        closed: 1,
        left: 0,
        records: 600,
        findings: 3,
        uncorrelated: [],
      });
    } finally {
      bed.stop();
    }
  });

  test('of rules that only judge goes on behind what an earlier try has judged', async () => {
    const { clients, resources } = deployment.aws;
    const keys = Array.from({ length: 30 }, () => logObjectKey());
    const objects = keys.map((key, at) => ({ key, body: logObject([{ ...records(1)[0], eventID: `o-${at}` }]) }));
    await putAll(clients.s3, resources.buckets.logs, objects);
    const bed = new BackfillBed(deployment);
    const line = { ...(await batchOf(1, ['rule-denied'])), keys: packKeys(keys) };
    try {
      let asked = 0;
      await expect(bed.batchWith(line, () => (++asked > 12 ? 1_000 : 240_000))).rejects.toThrow('of 30 objects');
      const first = await bed.resultOf(line);
      expect(first?.closed).toBeGreaterThan(0);
      await bed.batch(line);
      expect(await bed.resultOf(line)).toMatchObject({ objects: 30, closed: 30, left: 0, records: 30, findings: 30 });
      expect(await foundBy('rule-denied')).toHaveLength(30);
    } finally {
      bed.stop();
    }
  });

  test('leaves an object that is gone since it was listed, names it, and reads the others', async () => {
    const bed = new BackfillBed(deployment);
    try {
      const line = await batchOf(30);
      const gone = logObjectKey();
      await expect(
        bed.batch({ ...line, keys: packKeys([...keysOf(batchLineSchema.parse(line)), gone]) }),
      ).rejects.toThrow(`1 of 2 objects of the batch ${line.batch} could not be read; the first: ${gone}: NoSuchKey`);
      expect(await bed.resultOf(line)).toMatchObject({ closed: 1, left: 1 });
      expect(await deployment.rows('ledger')).not.toContainEqual(
        expect.objectContaining({ object: expect.stringContaining(gone) }),
      );
    } finally {
      bed.stop();
    }
  });

  test('whose objects are closed is shown to its correlations again, and is done once they have seen all', async () => {
    const bed = new BackfillBed(deployment);
    try {
      const line = await batchOf(600);
      // Before it is begun, and after each 200 records: then there is no time for conclusions.
      let asked = 0;
      const untilClosed = () => (++asked > 4 ? 1_000 : 240_000);
      await expect(bed.batchWith(line, untilClosed)).rejects.toThrow('correlations of the batch');
      expect(await bed.resultOf(line)).toMatchObject({ closed: 1, left: 0, records: 600 });
      expect(await foundBy('of-every')).toEqual([]);
      // The next try comes no further than the first records.
      await bed.batchWith(line, short());
      expect(await bed.resultOf(line)).toMatchObject({
        closed: 1,
        left: 0,
        uncorrelated: ['above', 'of-denied', 'of-every'].map((ruleId) => ({ ruleId, events: 0 })),
      });
    } finally {
      bed.stop();
    }
  });
});
