import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { ReadLimitReached } from '../../../lambda/store/dynamo/queries/read-meter.ts';
import { createEventQueries } from '../../../lambda/store/questions/event-queries.ts';
import type { EventQuery } from '../../../lambda/store/questions/event-search.ts';
import { timeline } from '../../../lambda/store/questions/timeline.ts';
import { trace } from '../../../lambda/store/questions/trace/trace.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';
import { indexEvents, NOW } from '../../support/index-events.ts';
import { ACCOUNT, event } from '../../support/records.ts';
import { CountedUnits, createSegmentsTable, packAll } from '../../support/segments-table.ts';

const HOURS_AGO = new Date(NOW.getTime() - 3 * 3_600_000);
const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
const KEY = 'AKIAIOSFODNN7EXAMPLE';
const FILE_SYSTEM = 'fs-00112233';

/** A week of two accounts; one event in 20 names forty resources, one in 50 has keys as long as they may be. */
const EVENTS = Array.from({ length: 1_200 }, (_, index) =>
  event({
    eventID: `e-${String(index).padStart(4, '0')}`,
    eventTime: new Date(Date.UTC(2026, 10, 14) + index * 450_000).toISOString(),
    recipientAccountId: index % 3 === 0 ? '444455556666' : ACCOUNT,
    ...(index % 10 === 0 && { errorCode: 'AccessDenied' }),
    userAgent: 'u'.repeat(index % 120),
    requestParameters: {
      fileSystemId: FILE_SYSTEM,
      ...(index % 20 === 0 && {
        instances: Array.from({ length: 40 }, (_, n) => ({ instanceId: `i-0000${1000 + n}` })),
      }),
      ...(index % 50 === 0 && { bucketName: 'b'.repeat(1_990) }),
    },
  }),
);

const questions: fc.Arbitrary<EventQuery> = fc.record(
  {
    conditions: fc.constantFrom(
      {},
      { outcome: ['denied'] },
      { account: [ACCOUNT] },
      { actor: [ALICE] },
      { actor: [ALICE], errorCode: ['AccessDenied'], resource: [FILE_SYSTEM] },
      { resource: ['i-00001039'], outcome: ['denied'] },
      { resource: ['*1039'] },
      { accessKeyId: ['ASIANOBODY'] },
    ),
    limit: fc.constantFrom(1, 5, 50, 500),
    order: fc.constantFrom('newest-first', 'oldest-first'),
    since: fc.constantFrom(new Date('2026-11-15T10:00:00Z'), new Date('2026-11-19T00:00:00Z')),
  },
  { requiredKeys: ['conditions'] },
);

async function idsOf(events: AsyncIterable<{ readonly eventID: string }>): Promise<readonly string[]> {
  const ids = [];
  for await (const { eventID } of events) ids.push(eventID);
  return ids;
}

describe('a question that may read only so much', () => {
  let aws: EmbeddedAws;
  let documents: DynamoDBDocumentClient;
  let counted: CountedUnits;
  const tables: string[] = [];
  beforeAll(async () => {
    aws = await startEmbeddedAws();
    documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
    // One index in pages, one in segments, and one in both.
    for (const packed of [0, EVENTS.length, EVENTS.length / 2]) {
      const table = await createSegmentsTable(aws.clients.dynamodb);
      if (packed > 0) {
        await indexEvents(documents, table, EVENTS.slice(0, packed), HOURS_AGO);
        await packAll(documents, table, NOW);
      }
      if (packed < EVENTS.length) await indexEvents(documents, table, EVENTS.slice(packed - packed / 4));
      tables.push(table);
    }
    counted = new CountedUnits(aws.clients.dynamodb);
  }, 60_000);
  afterAll(() => aws.stop());

  const limits = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 1_500 }));

  test('never reads more, and gives its whole answer or no event', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2), questions, limits, fc.boolean(), async (place, query, maxReadUnits, isCount) => {
        const table = tables[place] ?? '';
        const queries = createEventQueries(documents, { segments: table }, () => NOW);
        const expected = isCount ? [await queries.count(query)] : await idsOf(queries.search(query));
        const given: unknown[] = [];
        const search = queries.search({ ...query, maxReadUnits });
        await counted.begin();
        try {
          if (isCount) given.push(await search.count());
          else for await (const { eventID } of search) given.push(eventID);
          expect(given).toEqual(expected);
        } catch (error) {
          if (!(error instanceof ReadLimitReached)) throw error;
          expect(given).toEqual([]);
          expect(error.maxUnits).toBe(maxReadUnits);
          expect(error.reads.units).toBeLessThanOrEqual(maxReadUnits);
        }
        expect(await counted.taken()).toBeLessThanOrEqual(maxReadUnits);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test('is a story just as well', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2),
        fc.integer({ min: 1, max: 600 }),
        fc.boolean(),
        async (place, maxReadUnits, isTrace) => {
          const queries = createEventQueries(documents, { segments: tables[place] ?? '' }, () => NOW);
          await counted.begin();
          const asked = isTrace
            ? trace(queries, { subject: KEY, maxEvents: 5, maxReadUnits })
            : timeline(queries, { resource: FILE_SYSTEM, maxReadUnits });
          await asked.catch((error: unknown) => expect(error).toBeInstanceOf(ReadLimitReached));
          expect(await counted.taken()).toBeLessThanOrEqual(maxReadUnits);
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);
});
