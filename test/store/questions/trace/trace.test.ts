import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { JsonObject } from '../../../../lambda/shared/json.ts';
import { ReadLimitReached } from '../../../../lambda/store/dynamo/queries/read-meter.ts';
import { createEventQueries, type EventQueries } from '../../../../lambda/store/questions/event-queries.ts';
import type { TracedCredential } from '../../../../lambda/store/questions/trace/expand.ts';
import { MAX_CREDENTIALS, trace } from '../../../../lambda/store/questions/trace/trace.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../../support/embedded-aws.ts';
import { indexEvents, NOW } from '../../../support/index-events.ts';
import { ACCOUNT, event, record } from '../../../support/records.ts';
import { createSegmentsTable } from '../../../support/segments-table.ts';
import { assumeRole, keyOf, sessionOf } from '../../../support/sessions.ts';

const USER_KEY = 'AKIAALICEEXAMPLE0000';
const [FIRST, SECOND, THIRD, OTHER] = [
  'ASIAFIRSTEXAMPLE0000',
  'ASIASECONDEXAMPLE000',
  'ASIATHIRDEXAMPLE0000',
  'ASIAOTHEREXAMPLE0000',
];
const at = (minute: number): string => `2026-11-20T14:${String(minute).padStart(2, '0')}:00Z`;
const sessionArn = (role: string, session: string): string => `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`;

/** alice assumes Deploy, which assumes Admin, which assumes Audit; each does something. Another session of Deploy doesn't matter. */
const CHAIN: readonly JsonObject[] = [
  assumeRole(
    keyOf('alice', USER_KEY),
    { role: 'Deploy', session: 'd', accessKeyId: FIRST },
    { eventID: 'a1', eventTime: at(0) },
  ),
  assumeRole(
    keyOf('alice', USER_KEY),
    { role: 'Deploy', session: 'x', accessKeyId: OTHER },
    { eventID: 'a0', eventTime: at(1) },
  ),
  record({ eventID: 'd1', eventTime: at(2), userIdentity: sessionOf('Deploy', 'd', FIRST) }),
  assumeRole(
    sessionOf('Deploy', 'd', FIRST),
    { role: 'Admin', session: 'a', accessKeyId: SECOND },
    { eventID: 'a2', eventTime: at(3) },
  ),
  record({ eventID: 'x1', eventTime: at(4), userIdentity: sessionOf('Deploy', 'x', OTHER) }),
  record({ eventID: 'd2', eventTime: at(5), userIdentity: sessionOf('Admin', 'a', SECOND), errorCode: 'AccessDenied' }),
  assumeRole(
    sessionOf('Admin', 'a', SECOND),
    { role: 'Audit', session: 'u', accessKeyId: THIRD },
    { eventID: 'a3', eventTime: at(6) },
  ),
  record({ eventID: 'd3', eventTime: at(7), userIdentity: sessionOf('Audit', 'u', THIRD) }),
];

const tree = ({ accessKeyId, events, issued }: TracedCredential): unknown => ({
  [accessKeyId]: events.map(({ eventID }) => eventID),
  ...(issued.length > 0 && { issued: issued.map(({ event: by, credential }) => [by.eventID, tree(credential)]) }),
});

describe('a trace', () => {
  let aws: EmbeddedAws;
  let queries: EventQueries;
  const index = async (records: readonly JsonObject[]): Promise<void> => {
    const documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
    const table = await createSegmentsTable(aws.clients.dynamodb);
    await indexEvents(
      documents,
      table,
      records.map((it) => event(it)),
    );
    queries = createEventQueries(documents, { segments: table }, () => NOW);
  };
  const follow = async (subject: string) =>
    (await trace(queries, { subject, maxEvents: 100 })).traces.map(({ origin, credential }) => ({
      origin: origin.steps.map(({ event: { eventID }, by }) => `${eventID} ${by}`),
      tree: tree(credential),
    }));

  beforeAll(async () => {
    aws = await startEmbeddedAws();
  });
  afterAll(() => aws.stop());

  const third = { [THIRD]: ['d3'] };
  const second = { [SECOND]: ['d2', 'a3'], issued: [['a3', third]] };
  const first = { [FIRST]: ['d1', 'a2'], issued: [['a2', second]] };

  describe('over three assumed roles', () => {
    beforeAll(() => index(CHAIN));

    test('goes back from the last key to the first identity', async () => {
      expect(await follow(THIRD)).toEqual([{ origin: ['a1 key', 'a2 key', 'a3 key'], tree: third }]);
    });

    test('goes forward from the first key to all that came of it', async () => {
      expect(await follow(USER_KEY)).toEqual([
        {
          origin: [],
          tree: {
            [USER_KEY]: ['a1', 'a0'],
            issued: [
              ['a1', first],
              ['a0', { [OTHER]: ['x1'] }],
            ],
          },
        },
      ]);
    });

    test('goes both ways from the middle, by the key, the session or the call that issued it', async () => {
      const expected = [{ origin: ['a1 key', 'a2 key'], tree: second }];
      for (const subject of [SECOND, sessionArn('Admin', 'a'), 'a2', 'd2'])
        expect(await follow(subject)).toEqual(expected);
    });

    test('counts what failed, and all that it doesn’t keep', async () => {
      const [result] = (await trace(queries, { subject: SECOND, maxEvents: 1 })).traces;
      expect(result?.credential).toMatchObject({ eventCount: 2, failureCount: 1, first: at(5), last: at(6) });
      expect(result?.credential.events).toHaveLength(1);
      expect(result?.credential.issued).toHaveLength(1);
    });

    test('ends at its bound of reads', async () => {
      await expect(trace(queries, { subject: USER_KEY, maxEvents: 1, maxReadUnits: 3 })).rejects.toThrow(
        ReadLimitReached,
      );
    });

    test('is empty for what the index doesn’t know', async () => {
      for (const subject of ['AKIANOBODYEXAMPLE000', sessionArn('No', 'body'), 'nothing'])
        expect(await follow(subject)).toEqual([]);
    });
  });

  test('ends where sessions assume each other in a circle', async () => {
    const circle = { role: 'Deploy', session: 'd', accessKeyId: FIRST };
    await index([
      assumeRole(sessionOf('Admin', 'a', SECOND), circle, { eventID: 'c1', eventTime: at(0) }),
      assumeRole(
        sessionOf('Deploy', 'd', FIRST),
        { role: 'Admin', session: 'a', accessKeyId: SECOND },
        { eventID: 'c2', eventTime: at(1) },
      ),
    ]);
    expect(await follow(FIRST)).toEqual([
      {
        origin: ['c2 key', 'c1 key'],
        tree: { [FIRST]: ['c2'], issued: [['c2', { [SECOND]: ['c1'] }]] },
      },
    ]);
  });

  test('finds a session by its name where the key is not in the log', async () => {
    const call = assumeRole(
      keyOf('alice', USER_KEY),
      { role: 'Deploy', session: 'd', accessKeyId: FIRST },
      { eventID: 'a1', eventTime: at(0) },
    );
    const masked = { ...call, responseElements: { assumedRoleUser: { arn: sessionArn('Deploy', 'd') } } };
    await index([masked, record({ eventID: 'd1', eventTime: at(2), userIdentity: sessionOf('Deploy', 'd', FIRST) })]);
    expect(await follow(FIRST)).toEqual([{ origin: ['a1 session'], tree: { [FIRST]: ['d1'] } }]);
  });

  test('takes the caller’s record of a call into another account, which names the key', async () => {
    const call = assumeRole(
      keyOf('alice', USER_KEY),
      { role: 'Deploy', session: 'd', accessKeyId: FIRST },
      { eventID: 'own', eventTime: at(1) },
    );
    const theirs = {
      ...call,
      eventID: 'theirs',
      eventTime: at(0),
      userIdentity: { type: 'AWSAccount', accountId: '444455556666' },
    };
    await index([
      theirs,
      call,
      record({ eventID: 'd1', eventTime: at(2), userIdentity: sessionOf('Deploy', 'd', FIRST) }),
    ]);
    expect(await follow(FIRST)).toMatchObject([{ origin: ['own key'] }]);
  });

  test('goes from a console session back to its login, and from the login to what followed', async () => {
    const login = (eventID: string, eventTime: string, members: JsonObject = {}) =>
      record({
        eventID,
        eventTime,
        eventSource: 'signin.amazonaws.com',
        eventName: 'ConsoleLogin',
        eventType: 'AwsConsoleSignIn',
        userIdentity: { ...keyOf('alice', ''), accessKeyId: '' },
        responseElements: { ConsoleLogin: 'Success' },
        ...members,
      });
    await index([
      login('l1', at(0)),
      login('l2', at(1)),
      login('l3', at(2), { responseElements: { ConsoleLogin: 'Failure' } }),
      record({ eventID: 'c1', eventTime: at(3), userIdentity: keyOf('alice', FIRST) }),
    ]);
    const expected = [{ origin: ['l2 login'], tree: { [FIRST]: ['c1'] } }];
    expect(await follow(FIRST)).toEqual(expected);
    expect(await follow('l2')).toEqual(expected);
    expect(await follow('l1')).toEqual([]);
  });

  test('ends at the person whose long-term key it is, and says who made the key', async () => {
    const created = record({
      eventID: 'k1',
      eventTime: at(0),
      eventSource: 'iam.amazonaws.com',
      eventName: 'CreateAccessKey',
      userIdentity: keyOf('mallory', 'AKIAMALLORYEXAMPLE00'),
      requestParameters: { userName: 'alice' },
      responseElements: { accessKey: { accessKeyId: USER_KEY, userName: 'alice', status: 'Active' } },
    });
    await index([created, record({ eventID: 'd1', eventTime: at(1), userIdentity: keyOf('alice', USER_KEY) })]);
    const [result] = (await trace(queries, { subject: USER_KEY, maxEvents: 10 })).traces;
    expect(result?.origin).toMatchObject({ steps: [], created: { eventID: 'k1' } });
    // Whoever makes a key for another user has that user's rights from then on.
    expect(await follow('AKIAMALLORYEXAMPLE00')).toMatchObject([
      { tree: { issued: [['k1', { [USER_KEY]: ['d1'] }]] } },
    ]);
  });

  test.each([
    ['role/Admin', [FIRST]],
    ['role/teams/security/Admin', [FIRST]],
    ['role/SuperAdmin', []],
    ['role/teams/SuperAdmin', []],
  ])('of a session of Admin that no call in the log began, the keys of %s are %s', async (role, keys) => {
    const { arn, ...identity } = sessionOf('Admin', 'a', FIRST);
    const issuer = { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:${role}`, accountId: ACCOUNT, userName: 'Admin' };
    const userIdentity = { ...identity, sessionContext: { sessionIssuer: issuer } };
    await index([record({ eventID: 'd1', eventTime: at(1), userIdentity })]);
    expect((await follow(sessionArn('Admin', 'a'))).map((it) => it.tree)).toEqual(
      keys.map((key) => ({ [key]: ['d1'] })),
    );
  });

  describe('asks no more once it follows as many credentials as it does', () => {
    const CALLS = 150;
    const issuedKey = (n: number): string => `ASIAISSUED${String(n).padStart(10, '0')}`;
    const second = (n: number): string => new Date(Date.parse(at(0)) + n * 1000).toISOString().replace('.000', '');
    let asked: number;
    const counted = (inner: EventQueries): EventQueries => ({
      ...inner,
      search: (...query) => {
        asked++;
        return inner.search(...query);
      },
      event: (...query) => {
        asked++;
        return inner.event(...query);
      },
      atOneMoment: (meter) => counted(inner.atOneMoment(meter)),
    });

    beforeAll(() =>
      index(
        Array.from({ length: CALLS }, (_, n) =>
          assumeRole(
            keyOf('alice', USER_KEY),
            { role: 'Deploy', session: 'd', accessKeyId: issuedKey(n) },
            { eventID: `call-${n}`, eventTime: second(n) },
          ),
        ),
      ),
    );
    beforeEach(() => {
      asked = 0;
    });

    test('for what a key has issued', async () => {
      const { traces, credentialsCut } = await trace(counted(queries), { subject: USER_KEY, maxEvents: 5 });
      expect(traces).toMatchObject([{ credential: { eventCount: CALLS, issuedCut: true } }]);
      expect(traces[0]?.credential.issued).toHaveLength(MAX_CREDENTIALS - 1);
      expect(credentialsCut).toBe(false);
      // Its origin and its events, and for each that it issued the call and the events.
      expect(asked).toBe(2 + 2 * (MAX_CREDENTIALS - 1));
    }, 60_000);

    test('for the keys of a session that was begun often', async () => {
      const { traces, credentialsCut } = await trace(counted(queries), {
        subject: sessionArn('Deploy', 'd'),
        maxEvents: 5,
      });
      expect(traces).toHaveLength(MAX_CREDENTIALS);
      expect(credentialsCut).toBe(true);
      // For each key its call, its events, and two steps of its origin with what they name.
      expect(asked).toBe(2 + 5 * MAX_CREDENTIALS);
    }, 60_000);
  });
});
