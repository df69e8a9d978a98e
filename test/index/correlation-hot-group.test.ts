import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { type Clients, createClients } from '../../local/clients.ts';
import { CorrelatingFunction, correlating, HOUR, MINUTE, rowsOf } from '../support/correlating.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../support/embedded-aws.ts';

const START = Date.parse('2026-11-20T14:00:00Z');

/** As many as ingest has at a time: functions, messages of a function, tasks of a message. */
const FUNCTIONS = 10;
const WRITERS_A_FUNCTION = 5 * 8;
const WRITERS = FUNCTIONS * WRITERS_A_FUNCTION;

let aws: EmbeddedAws;
let runs = 0;
const opened: Clients[] = [];

beforeAll(async () => {
  aws = await startEmbeddedAws();
});

afterAll(async () => {
  for (const clients of opened) clients.destroy();
  await aws.stop();
});

interface BedOptions {
  readonly section: string;
  readonly functions?: number;
  /** Before each call of DynamoDB. */
  readonly pause?: () => Promise<void>;
}

/** Functions of one group, each with connections of its own, and what they write. */
function bedOf({ section, functions = FUNCTIONS, pause = async () => {} }: BedOptions) {
  const table = aws.resources.tables.correlations;
  const account = String(111122223333 + runs++);
  const clock = { now: START };
  const counts = { writes: 0 };
  const detector = correlating(section);
  const all = Array.from({ length: functions }, () => {
    const clients = createClients(aws.endpoints);
    opened.push(clients);
    clients.dynamodb.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          await pause();
          if (commandName === 'PutItemCommand' || commandName === 'UpdateItemCommand') counts.writes++;
          if ('TransactItems' in args.input) counts.writes += args.input.TransactItems?.length ?? 0;
          return next(args);
        },
      { step: 'build' },
    );
    const { dynamodb } = clients;
    return new CorrelatingFunction({ detector, dynamodb, table, now: () => clock.now, account });
  });
  const rows = async () =>
    (await rowsOf(aws.clients.dynamodb, table)).filter(({ group }) => String(group).includes(account));
  const found = () => new Map(all.flatMap(({ findings }) => [...findings]));
  return { all, clock, counts, rows, found };
}

describe('400 writers of one group at once', () => {
  const WAITS = 'type: event_count\nrules: [A]\ncondition: {neq: 7}';

  test.each([
    ['a count that fires', 'type: event_count\nrules: [A, B]\ncondition: {gte: 100}', 1],
    ['events in order', 'type: temporal_ordered\nrules: [A, B]', 1],
    ['a count that waits', WAITS, 1],
  ])(
    '%s: all get through, nothing is lost, and an append takes at most three writes',
    async (_, section, findings) => {
      const { all, clock, counts, rows, found } = bedOf({ section });
      const begin = performance.now();
      await Promise.all(
        Array.from({ length: WRITERS }, (_, n) =>
          // Within a minute, in no order.
          all[n % FUNCTIONS]?.take(n % 2 === 0 || section === WAITS ? 'A' : 'B', START + ((n * 7) % WRITERS) * 150),
        ),
      );
      expect(performance.now() - begin).toBeLessThan(30_000);
      expect(counts.writes / WRITERS).toBeLessThanOrEqual(3);
      clock.now = START + HOUR;
      await all[0]?.sweep();
      const left = await rows();
      expect(left.filter(({ member }) => String(member).startsWith('member#'))).toHaveLength(WRITERS);
      expect(left.filter(({ pending }) => pending === true)).toEqual([]);
      expect(found().size).toBe(findings);
      if (section === WAITS) expect([...found().values()].map(({ value }) => value)).toEqual([WRITERS]);
    },
    60_000,
  );

  test('an append to a group that knows the rule is one write', async () => {
    const { all, counts } = bedOf({ section: 'type: temporal\nrules: [A, B]' });
    await all[0]?.take('A', START);
    counts.writes = 0;
    await Promise.all(all.map((one, n) => one.take('A', START + n * 1000)));
    expect(counts.writes).toBe(FUNCTIONS);
  });
});

describe('a group that is judged while members are appended', () => {
  const SECTION = 'type: event_count\nrules: [A]\ncondition: {lt: 100}';

  test('is due again whenever a member came that was not judged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 4, maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 6 })),
        async (minutes, pauses) => {
          const pause = () => delay(pauses.next().value ?? 0);
          const { all, clock, rows } = bedOf({ section: SECTION, functions: 3, pause });
          const times = [...new Set(minutes)].map((minute) => START + minute * MINUTE);
          // The first windows are over, and some of the others are within a quarter of an hour.
          clock.now = START + 80 * MINUTE;
          await all[0]?.take('A', times[0] ?? START);
          await Promise.all([
            all[1]?.sweep(),
            ...times.slice(1).map((time, n) => all[n % 2]?.take('A', time)),
            delay(5).then(() => all[2]?.sweep()),
          ]);
          const state = (await rows()).find(({ member }) => member === 'state');
          const judged = Number(state?.judgedThrough ?? Number.NEGATIVE_INFINITY);
          const left = times.filter((time) => time > judged);
          // Of what is still to be judged, the first window is due 20 minutes after it closed or after it was first seen.
          const needed = left.map((time) =>
            Math.max(time + 30 * MINUTE, clock.now <= time + 30 * MINUTE ? 0 : clock.now + 20 * MINUTE),
          );
          if (left.length > 0) expect(Number(state?.due)).toBeLessThanOrEqual(Math.min(...needed));
          clock.now = START + 4 * HOUR;
          for (let sweeps = 0; sweeps < 3; sweeps++) await all[0]?.sweep();
          const after = (await rows()).find(({ member }) => member === 'state');
          expect(Number(after?.judgedThrough)).toBeGreaterThanOrEqual(Math.max(...times));
          expect(after?.due).toBeUndefined();
        },
      ),
      { numRuns: 10 },
    );
  }, 60_000);
});
