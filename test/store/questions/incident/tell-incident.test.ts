import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { incidentText } from '../../../../cli/commands/incident/incident-text.ts';
import { readZone } from '../../../../cli/time/time-zone.ts';
import type { JsonObject } from '../../../../lambda/shared/json.ts';
import { ReadLimitReached } from '../../../../lambda/store/dynamo/queries/read-meter.ts';
import type { FindingQueries } from '../../../../lambda/store/findings/finding-query.ts';
import { createEventQueries, type EventQueries } from '../../../../lambda/store/questions/event-queries.ts';
import type { Incident } from '../../../../lambda/store/questions/incident/incident.ts';
import type { RecordReader } from '../../../../lambda/store/questions/incident/read-details.ts';
import {
  type IncidentQuery,
  type IncidentSources,
  tellIncident,
} from '../../../../lambda/store/questions/incident/tell-incident.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../../support/embedded-aws.ts';
import { indexEvents, NOW } from '../../../support/index-events.ts';
import { event, record } from '../../../support/records.ts';
import { createSegmentsTable } from '../../../support/segments-table.ts';
import { assumeRole, keyOf, sessionOf } from '../../../support/sessions.ts';

const USER_KEY = 'AKIAALICEEXAMPLE0000';
const alice = keyOf('alice', USER_KEY);
const issuedKey = (n: number): string => `ASIAISSUED${String(n).padStart(10, '0')}`;
const at = (second: number): string => new Date(Date.parse('2026-11-20T14:00:00Z') + second * 1000).toISOString();

const NO_FINDINGS: FindingQueries = { search: async function* () {}, get: async () => undefined };
const NO_ALERTS = { get: async () => undefined };

let aws: EmbeddedAws;
let documents: DynamoDBDocumentClient;
beforeAll(async () => {
  aws = await startEmbeddedAws();
  documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
});
afterAll(() => aws.stop());

async function indexed(records: readonly JsonObject[]): Promise<EventQueries> {
  const table = await createSegmentsTable(aws.clients.dynamodb);
  await indexEvents(
    documents,
    table,
    records.map((members, index) => event(members, { bucket: 'logs', key: `${index}`, version: 'v1', index: 0 })),
  );
  return createEventQueries(documents, { segments: table }, () => NOW);
}

async function told(
  events: EventQueries,
  query: Partial<IncidentQuery>,
  sources: Partial<IncidentSources> = {},
): Promise<Incident> {
  const whole = { most: 100, maxObjects: 100, ...query };
  const incident = await tellIncident({ events, findings: NO_FINDINGS, alerts: NO_ALERTS, ...sources }, whole);
  if (incident === undefined) throw new Error('Nothing is known of it.');
  return incident;
}

describe('an incident', () => {
  test('counts each event once, whatever was issued to whom and asked for', async () => {
    const step = fc.record({
      // Who calls: the user, or one of the sessions.
      by: fc.nat({ max: 4 }),
      // Which session the call issues; none where it is the caller's own.
      issues: fc.option(fc.integer({ min: 1, max: 4 })),
      address: fc.constantFrom('203.0.113.1', '203.0.113.2'),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const records = steps.map(({ by, issues, address, fails }, index) => {
          const identity = by === 0 ? alice : sessionOf('Deploy', `s-${by}`, issuedKey(by));
          const members = {
            eventID: `e-${index}`,
            eventTime: at(index),
            sourceIPAddress: address,
            ...(fails && { errorCode: 'AccessDenied' }),
          };
          return issues === null || fails
            ? record({ userIdentity: identity, ...members })
            : assumeRole(identity, { role: 'Deploy', session: `s-${issues}`, accessKeyId: issuedKey(issues) }, members);
        });
        const events = await indexed(records);
        // All that was asked for, and all that can be reached from it by what was issued.
        const expected = (isAsked: (step: (typeof steps)[number]) => boolean): number => {
          const keys = new Set<number>();
          const isMeant = (one: (typeof steps)[number]): boolean => isAsked(one) || keys.has(one.by);
          for (let before = -1; before !== keys.size; ) {
            before = keys.size;
            for (const one of steps) {
              const isIssuing = one.issues !== null && !one.fails && one.issues !== one.by;
              if (isMeant(one) && isIssuing && one.issues !== null) keys.add(one.issues);
            }
          }
          return steps.filter(isMeant).length;
        };
        const all = await told(events, { since: new Date(at(0)) });
        expect(all).toMatchObject({ events: steps.length, askedEvents: steps.length });
        expect(all.activity.reduce((sum, hour) => sum + hour.events, 0)).toBe(steps.length);
        expect(all.identities.items.reduce((sum, identity) => sum + identity.events, 0)).toBe(steps.length);
        expect(all.addresses.items.reduce((sum, address) => sum + address.events, 0)).toBe(steps.length);
        const [first] = steps;
        if (first === undefined) return;
        expect((await told(events, { text: first.address })).events).toBe(
          expected(({ address }) => address === first.address),
        );
        const key = first.by === 0 ? USER_KEY : issuedKey(first.by);
        expect((await told(events, { text: key })).events).toBe(expected(({ by }) => by === first.by));
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  test('follows 50 credentials, those that people asked for first, and says that there were more', async () => {
    const service = { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' };
    const calls = (identity: JsonObject, from: number, count: number) =>
      Array.from({ length: count }, (_, n) =>
        assumeRole(
          identity,
          { role: 'Deploy', session: 'd', accessKeyId: issuedKey(from + n) },
          { eventID: `call-${from + n}`, eventTime: at(from + n), sourceIPAddress: '203.0.113.10' },
        ),
      );
    const events = await indexed([...calls(service, 0, 40), ...calls(alice, 100, 20)]);
    const { issued, leftOut } = await told(events, { text: '203.0.113.10' });
    expect(issued.total).toBe(50);
    expect(issued.items.filter(({ by }) => by.actorKind === 'iam-user')).toHaveLength(20);
    expect(leftOut.map(({ part }) => part)).toEqual(['issued']);
  });

  describe('where reads come to an end', () => {
    const RECORDS = [
      assumeRole(alice, { role: 'Deploy', session: 'd', accessKeyId: issuedKey(1) }, { eventTime: at(0) }),
      record({ eventTime: at(1), userIdentity: sessionOf('Deploy', 'd', issuedKey(1)) }),
    ];
    /** Ends at the first question about a key. */
    const endingAtKey = (inner: EventQueries, accessKeyId: string): EventQueries => ({
      ...inner,
      search: (query, meter) => {
        if (query.conditions?.accessKeyId?.includes(accessKeyId)) {
          throw new ReadLimitReached(100, { units: 100, rows: 1, requests: 1 });
        }
        return inner.search(query, meter);
      },
      atOneMoment: (meter) => endingAtKey(inner.atOneMoment(meter), accessKeyId),
    });

    test('tells the events that were asked for, and what it couldn’t follow', async () => {
      const events = endingAtKey(await indexed(RECORDS), issuedKey(1));
      const { leftOut, ...incident } = await told(events, { text: 'alice' });
      expect(incident).toMatchObject({ events: 1, issued: { total: 0 } });
      expect(leftOut.map(({ part }) => part)).toContain('issued');
    });

    test('tells all else without findings', async () => {
      const findings: FindingQueries = {
        ...NO_FINDINGS,
        // biome-ignore lint/correctness/useYield: it ends before the first one.
        search: async function* () {
          throw new ReadLimitReached(100, { units: 100, rows: 1, requests: 1 });
        },
      };
      const { leftOut, events } = await told(await indexed(RECORDS), { text: 'alice' }, { findings });
      expect(events).toBe(2);
      expect(leftOut).toEqual([
        { part: 'findings', reason: 'Findings are not told whole: --max-reads came to its end.' },
      ]);
    });

    test('refuses where the events that were asked for don’t fit', async () => {
      const events = endingAtKey(await indexed(RECORDS), USER_KEY);
      await expect(told(events, { text: USER_KEY })).rejects.toThrow(ReadLimitReached);
    });
  });

  describe('reads records', () => {
    const taking = (n: number) =>
      record({
        eventSource: 's3.amazonaws.com',
        eventName: 'GetObject',
        eventID: `take-${n}`,
        eventTime: at(n),
        eventCategory: 'Data',
        resources: [{ ARN: `arn:aws:s3:::payroll/${n}` }],
      });

    const READER: RecordReader = {
      read: async function* (receipts) {
        for (const receipt of receipts) {
          // That of the fourth was replaced since.
          const eventID = receipt.key === '3' ? 'another' : `take-${receipt.key}`;
          yield { receipt, record: { eventID, additionalEventData: { bytesTransferredOut: 10 } } };
        }
      },
    };

    test('of as many log objects as it may, and says what that leaves out', async () => {
      const events = await indexed([taking(0), taking(1), taking(2)]);
      const { taken, leftOut } = await told(events, { text: 'alice', maxObjects: 2 }, { records: READER });
      expect(taken.items).toMatchObject([{ events: 3, bytes: 20, bytesOfEvents: 2 }]);
      expect(leftOut).toMatchObject([{ part: 'records', reason: expect.stringContaining('1 of them') }]);
    });

    test('and believes none that stands in another’s place', async () => {
      const events = await indexed([taking(0), taking(1), taking(2), taking(3)]);
      const { taken, leftOut } = await told(events, { text: 'alice' }, { records: READER });
      expect(taken.items).toMatchObject([{ events: 4, bytes: 30, bytesOfEvents: 3 }]);
      expect(leftOut).toMatchObject([{ part: 'records', reason: expect.stringContaining('no longer where') }]);
    });

    test('and tells everything else where it may not', async () => {
      const records: RecordReader = {
        // biome-ignore lint/correctness/useYield: it ends before the first one.
        read: async function* () {
          throw Object.assign(new Error('no s3:GetObject'), { name: 'AccessDenied' });
        },
      };
      const { events, leftOut } = await told(await indexed([taking(0)]), { text: 'alice' }, { records });
      expect(events).toBe(1);
      expect(leftOut).toMatchObject([{ part: 'records', reason: expect.stringContaining('AccessDenied') }]);
    });
  });

  test('tells the 7 days up to the last event, and that there was something before', async () => {
    const day = (date: string) => record({ eventTime: `${date}T12:00:00Z`, userIdentity: alice });
    const events = await indexed([day('2026-10-01'), day('2026-11-10'), day('2026-11-16')]);
    const incident = await told(events, { text: 'alice' });
    expect(incident).toMatchObject({ events: 2, subject: { times: 'last-days', earlier: true } });
    expect(incident.leftOut.map(({ part }) => part)).toEqual(['earlier']);
    expect(await told(events, { text: 'alice', since: new Date('2026-01-01') })).toMatchObject({
      events: 3,
      subject: { times: 'asked' },
      leftOut: [],
    });
  });

  test('says that more may stand where there are more ways back than are looked at', async () => {
    const user = (eventName: string, n: number) =>
      record({
        eventSource: 'iam.amazonaws.com',
        eventName,
        eventTime: at(n),
        readOnly: false,
        requestParameters: { userName: `u-${n % 1000}` },
      });
    const records = [
      ...Array.from({ length: 501 }, (_, n) => user('CreateUser', n)),
      ...Array.from({ length: 500 }, (_, n) => user('DeleteUser', 1000 + n)),
    ];
    const incident = await told(await indexed(records), { text: 'alice' });
    expect(incident.persistence).toMatchObject({ total: 501, standing: 0 });
    expect(incident.leftOut).toMatchObject([{ part: 'persistence', reason: expect.stringContaining('than the 500') }]);
    const output = { isTerminal: false, columns: undefined, colours: false, write: () => undefined };
    const text = incidentText(incident, { zone: readZone('UTC'), limit: 5, command: (args) => args.join(' ') }, output);
    expect(text).toContain('none of those looked at stands');
  });

  test('asks next about another key than that which was asked for in small letters', async () => {
    const events = await indexed([record({ eventTime: at(1), userIdentity: alice })]);
    const { next } = await told(events, { text: USER_KEY.toLowerCase() });
    expect(next.map(({ args }) => args)).not.toContainEqual(['trace', USER_KEY]);
    // It begins at the same moment for whoever asks, in whatever zone.
    expect(next).toContainEqual(
      expect.objectContaining({ args: expect.arrayContaining(['--since', '2026-11-20T00:00:00Z']) }),
    );
  });

  test('tells of a user who was made, and did nothing, what was done to it', async () => {
    const events = await indexed([
      record({
        eventSource: 'iam.amazonaws.com',
        eventName: 'CreateUser',
        eventTime: at(1),
        readOnly: false,
        userIdentity: alice,
        requestParameters: { userName: 'ghost' },
      }),
    ]);
    const { next } = await told(events, { text: 'alice' });
    const [, subject = ''] = next.find(({ args }) => args[0] === 'incident')?.args ?? [];
    expect(subject).toBe('user/ghost');
    expect(await told(events, { text: subject })).toMatchObject({ events: 1, subject: { kind: 'resource' } });
  });

  test('tells names apart as far as its memory goes, and says that there were more', async () => {
    const records = Array.from({ length: 1_100 }, (_, n) =>
      record({
        eventTime: at(n),
        eventName: 'StopInstances',
        readOnly: false,
        requestParameters: { instanceId: `i-${n}` },
      }),
    );
    const { effects } = await told(await indexed(records), { text: 'alice' });
    expect(effects[0]?.actions.items[0]?.resources).toMatchObject({ total: 1_000, atLeast: true });
    expect(effects[0]?.events).toBe(1_100);
  });
});
