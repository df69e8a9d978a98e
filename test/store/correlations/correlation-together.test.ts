import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import {
  type CorrelationFinding,
  compileRules,
  type Detector,
  type GroupKey,
  LATENESS,
  type Member,
  observe,
  runAsync,
  settle,
} from '../../../lambda/detection/index.ts';
import { CorrelationTable } from '../../../lambda/store/correlations/correlation-table.ts';
import { countConsumed } from '../../support/consumed-units.ts';
import { CORRELATION_ID, HOUR, MINUTE, rowsOf } from '../../support/correlating.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';
import { record } from '../../support/records.ts';

/** Members of a group that come together share rows. */

const START = Date.parse('2026-11-20T14:00:00Z');
const TIMESPAN = 10 * MINUTE;

let aws: EmbeddedAws;
let documents: DynamoDBDocumentClient;
let runs = 0;

beforeAll(async () => {
  aws = await startEmbeddedAws();
  documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
});

afterAll(() => aws.stop());

const storeOf = (now: () => number) =>
  new CorrelationTable(
    documents,
    aws.resources.tables.correlations,
    () => new Date(now()),
    ({ key, reason }) => {
      throw new Error(`${key} was set aside: ${reason}`);
    },
  );

const newGroup = (): GroupKey => ({ correlation: CORRELATION_ID, group: JSON.stringify([`group-${runs++}`]) });

const member = (seconds: number, changes: Partial<Member> = {}): Member => ({
  identity: `e-${seconds}`,
  rule: 'rule-A',
  eventTime: START + seconds * 1000,
  eventID: `e-${seconds}`,
  arrivedAt: START + HOUR,
  fields: {},
  ...changes,
});

async function append(key: GroupKey, members: readonly Member[], around: { from?: number; limit?: number } = {}) {
  const times = members.map(({ eventTime }) => eventTime);
  const { from = Math.min(...times), limit = 1_000 } = around;
  return storeOf(() => START + HOUR).append(key, members, {
    around: { from, to: Math.max(...times), timespan: TIMESPAN, limit },
    expiresAt: START + 30 * HOUR,
  });
}

async function memberRowsOf({ group }: GroupKey): Promise<number> {
  const rows = await rowsOf(aws.clients.dynamodb, aws.resources.tables.correlations);
  return rows.filter((row) => String(row.group).includes(group) && String(row.member).startsWith('member#')).length;
}

const identitiesOf = ({ members }: { members: readonly Member[] }) => members.map(({ identity }) => identity);

describe('members that are written together', () => {
  test('share a row up to a hundred of one rule, and are read back whole and in order', async () => {
    const key = newGroup();
    const members = Array.from({ length: 120 }, (_, n) => member(n, n % 10 === 0 ? { rule: 'rule-B' } : {}));
    const seen = await append(key, members.toReversed());
    expect(seen.members).toEqual(members);
    expect(await memberRowsOf(key)).toBe(3);
  });

  test('share no row if they are five minutes apart', async () => {
    const key = newGroup();
    const seen = await append(key, [member(0), member(299), member(300), member(601)]);
    expect(identitiesOf(seen)).toEqual(['e-0', 'e-299', 'e-300', 'e-601']);
    expect(await memberRowsOf(key)).toBe(3);
  });

  test('are the same rows when they come again', async () => {
    const key = newGroup();
    const members = [member(0), member(1), member(400)];
    const first = await append(key, members);
    const again = await append(
      key,
      members.map((each) => ({ ...each, arrivedAt: START + 2 * HOUR })),
    );
    expect(again.members).toEqual(first.members);
    expect(await memberRowsOf(key)).toBe(2);
  });

  test('count once if they come again with others, as they came first', async () => {
    const key = newGroup();
    await append(key, [member(1), member(2)]);
    await append(key, [member(2, { arrivedAt: START + 2 * HOUR }), member(3)]);
    const seen = await append(key, [member(2, { arrivedAt: START + 3 * HOUR })]);
    expect(seen.members).toEqual([member(1), member(2), member(3)]);
  });

  test('are found by a reading that begins or ends in the middle of their row', async () => {
    const key = newGroup();
    await append(key, [member(0), member(100), member(200), member(299)]);
    const behind = await append(key, [member(TIMESPAN / 1000 + 100)]);
    expect(identitiesOf(behind)).toEqual(['e-200', 'e-299', 'e-700']);
    const before = await append(key, [member(150 - TIMESPAN / 1000)]);
    expect(identitiesOf(before)).toEqual(['e--450', 'e-0', 'e-100']);
  });
});

describe('of more members than a reading takes', () => {
  test('the nearest are read, whatever rows they are in', async () => {
    const key = newGroup();
    // Of each row one is near and the others are far, so that rows and members are not in the same order.
    for (const n of [0, 1, 2, 3]) await append(key, [member(n * 10), member(n * 10 + 100), member(n * 10 + 200)]);
    const seen = await append(key, [member(115)], { limit: 3 });
    expect(identitiesOf(seen)).toEqual(['e-100', 'e-110', 'e-115', 'e-120', 'e-130', 'e-200']);
    expect(seen.truncated).toBe(true);
  });

  test('none is read around several times, and each time can be looked at alone', async () => {
    const key = newGroup();
    const members = Array.from({ length: 50 }, (_, n) => member(n));
    expect(await append(key, members, { limit: 10 })).toMatchObject({ members: [], tooMany: true });
    const alone = { from: START + 25_000, to: START + 25_000, timespan: TIMESPAN, limit: 10 };
    const seen = await storeOf(() => START + HOUR).look(key, alone);
    expect(seen.tooMany).toBeUndefined();
    expect(identitiesOf(seen)).toEqual(Array.from({ length: 20 }, (_, n) => `e-${16 + n}`));
  });
});

const base = (name: string) => `
title: ${name}
name: ${name}
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: ${name}
  condition: selection
`;

/** A correlation of its own for each run. */
function detectorsOf(section: string, memberCap?: number): [Detector, Detector] {
  const id = `${String(runs++).padStart(8, '0')}-3f0e-4b2a-9c11-0d9b6c1e7d62`;
  const correlation = `
title: correlated
id: ${id}
correlation:
  ${section}
  group-by: [user]
  timespan: 10m
`;
  const made = () => {
    const { detector, problems } = compileRules([base('A'), base('B'), correlation], memberCap ? { memberCap } : {});
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    return detector;
  };
  return [made(), made()];
}

const objects = fc.array(
  fc.array(
    fc.record({
      minute: fc.integer({ min: 0, max: 40 }),
      eventName: fc.constantFrom('A', 'B'),
      user: fc.constantFrom('x', 'y'),
      id: fc.integer({ min: 0, max: 20 }),
    }),
    { minLength: 1, maxLength: 10 },
  ),
  { minLength: 1, maxLength: 3 },
);

const told = (findings: readonly CorrelationFinding[]) =>
  [...new Map(findings.map((finding) => [finding.findingId, finding])).values()]
    .map(({ findingId, from, to, eventIDs, value }) => JSON.stringify({ findingId, from, to, eventIDs, value }))
    .sort();

test.each([
  ['a count', 'type: event_count\n  rules: [A]\n  condition: {gte: 3}', undefined],
  ['a count over two rules', 'type: event_count\n  rules: [A, B]\n  condition: {gte: 3}', undefined],
  ['an order', 'type: temporal_ordered\n  rules: [A, B]', undefined],
  ['a count that waits', 'type: event_count\n  rules: [A]\n  condition: {lt: 3}', undefined],
  [
    'values in groups with more members than are read',
    'type: value_count\n  rules: [A, B]\n  condition: {field: id, gte: 3}',
    4,
  ],
])(
  '%s finds in objects what memory finds in their events, one after the other',
  async (_, section, memberCap) => {
    await fc.assert(
      fc.asyncProperty(objects, async (drawn) => {
        const [shared, alone] = detectorsOf(section, memberCap);
        let now = START;
        const store = storeOf(() => now);
        const found: CorrelationFinding[] = [];
        const wanted: CorrelationFinding[] = [];
        const conclude = async ({ findings, unacknowledged }: Awaited<ReturnType<typeof run>>) => {
          found.push(...findings);
          for (const { key, firingIds } of unacknowledged) await store.acknowledge(key, firingIds);
        };
        const run = (records: readonly object[]) =>
          runAsync(
            observe(
              shared.correlations,
              records.flatMap((each) => shared.memberships(each, now)),
              { now, lateness: LATENESS },
            ),
            store,
          );
        const sweep = async () => {
          for (const key of await store.due(now)) {
            await conclude(await runAsync(settle(shared.correlations, key, { now, lateness: LATENESS }), store));
          }
        };
        for (const [i, events] of drawn.entries()) {
          // No window is due at this very moment: what is due would be judged between two events.
          now = START + HOUR + (i + 0.5) * MINUTE;
          const records = events
            .toSorted((p, q) => p.minute - q.minute)
            .map(({ minute, id, ...rest }) =>
              record({ ...rest, id, eventID: `e-${id}`, eventTime: new Date(START + minute * MINUTE).toISOString() }),
            );
          // What became due since the last object is judged without this one, as memory does when its clock moves.
          await sweep();
          await conclude(await run(records));
          for (const each of records) wanted.push(...alone.correlate(each, now));
        }
        for (const end = now + 2 * HOUR; now < end; now += 5 * MINUTE) await sweep();
        wanted.push(...alone.settle(Number.POSITIVE_INFINITY));
        expect(told(found)).toEqual(told(wanted));
      }),
      { numRuns: 12 },
    );
  },
  60_000,
);

test('fifty members that come together take at most a tenth of the calls and units of fifty that come alone', async () => {
  const counted = countConsumed(aws.clients.dynamodb);
  const taken = async (work: () => Promise<unknown>) => {
    counted.clear();
    await work();
    const all = [...counted.values()];
    return { calls: all.reduce((n, { calls }) => n + calls, 0), units: all.reduce((n, { units }) => n + units, 0) };
  };
  const members = Array.from({ length: 50 }, (_, n) => member(n * 5, { context: 'x'.repeat(800) }));
  const [one, other] = [newGroup(), newGroup()];
  const alone = await taken(async () => {
    for (const each of members) await append(one, [each]);
  });
  const together = await taken(() => append(other, members));
  expect(together.calls).toBeLessThanOrEqual(alone.calls / 10);
  expect(together.units).toBeLessThanOrEqual(alone.units / 10);
});
