import { PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { MAX_VALUES_A_GROUP, sightsOf } from '../../../lambda/detection/index.ts';
import { groupKey, ruleKey, valueKey } from '../../../lambda/store/correlations/seen-row.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';
import { Bed, DAY, type Event } from './support.ts';

let aws: EmbeddedAws;
beforeAll(async () => {
  aws = await startEmbeddedAws();
});
afterAll(() => aws.stop());

let beds = 0;
const bedOf = (section?: string) => new Bed(aws, `rule-${++beds}`, section);

function sightOf(bed: Bed, event: Event) {
  const rule = bed.detector.correlations.firstSeen(bed.id);
  const [membership] = bed.memberships([event]);
  const [sight] = rule && membership ? sightsOf(rule, membership) : [];
  if (sight === undefined) throw new Error('The event of the test has no value.');
  return sight;
}

async function rowOf(bed: Bed, event: Event) {
  const { group, member } = valueKey(sightOf(bed, event));
  const { Items = [] } = await bed.client.send(
    new QueryCommand({
      TableName: bed.table,
      KeyConditionExpression: '#group = :group AND #member = :member',
      ExpressionAttributeNames: { '#group': 'group', '#member': 'member' },
      ExpressionAttributeValues: { ':group': group, ':member': member },
    }),
  );
  return Items[0];
}

describe('a first value', () => {
  it('fires once among processes, and is kept with its days, its winner and a time to live', async () => {
    const bed = bedOf();
    await bed.observe(bed.process(), { day: 0, id: 'one' });
    await bed.observe(bed.process(), { day: 0, id: 'two' }, { day: 1, id: 'three' });
    expect(bed.fired).toEqual(['u c: one']);
    expect(bed.findings[0]).toMatchObject({ level: 'high', title: 'First call', eventID: 'one' });
    const row = await rowOf(bed, { day: 0, id: 'one' });
    expect(row).toEqual({
      group: expect.stringMatching(new RegExp(`^seen#${bed.id}#[0-9a-f]{32}$`)),
      member: expect.stringMatching(/^value#[0-9a-f]{32}$/),
      firstDay: '2026-11-01',
      lastDay: '2026-11-02',
      winner: expect.stringMatching(/^one#/),
      earlier: [],
      rowVersion: 1,
      // Day 1, the timespan of 3 days and 7 more, to their end.
      expiresAt: Date.UTC(2026, 10, 13) / 1000,
    });
  });

  it('lives long from the clock on where its event is old', async () => {
    const bed = bedOf();
    bed.now += 100 * DAY;
    await bed.observe(bed.process(), { day: 0, id: 'one' });
    expect((await rowOf(bed, { day: 0, id: 'one' }))?.expiresAt).toBe(Date.UTC(2026, 10, 1 + 100 + 11) / 1000);
  });

  it('fires again under the same id when its event is delivered again, to this process or another', async () => {
    const bed = bedOf();
    const process = bed.process();
    await bed.observe(process, { day: 0, id: 'one' });
    await bed.observe(process, { day: 0, id: 'one' });
    await bed.observe(bed.process(), { day: 0, id: 'one' }, { day: 0, id: 'two' });
    expect(bed.findings).toHaveLength(3);
    expect(bed.reported.get('u c: one')?.size).toBe(1);
    expect(bed.fired).toEqual(['u c: one']);
  });

  it('is not lost where the process died before it was told', async () => {
    const bed = bedOf();
    bed.beforeReport = () => {
      throw new Error('died');
    };
    await expect(bed.observe(bed.process(), { day: 0, id: 'one' })).rejects.toThrow('died');
    bed.beforeReport = () => {};
    // What comes meanwhile is known, and long after it is new again.
    await bed.observe(bed.process(), { day: 0, id: 'two' });
    await bed.observe(bed.process(), { day: 9, id: 'three' });
    expect(bed.fired).toEqual(['u c: three']);
    await bed.observe(bed.process(), { day: 0, id: 'one' });
    expect(bed.fired).toEqual(['u c: three', 'u c: one']);
  });

  it('is of one of the events that come at once', async () => {
    const bed = bedOf();
    const events = Array.from({ length: 12 }, (_, n): Event => ({ day: 0, id: `e${n}` }));
    await Promise.all(events.map((event) => bed.observe(bed.process(), event)));
    expect(bed.fired).toHaveLength(1);
  });
});

describe('calls of DynamoDB', () => {
  it('are none for what the process knows', async () => {
    const bed = bedOf();
    const process = bed.process();
    await bed.observe(process, { day: 0, id: 'one' });
    bed.calls.length = 0;
    await bed.observe(process, { day: 0, id: 'two' }, { day: 0, id: 'three' });
    expect(bed.calls).toEqual([]);
    expect(bed.memberships([{ day: 0, id: 'four' }]).map((one) => process.isKnown(one))).toEqual([true]);
    expect(bed.memberships([{ day: 0, id: 'one' }]).map((one) => process.isKnown(one))).toEqual([false]);
    expect(bed.memberships([{ day: 1, id: 'five' }]).map((one) => process.isKnown(one))).toEqual([false]);
  });

  it('are one reading for all values of an object, and one write for those of a group that are new', async () => {
    const bed = bedOf();
    await bed.observe(bed.process(), { day: 0, id: 'zero' });
    bed.calls.length = 0;
    const events = Array.from({ length: 40 }, (_, n): Event => ({ day: 0, id: `e${n}`, call: `c${n}` }));
    await bed.observe(bed.process(), ...events);
    expect(bed.calls).toEqual(['BatchGet', 'TransactWrite']);
    expect(bed.fired).toHaveLength(41);
  });

  it('are one write a day for a value that is known', async () => {
    const bed = bedOf();
    await bed.observe(bed.process(), { day: 0, id: 'one' });
    const process = bed.process();
    bed.calls.length = 0;
    await bed.observe(process, { day: 1, id: 'two' }, { day: 1.1, id: 'three' });
    await bed.observe(process, { day: 1.2, id: 'four' });
    expect(bed.calls).toEqual(['BatchGet', 'Update']);
    await bed.observe(process, { day: 2, id: 'five' });
    expect(bed.calls).toEqual(['BatchGet', 'Update', 'Update']);
    expect(bed.fired).toEqual(['u c: one']);
  });

  it('read a row again where another process has moved it on', async () => {
    const bed = bedOf();
    const [first, second] = [bed.process(), bed.process()];
    await bed.observe(first, { day: 0, id: 'one' });
    await bed.observe(second, { day: 1, id: 'two' });
    bed.calls.length = 0;
    await bed.observe(first, { day: 2, id: 'three' });
    expect(bed.calls).toEqual(['Update', 'Get', 'Update']);
    expect(await rowOf(bed, { day: 0, id: 'one' })).toMatchObject({ firstDay: '2026-11-01', lastDay: '2026-11-03' });
  });

  it('keep first and last day right in any order', async () => {
    const bed = bedOf();
    await bed.observe(bed.process(), { day: 5, id: 'one' });
    await bed.observe(bed.process(), { day: 2, id: 'two' });
    await bed.observe(bed.process(), { day: 7, id: 'three' }, { day: -1, id: 'four' });
    expect(await rowOf(bed, { day: 0, id: 'one' })).toMatchObject({ firstDay: '2026-10-31', lastDay: '2026-11-08' });
    expect(bed.fired).toEqual(['u c: one']);
  });
});

describe('learning', () => {
  const LEARNS = '  timespan: 10d\n  learning: 2d';

  it('lasts from the first sight of the rule on: what was learnt never fires', async () => {
    const bed = bedOf(LEARNS);
    await bed.observe(bed.process(), { day: 1, id: 'one' });
    expect(await rowOf(bed, { day: 1, id: 'one' })).toMatchObject({ winner: 'learnt' });
    bed.now += 2 * DAY;
    await bed.observe(bed.process(), { day: 2, id: 'two' }, { day: 2, id: 'three', call: 'd' });
    await bed.observe(bed.process(), { day: 1.2, id: 'late', call: 'e' });
    expect(bed.fired).toEqual(['u d: three']);
  });

  it("lasts from the account's first day on, where that is later", async () => {
    const bed = bedOf(LEARNS);
    await bed.observe(bed.process(), { day: 0, id: 'zero', call: 'z' });
    bed.firstDayOf = '2026-11-05';
    await bed.observe(bed.process(), { day: 5, id: 'one' }, { day: 6, id: 'two', call: 'd' });
    expect(bed.fired).toEqual(['u d: two']);
  });

  it('begins anew with another content of the rule, or of the rules that it names', async () => {
    const bed = bedOf(LEARNS);
    await bed.observe(bed.process(), { day: 0, id: 'zero', call: 'z' });
    bed.now += 5 * DAY;
    const changed = new Bed(aws, bed.id, LEARNS.replace('10d', '11d'));
    changed.now = bed.now;
    await changed.observe(changed.process(), { day: 6, id: 'one' });
    await bed.observe(bed.process(), { day: 6, id: 'two', call: 'd' });
    expect([changed.fired, bed.fired]).toEqual([[], ['u d: two']]);
    // Values stay with the rule's id.
    await changed.observe(changed.process(), { day: 7, id: 'three', call: 'd' }, { day: 7, id: 'four', call: 'e' });
    expect(changed.fired).toEqual(['u e: four']);
  });

  it('begins anew where the deployment was without the rule for longer than its timespan', async () => {
    const bed = bedOf(LEARNS);
    await bed.observe(bed.process(), { day: 0, id: 'zero', call: 'z' });
    bed.now += 11 * DAY;
    await bed.observe(bed.process(), { day: 11, id: 'one' });
    expect(bed.fired).toEqual([]);
  });

  it('is all that a history does', async () => {
    const bed = bedOf();
    await bed.observe(bed.process({ onlyTeaches: true }), { day: 1, id: 'one' });
    await bed.observe(bed.process({ onlyTeaches: true }), { day: 1, id: 'one' });
    await bed.observe(bed.process(), { day: 1, id: 'two' }, { day: 1, id: 'one' });
    expect(bed.fired).toEqual([]);
  });
});

describe('a full group', () => {
  const many = (from: number, count: number) =>
    Array.from({ length: count }, (_, n): Event => ({ day: 0, id: `m${from + n}`, call: `m${from + n}` }));

  it('is told once, and new values are neither kept nor judged; the known ones are', async () => {
    const bed = bedOf();
    await bed.observe(bed.process({ onlyTeaches: true }), ...many(0, MAX_VALUES_A_GROUP - 1));
    const process = bed.process();
    await bed.observe(process, { day: 0, id: 'last', call: 'last' });
    expect(bed.fired).toEqual(['u last: last']);
    await bed.observe(process, { day: 0, id: 'x', call: 'x' }, { day: 0, id: 'y', call: 'y' });
    await bed.observe(bed.process(), { day: 1, id: 'z', call: 'z' }, { day: 1, id: 'known', call: 'm7' });
    const full = bed.findings.slice(1);
    expect(full.map(({ level, title }) => `${level}: ${title}`)).toEqual(
      full.map(() => 'medium: First call: too many values to judge'),
    );
    expect(new Set(full.map(({ findingId }) => findingId)).size).toBe(1);
    expect(bed.leftOut).toBe(3);
    expect(await rowOf(bed, { day: 0, id: 'x', call: 'x' })).toBeUndefined();
    expect(await rowOf(bed, { day: 0, id: 'x', call: 'm7' })).toMatchObject({ lastDay: '2026-11-02' });
    // Another group is its own.
    await bed.observe(bed.process(), { day: 0, id: 'v', user: 'v', call: 'x' });
    expect(bed.fired).toContain('v x: v');
  }, 30_000);

  it('is told anew after a timespan, and has room again when it is counted anew', async () => {
    const bed = bedOf();
    await bed.observe(bed.process({ onlyTeaches: true }), ...many(0, 3));
    const { group, member } = groupKey(sightOf(bed, { day: 0, id: 'x' }));
    const setCount = (values: number, countedDay: string) =>
      bed.client.send(
        new UpdateCommand({
          TableName: bed.table,
          Key: { group, member },
          UpdateExpression: 'SET #values = :values, countedDay = :day',
          ExpressionAttributeNames: { '#values': 'values' },
          ExpressionAttributeValues: { ':values': values, ':day': countedDay },
        }),
      );
    await setCount(MAX_VALUES_A_GROUP, '2026-11-01');
    await bed.observe(bed.process(), { day: 0, id: 'x', call: 'x' });
    bed.now += 4 * DAY;
    await setCount(MAX_VALUES_A_GROUP, '2026-11-05');
    await bed.observe(bed.process(), { day: 4, id: 'x', call: 'x' });
    expect(new Set(bed.findings.map(({ findingId }) => findingId)).size).toBe(2);
    bed.now += DAY;
    await bed.observe(bed.process(), { day: 5, id: 'room', call: 'x' });
    expect(bed.fired.at(-1)).toBe('u x: room');
  });
});

describe('rows of another version', () => {
  it('are left alone: a value that cannot be read is not judged, and the others are', async () => {
    const bed = bedOf();
    await bed.observe(bed.process(), { day: 0, id: 'zero', call: 'z' });
    const newer = { ...valueKey(sightOf(bed, { day: 0, id: 'one' })), rowVersion: 99 };
    await bed.client.send(new PutCommand({ TableName: bed.table, Item: newer }));
    await bed.observe(bed.process(), { day: 0, id: 'one' }, { day: 0, id: 'two', call: 'd' });
    expect(bed.fired).toEqual(['u z: zero', 'u d: two']);
    expect(bed.unreadable).toEqual(['it has version 99, and this code reads up to 1']);
    expect(await rowOf(bed, { day: 0, id: 'one' })).toEqual(newer);
  });

  it('have a rule learn whose content cannot be read', async () => {
    const bed = bedOf('  timespan: 3d\n  learning: 1d');
    const rule = bed.detector.correlations.firstSeen(bed.id);
    if (rule === undefined) throw new Error('The rule is gone.');
    await bed.client.send(
      new PutCommand({
        TableName: bed.table,
        Item: { ...ruleKey(rule.metadata), rowVersion: 99, firstDay: '2020-01-01' },
      }),
    );
    await bed.observe(bed.process(), { day: 0, id: 'one' });
    expect(bed.fired).toEqual([]);
    expect(bed.unreadable).toHaveLength(1);
  });
});
