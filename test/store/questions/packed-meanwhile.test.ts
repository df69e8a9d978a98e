import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { PACK_ALL, PACK_POLICY } from '../../../lambda/pack/pack-policy.ts';
import { createEventQueries, type EventQueries } from '../../../lambda/store/questions/event-queries.ts';
import type { EventQuery } from '../../../lambda/store/questions/event-search.ts';
import { FACETS } from '../../../lambda/store/questions/tally.ts';
import { type EventSummary, summaryKey } from '../../../lambda/store/segments/summary.ts';
import { collect } from '../../support/collect.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';
import { writePages } from '../../support/index-events.ts';
import { createSegmentsTable, packAll } from '../../support/segments-table.ts';
import { inOrder } from '../segments/summaries.ts';
import {
  type MadeQuestion,
  madeEvents,
  plainAnswer,
  plainFacet,
  plainFilter,
  questionsAbout,
} from './made-questions.ts';

const EVENTS = madeEvents(7, 1_200);
const QUESTIONS = fc.sample(questionsAbout(EVENTS), { seed: 11, numRuns: 200 });

/** In the order in which they are read: the newest last, but for every seventh, which comes late. */
const ARRIVING = EVENTS.toSorted((a, b) => arrival(a) - arrival(b));

function arrival(event: EventSummary): number {
  const index = EVENTS.indexOf(event);
  return index % 7 === 0 ? EVENTS.length - index / 2 : index;
}

const ROUNDS = 8;

/** What packs do in each round: nothing, small segments, or small ones that are merged. */
const SMALL = { ...PACK_ALL, merge: PACK_POLICY.merge };
const POLICIES = [SMALL, undefined, SMALL, PACK_ALL, SMALL, undefined, SMALL, PACK_ALL];

function queryOf({ conditions, not, range, order, limit }: MadeQuestion): EventQuery {
  return {
    conditions,
    not,
    order,
    ...(Number.isFinite(range.first) && { since: new Date(range.first * 1000) }),
    // The end isn't included.
    ...(Number.isFinite(range.last) && { until: new Date((range.last + 1) * 1000) }),
    ...(Number.isFinite(limit) && { limit }),
  };
}

describe('200 questions while pages come, are packed and merged', () => {
  let aws: EmbeddedAws;
  beforeAll(async () => {
    aws = await startEmbeddedAws();
  });
  afterAll(() => aws.stop());

  /** Everything that one question can be answered with. */
  async function expectAnswered(
    queries: EventQueries,
    asked: MadeQuestion,
    number: number,
    held: readonly EventSummary[],
  ): Promise<void> {
    const query = queryOf(asked);
    const expected = plainFilter(held, asked);
    const found = await collect(queries.search(query));
    expect(found.map(summaryKey)).toEqual(plainAnswer(held, asked).map(summaryKey));
    if (number % 2 === 0) {
      expect(await queries.count(query)).toBe(expected.length);
      return;
    }
    const facet = FACETS[number % FACETS.length] ?? 'actor';
    const { total, tables } = await queries.facets(query, [facet]);
    expect(total).toBe(expected.length);
    expect(tables[0]?.values).toEqual(plainFacet(expected, facet));
  }

  test('are answered as a plain filter over the records would, at every moment', async () => {
    const client = DynamoDBDocumentClient.from(aws.clients.dynamodb);
    const table = await createSegmentsTable(aws.clients.dynamodb);
    let now = new Date('2026-11-22T00:00:00Z');
    const queries = createEventQueries(client, { segments: table }, () => now);
    const waiting = [...QUESTIONS.entries()];
    const held: EventSummary[] = [];
    const ask = async (count: number): Promise<void> => {
      const expected = inOrder(held);
      for (const [number, asked] of waiting.splice(0, count)) await expectAnswered(queries, asked, number, expected);
    };
    let merged = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const arrived = ARRIVING.slice((round * EVENTS.length) / ROUNDS, ((round + 1) * EVENTS.length) / ROUNDS);
      // Some come twice: in the same page, in the next one, and long after they were packed.
      const again = held.filter((_, index) => index % 23 === round);
      const half = arrived.length >> 1;
      await writePages(client, table, arrived.slice(0, half), now);
      await writePages(client, table, [...arrived.slice(half - 10), ...again], now);
      held.push(...arrived);
      await ask(10);
      now = new Date(now.getTime() + 4 * 3_600_000);
      const policy = POLICIES[round];
      const packed = policy && packAll(client, table, now, policy);
      await Promise.all([packed, ask(10)]);
      merged += (await packed)?.merged ?? 0;
      await ask(5);
    }
    expect(merged).toBeGreaterThan(2);
    expect(waiting).toEqual([]);
  }, 60_000);

  test('an event is found by its eventID in a page, in a small segment and in a merged one', async () => {
    const client = DynamoDBDocumentClient.from(aws.clients.dynamodb);
    const table = await createSegmentsTable(aws.clients.dynamodb);
    const now = new Date('2026-11-22T00:00:00Z');
    const queries = createEventQueries(client, { segments: table }, () => now);
    const [one, other] = [EVENTS[0], EVENTS[900]];
    if (one === undefined || other === undefined) throw new Error('there are no events');
    const expectFound = async (): Promise<void> => {
      for (const event of [one, other]) {
        const [found] = await queries.event(event.eventID);
        expect(found).toMatchObject({ eventID: event.eventID, resources: event.resources });
        const day = new Date(event.eventTime);
        expect(await queries.event(event.eventID, { since: day })).toEqual([found]);
        expect(await queries.event(event.eventID, { until: day })).toEqual([]);
      }
    };
    await writePages(client, table, EVENTS, new Date(now.getTime() - 3_600_000));
    await expectFound();
    await packAll(client, table, now, SMALL);
    await expectFound();
    await packAll(client, table, now, PACK_ALL);
    await expectFound();
    expect(await queries.event('nobody')).toEqual([]);
  });
});
