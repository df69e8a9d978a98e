import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { type Clients, createClients } from '../../../local/deployment/local-clients.ts';
import { CorrelatingFunction, correlating, HOUR, MINUTE, rowsOf } from '../../support/correlating.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

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
  /** Before each call of DynamoDB about the group, by a function of a number. */
  readonly pause?: (one: number, command: string | undefined) => Promise<void>;
}

/** Functions of one group, each with connections of its own, and what they write. */
function bedOf({ section, functions = FUNCTIONS, pause = async () => {} }: BedOptions) {
  const table = aws.resources.tables.correlations;
  const account = String(111122223333 + runs++);
  const clock = { now: START };
  const counts = { writes: 0 };
  const detector = correlating(section);
  const all = Array.from({ length: functions }, (_, n) => {
    const clients = createClients(aws.endpoints);
    opened.push(clients);
    clients.dynamodb.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (JSON.stringify(args.input).includes(account)) await pause(n, commandName);
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
  const minutes = (max: number) =>
    fc.uniqueArray(
      fc.integer({ min: 0, max }).map((minute) => START + minute * MINUTE),
      { minLength: 1, maxLength: 5 },
    );

  test('is due again for a member that came after the members were read and before that was claimed', async () => {
    const held = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    let readings = 0;
    const { all, clock, rows } = bedOf({
      section: SECTION,
      functions: 2,
      // Sweep reads the state, then the members, and then, for its claim, the state again.
      pause: async (one, command) => {
        if (one !== 1 || command !== 'GetItemCommand' || ++readings !== 2) return;
        held.resolve();
        await released.promise;
      },
    });
    const state = async () => (await rows()).find(({ member }) => member === 'state');
    await all[0]?.take('A', START);
    clock.now = START + 80 * MINUTE;
    const sweep = all[1]?.sweep();
    await held.promise;
    await all[0]?.take('A', START + 70 * MINUTE);
    released.resolve();
    await sweep;
    expect(await state()).toMatchObject({ judgedThrough: START, due: START + 100 * MINUTE });
    clock.now = START + 100 * MINUTE;
    await all[0]?.sweep();
    expect(await state()).toMatchObject({ judgedThrough: START + 70 * MINUTE });
    expect(await state()).not.toHaveProperty('due');
  });

  test('is no longer due when an event lay before what was judged', async () => {
    const { all, clock, rows } = bedOf({ section: SECTION, functions: 1 });
    await all[0]?.take('A', START + 30 * MINUTE);
    clock.now = START + HOUR;
    await all[0]?.sweep();
    await all[0]?.take('A', START);
    clock.now = START + 2 * HOUR;
    await all[0]?.sweep();
    clock.now += MINUTE;
    await all[0]?.sweep();
    expect((await rows()).find(({ member }) => member === 'state')).not.toHaveProperty('due');
  });

  test('is due again in time for each member that was not judged', async () => {
    let judgedMeanwhile = 0;
    await fc.assert(
      fc.asyncProperty(
        minutes(40),
        minutes(90),
        fc.infiniteStream(fc.integer({ min: 0, max: 4 })),
        async (early, late, pauses) => {
          const pause = () => delay(pauses.next().value ?? 0);
          const { all, clock, rows } = bedOf({ section: SECTION, functions: 3, pause });
          const state = async () => (await rows()).find(({ member }) => member === 'state');
          for (const time of early) await all[0]?.take('A', time);
          // All that came so far is to be judged, and others come while it is.
          const now = START + 80 * MINUTE;
          clock.now = now;
          const appends = late.map((time, n) => all[n % 2]?.take('A', time));
          await Promise.all([all[1]?.sweep(), ...appends, delay(5).then(() => all[2]?.sweep())]);
          const after = await state();
          const judgedThrough = Number(after?.judgedThrough ?? Number.NEGATIVE_INFINITY);
          if (Number.isFinite(judgedThrough)) judgedMeanwhile++;
          // 20 minutes after the window has closed, or after the event came where that is later; windows are judged in
          // their order, so one may wait for another.
          const dues = [...early, ...late]
            .filter((time) => time > judgedThrough)
            .map((time) => (now <= time + 30 * MINUTE ? time + 30 * MINUTE : now + 20 * MINUTE));
          if (dues.length > 0) expect(Number(after?.due)).toBeLessThanOrEqual(Math.max(...dues));
          for (const later of [2, 3, 4]) {
            clock.now = START + later * HOUR;
            await all[0]?.sweep();
          }
          const settled = await state();
          expect(settled?.judgedThrough).toBe(Math.max(...early, ...late));
          // An event that lies before what was judged leaves nothing to judge, and yet must not be due for ever.
          expect(settled?.due).toBeUndefined();
        },
      ),
      { numRuns: 10 },
    );
    expect(judgedMeanwhile).toBeGreaterThan(0);
  }, 60_000);
});
