import { expireRows } from '../../../local/deployment/expire-rows.ts';
import { createClients } from '../../../local/deployment/local-clients.ts';
import { CorrelatingFunction, correlating, HOUR, MINUTE, rowsOf } from '../../support/correlating.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

const START = Date.parse('2026-11-20T14:00:00Z');
const DAY = 24 * HOUR;
/** As the rules say, and a day more. */
const LIFE = 10 * MINUTE + 20 * MINUTE + DAY;

let aws: EmbeddedAws;
let runs = 0;

beforeAll(async () => {
  aws = await startEmbeddedAws();
});

afterAll(() => aws.stop());

/** A group of its own for each test. */
function bedOf(section: string) {
  const { dynamodb } = aws.clients;
  const { tables } = aws.resources;
  const account = String(111122223333 + runs++);
  const clock = { now: START };
  const table = tables.correlations;
  const one = new CorrelatingFunction({
    detector: correlating(section),
    dynamodb,
    table,
    now: () => clock.now,
    account,
  });
  const expire = () => expireRows(dynamodb, tables, new Date(clock.now), ['correlations']);
  const rows = async () => (await rowsOf(dynamodb, table)).filter(({ group }) => String(group).includes(account));
  const state = async () => (await rows()).find(({ member }) => member === 'state');
  return { one, clock, expire, rows, state, table, account };
}

test.each([
  ['temporal', 'type: temporal\nrules: [A, B]'],
  ['temporal_ordered', 'type: temporal_ordered\nrules: [A, B]'],
  ['value_count over several rules', 'type: value_count\nrules: [A, B]\ncondition: {field: eventName, gte: 2}'],
])('%s fires a day after the first event of its group, though what expires is deleted at once', async (_, section) => {
  const { one, clock, expire } = bedOf(section);
  for (let hour = 0; hour < 24; hour += 2) {
    clock.now = START + hour * HOUR;
    await one.take('A', clock.now);
  }
  clock.now = START + LIFE - 5 * MINUTE;
  await one.take('A', clock.now);
  // What the group's first event brought with it is over now.
  clock.now = START + LIFE + MINUTE;
  expect(await expire()).toBeGreaterThan(0);
  await one.take('B', clock.now);
  expect([...one.findings.values()].map(({ to }) => to)).toEqual([new Date(clock.now).toISOString()]);
});

describe('what is known of a group', () => {
  test('lives for the timespan, the lateness and a day from the newest event or from now', async () => {
    const { one, clock, state } = bedOf('type: temporal\nrules: [A, B]');
    await one.take('A', START - 3 * HOUR);
    expect(await state()).toMatchObject({ expiresAt: (START + LIFE) / 1000 });
    await one.take('A', START + 5 * HOUR);
    expect(await state()).toMatchObject({ expiresAt: (START + 5 * HOUR + LIFE) / 1000 });
    clock.now = START + 2 * HOUR;
    await one.take('A', clock.now);
    expect(await state()).toMatchObject({ expiresAt: (START + 5 * HOUR + LIFE) / 1000 });
  });

  test('is renewed when an hour has gone by, and not before', async () => {
    const { one, clock, state } = bedOf('type: temporal\nrules: [A, B]');
    await one.take('A', START);
    clock.now = START + 59 * MINUTE;
    await one.take('A', clock.now);
    expect(await state()).toMatchObject({ expiresAt: (START + LIFE) / 1000 });
    clock.now = START + 60 * MINUTE;
    await one.take('A', clock.now);
    expect(await state()).toMatchObject({ expiresAt: (clock.now + LIFE) / 1000 });
  });
});

test('an event that comes again after it expired counts again, though its row is not deleted yet', async () => {
  const { one, clock } = bedOf('type: temporal\nrules: [A, B]');
  await one.take('A', START);
  clock.now = START + LIFE + HOUR;
  await one.take('A', START);
  await one.take('B', START + MINUTE);
  expect(one.findings.size).toBe(1);
});

test('a firing that expires while it is acknowledged leaves no rump of a row', async () => {
  const { clock, expire, rows, table, account } = bedOf('type: event_count\nrules: [A]\ncondition: {gte: 1}');
  const clients = createClients(aws.endpoints);
  clients.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'UpdateItemCommand' && JSON.stringify(args.input).includes('firing#')) {
          clock.now += 2 * DAY;
          await expire();
          expect(await rows()).toEqual([]);
        }
        return next(args);
      },
    { step: 'build' },
  );
  const detector = correlating('type: event_count\nrules: [A]\ncondition: {gte: 1}');
  const one = new CorrelatingFunction({ detector, dynamodb: clients.dynamodb, table, now: () => clock.now, account });
  await one.take('A', START);
  clients.destroy();
  expect(one.findings.size).toBe(1);
  expect(await rows()).toEqual([]);
});
