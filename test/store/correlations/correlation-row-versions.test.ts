import { DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CORRELATION_ID, CorrelatingFunction, correlating, MINUTE, rowsOf } from '../../support/correlating.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

const START = Date.parse('2026-11-20T14:00:00Z');
const EXPIRES_AT = START / 1000 + 86_400;
const TWICE = 'type: event_count\nrules: [A]\ncondition: {gte: 2}';
const AT_MOST_ONE = 'type: event_count\nrules: [A]\ncondition: {lt: 2}';

let aws: EmbeddedAws;
let documents: DynamoDBDocumentClient;
let runs = 0;

beforeAll(async () => {
  aws = await startEmbeddedAws();
  documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
});

afterAll(() => aws.stop());

/** A group of its own for each test, with rows that others have written into it. */
function bedOf(section: string) {
  const table = aws.resources.tables.correlations;
  const account = String(111122223333 + runs++);
  const group = `${CORRELATION_ID}#["${account}"]`;
  const clock = { now: START };
  const one = new CorrelatingFunction({
    detector: correlating(section),
    dynamodb: aws.clients.dynamodb,
    table,
    now: () => clock.now,
    account,
  });
  const put = (member: string, attributes: Record<string, unknown>) =>
    documents.send(new PutCommand({ TableName: table, Item: { group, member, expiresAt: EXPIRES_AT, ...attributes } }));
  const change = (member: string, expression: string, values: Record<string, unknown>) =>
    documents.send(
      new UpdateCommand({
        TableName: table,
        Key: { group, member },
        UpdateExpression: expression,
        ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
      }),
    );
  const row = async (member: string) =>
    (await rowsOf(aws.clients.dynamodb, table)).find((each) => each.group === group && each.member === member);
  return { one, clock, put, change, row, group, table };
}

const firingKey = (at: number) => `firing#${new Date(at).toISOString()}`;
const NEWER_FIRING = { rowVersion: 2, firedAt: 'in another form', dueShard: 'due' };

test.each([
  ['members', 'member#rule-A#'],
  ['firings', 'firing#'],
  ['states', 'state'],
])('%s say of which version they are', async (_, prefix) => {
  const { one, group } = bedOf(TWICE);
  await one.take('A', START);
  await one.take('A', START + MINUTE);
  const rows = await rowsOf(aws.clients.dynamodb, aws.resources.tables.correlations);
  const found = rows.filter((row) => row.group === group && String(row.member).startsWith(prefix));
  expect(found.length).toBeGreaterThan(0);
  for (const row of found) expect(row).toMatchObject({ rowVersion: 1 });
});

test('rows that were written before rows had a version are taken as they are', async () => {
  const { one, change, clock } = bedOf(TWICE);
  await one.take('A', START);
  const member = `member#rule-A#${new Date(START).toISOString()}`;
  const rows = await rowsOf(aws.clients.dynamodb, aws.resources.tables.correlations);
  const key = rows.map((row) => String(row.member)).findLast((each) => each.startsWith(member));
  await change(key ?? '', 'REMOVE rowVersion', {});
  await change('state', 'REMOVE rowVersion', {});
  clock.now += MINUTE;
  await one.take('A', START + MINUTE);
  expect(one.findings.size).toBe(1);
  await change(firingKey(START + MINUTE), 'SET pending = :true REMOVE rowVersion', { ':true': true });
  one.findings.clear();
  await one.take('A', START + 2 * MINUTE);
  expect(one.findings.size).toBe(1);
  expect(one.unreadable).toEqual([]);
});

describe('a row of a newer version is set aside', () => {
  test('a firing: it is told of, stays as it is, and its group is silent around it', async () => {
    const { one, put, row, group, table } = bedOf(TWICE);
    await put(firingKey(START), { ...NEWER_FIRING, dueAt: new Date(START - MINUTE).toISOString() });
    for (const minute of [1, 2, 3]) await one.take('A', START + minute * MINUTE);
    expect(one.findings.size).toBe(0);
    for (const minute of [11, 12]) await one.take('A', START + minute * MINUTE);
    expect(one.findings.size).toBe(1);
    expect(await row(firingKey(START))).toMatchObject(NEWER_FIRING);
    expect(one.unreadable[0]).toEqual({
      table,
      key: [group, firingKey(START)],
      reason: 'it has version 2, and this code reads up to 1',
    });
  });

  test('a member: the others are counted without it', async () => {
    const { one, put, group, table } = bedOf(TWICE);
    const key = `member#rule-A#${new Date(START).toISOString()}#x`;
    await put(key, { rowVersion: 2, when: START });
    await one.take('A', START);
    expect(one.findings.size).toBe(0);
    await one.take('A', START + MINUTE);
    expect(one.findings.size).toBe(1);
    expect(one.unreadable).toContainEqual({ table, key: [group, key], reason: expect.stringContaining('version 2') });
  });

  test('a state: its group takes members in, is not judged, and the state stays as it is', async () => {
    const { one, put, row } = bedOf(TWICE);
    await put('state', { rowVersion: 2, revision: 'x' });
    for (const minute of [1, 2]) await one.take('A', START + minute * MINUTE);
    expect(one.findings.size).toBe(0);
    expect(await row('state')).toMatchObject({ rowVersion: 2, revision: 'x' });
    expect(one.unreadable[0]).toMatchObject({ reason: 'it has version 2, and this code reads up to 1' });
    // Once it is of a version that can be read, the members that came meanwhile are there.
    await put('state', { rowVersion: 1, version: 1, rules: new Set(['rule-A']) });
    await one.take('A', START + 3 * MINUTE);
    expect([...one.findings.values()].map(({ value }) => value)).toEqual([3]);
  });
});

test.each([
  ['a firing', firingKey(START - 60 * MINUTE), { pending: 'maybe' }],
  ['a firing without a time', 'firing#long ago', { pending: true }],
  ['a member', `member#rule-A#${new Date(START).toISOString()}#x`, { eventTime: 'noon' }],
  ['a version', `member#rule-A#${new Date(START).toISOString()}#y`, { rowVersion: 'two' }],
])('%s that has not the form of its version hinders nobody', async (_, member, attributes) => {
  const { one, put } = bedOf(TWICE);
  await put(member, { rowVersion: 1, ...attributes });
  await one.take('A', START);
  await one.take('A', START + MINUTE);
  await one.sweep();
  expect(one.findings.size).toBe(1);
});

test('sweep judges the groups behind rows that it can not read', async () => {
  const broken = bedOf(AT_MOST_ONE);
  const whole = bedOf(AT_MOST_ONE);
  const due = { dueShard: 'due', dueAt: new Date(START - MINUTE).toISOString() };
  await broken.put(firingKey(START), { ...NEWER_FIRING, ...due, correlation: CORRELATION_ID, groupValues: '["x"]' });
  await broken.put('firing#without a group', { ...NEWER_FIRING, ...due });
  await broken.put('state', { rowVersion: 2, ...due, correlation: CORRELATION_ID, groupValues: broken.group });
  await whole.one.take('A', START);
  whole.clock.now = START + 30 * MINUTE;
  await whole.one.sweep();
  expect(whole.one.findings.size).toBe(1);
  expect(whole.one.unreadable.map(({ reason }) => reason)).toContainEqual(expect.stringContaining('correlation'));
});
