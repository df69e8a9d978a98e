import { hash } from 'node:crypto';
import fc from 'fast-check';
import { readConditions, type SecondsRange } from '../../../lambda/store/questions/conditions.ts';
import { countEvents } from '../../../lambda/store/questions/count.ts';
import { countByFacets, FACETS } from '../../../lambda/store/questions/facets.ts';
import { findEvent } from '../../../lambda/store/questions/find-event.ts';
import { searchSnapshot } from '../../../lambda/store/questions/search.ts';
import type { Facet } from '../../../lambda/store/questions/tally.ts';
import { secondsOf } from '../../../lambda/store/segments/block.ts';
import { valuesOf } from '../../../lambda/store/segments/dimensions.ts';
import { type EventSummary, summaryKey } from '../../../lambda/store/segments/summary.ts';
import type { Snapshot } from '../../../lambda/store/segments/table/snapshot.ts';
import { inOrder, summary } from '../segments/summaries.ts';
import { snapshotOf } from './made-snapshot.ts';

const START = Date.UTC(2026, 10, 19) / 1000;
const END = START + 3 * 86_400;

const time = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

/** Names that don't compress: a segment of many is no single item. */
const objectName = (number: number): string =>
  `arn:aws:s3:::bucket/${number}-${hash('sha1', String(number)).slice(0, 24)}`;

/** Events of three days with values that are frequent, rare, absent and many. */
function madeEvents(seed: number, count: number): readonly EventSummary[] {
  let state = seed;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  return inOrder(
    Array.from({ length: count }, (_, index) =>
      summary({
        eventTime: time(START + random(3 * 86_400)),
        actor: `arn:aws:iam::11112222333${random(3)}:role/role-${random(random(2) === 0 ? 3 : 400)}`,
        account: `11112222333${random(3)}`,
        action: `s3:Action${random(random(2) === 0 ? 4 : 60)}`,
        access: ['read', 'write', 'list', 'tagging'][random(4)] ?? 'read',
        // Some with many, so that a segment has more values than stand as they are.
        resources: Array.from({ length: index % 5 === 0 ? 42 : random(4) }, (_none, place) =>
          objectName(place < 4 ? random(200) : index * 42 + place),
        ),
        ...(random(10) === 0 ? { errorCode: 'AccessDenied', outcome: 'denied' } : {}),
        ...(random(3) === 0
          ? { address: undefined, sourceIPAddress: 'lambda.amazonaws.com' }
          : { address: `203.0.113.${random(250)}` }),
        accessKeyId: `ASIA${random(700)}`,
        userAgent: ['aws-cli/2.15.0 Python', 'Boto3/1.34', 'console.amazonaws.com'][random(3)],
      }),
    ),
  );
}

interface World {
  readonly events: readonly EventSummary[];
  readonly snapshot: Snapshot;
}

/** Segments that are large and small and overlap in time; pages whose events segments hold already, or other pages do. */
function madeWorld(seed: number): World {
  const events = madeEvents(seed, 2_000);
  const pages = events.filter((_, index) => index % 50 === 0);
  const rest = events.filter((_, index) => index % 50 !== 0);
  const isWhole = ({ eventTime }: EventSummary): boolean => eventTime.startsWith('2026-11-20');
  const others = rest.filter((event) => !isWhole(event));
  return {
    events,
    snapshot: snapshotOf({
      segments: [
        rest.filter(isWhole),
        others.filter((_, index) => index % 3 === 0),
        others.filter((_, index) => index % 3 === 1 && index < 800),
        others.filter((_, index) => index % 3 === 2 || (index % 3 === 1 && index >= 800)),
      ],
      pages: [pages.slice(0, 40), pages.slice(25), rest.filter((_, index) => index % 97 === 0)],
    }),
  };
}

const world = madeWorld(42);

test('a dimension of the world has more values than stand as they are', () => {
  expect(world.snapshot.segments.some(({ descriptor }) => (descriptor.lists.resource ?? 0) > 0)).toBe(true);
  expect(world.snapshot.segments.some(({ descriptor }) => descriptor.whole)).toBe(true);
});

const pick = <T>(list: readonly T[]): fc.Arbitrary<T> => fc.nat(list.length - 1).map((index) => list[index] as T);

const event = pick(world.events);
const moment = fc.oneof(
  fc.integer({ min: START - 10, max: END + 10 }),
  event.map(({ eventTime }) => secondsOf(eventTime)),
);

const conditions = fc
  .array(
    fc.oneof(
      event.map(({ actor }) => ({ actor: [actor] })),
      fc.constantFrom({ actor: ['*role-1*'] }, { actor: ['*:role/role-1', 'arn:aws:iam::111122223330:role/role-2'] }),
      event.map(({ action }) => ({ action: [action, 's3:Action1'] })),
      event.map(({ resources }) => ({ resource: [resources[0] ?? 'none', resources[1] ?? 'none'] })),
      fc.constantFrom(
        { resource: ['arn:aws:s3:::bucket/12*'] },
        { resource: [objectName(12)] },
        { resource: ['nothing'] },
      ),
      event.map(({ accessKeyId }) => ({ accessKeyId: [accessKeyId ?? ''] })),
      fc.constantFrom(
        { address: ['203.0.113.0/28'] },
        { address: ['lambda.amazonaws.com'] },
        { address: ['203.0.113.7'] },
        { errorCode: ['AccessDenied'] },
        { errorCode: ['*'] },
        { access: ['write', 'tagging'] },
        { account: ['111122223331'] },
        { userAgent: ['boto3'] },
        { outcome: ['denied'] },
      ),
    ),
    { maxLength: 3 },
  )
  .map((parts) => Object.assign({}, ...parts) as Parameters<typeof readConditions>[0]);

const question = fc.record({
  conditions,
  range: fc.oneof(
    fc.constant({ first: Number.NEGATIVE_INFINITY, last: Number.POSITIVE_INFINITY }),
    fc.tuple(moment, moment).map(([a, b]): SecondsRange => ({ first: Math.min(a, b), last: Math.max(a, b) })),
  ),
  order: fc.constantFrom('newest-first' as const, 'oldest-first' as const),
  limit: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(60)),
});

type Question = typeof question extends fc.Arbitrary<infer Value> ? Value : never;

function plainFilter({ conditions: asked, range }: Pick<Question, 'conditions' | 'range'>): readonly EventSummary[] {
  const read = readConditions(asked);
  return world.events.filter(
    (one) =>
      secondsOf(one.eventTime) >= range.first &&
      secondsOf(one.eventTime) <= range.last &&
      read.every(({ dimension, matches }) => valuesOf(one, dimension).some(matches)),
  );
}

async function search({ conditions: asked, range, order, limit }: Question): Promise<readonly EventSummary[]> {
  const found: EventSummary[] = [];
  for await (const one of searchSnapshot(world.snapshot, {
    conditions: readConditions(asked),
    range,
    order,
    // A short answer is read otherwise than a whole one.
    ...(Number.isFinite(limit) && { limit }),
  })) {
    if (found.length >= limit) break;
    found.push(one);
  }
  return found;
}

test('every answer, count and facet equals a plain filter over all events, in the order of events', async () => {
  await fc.assert(
    fc.asyncProperty(question, fc.constantFrom(...FACETS), fc.constantFrom(...FACETS), async (asked, facet, other) => {
      const expected = plainFilter(asked);
      const ordered = asked.order === 'oldest-first' ? expected : expected.toReversed();
      expect((await search(asked)).map(summaryKey)).toEqual(ordered.slice(0, asked.limit).map(summaryKey));

      const read = { conditions: readConditions(asked.conditions), range: asked.range };
      expect(await countEvents(world.snapshot, read)).toBe(expected.length);

      const facets = [facet, other];
      const { total, tables } = await countByFacets(world.snapshot, { ...read, facets });
      expect(total).toBe(expected.length);
      expect(tables.map((table) => table.facet)).toEqual([...new Set(facets)]);
      for (const table of tables) {
        expect(table.values).toEqual(plainFacet(expected, table.facet));
        expect(table.distinct).toBe(table.values.length);
      }
    }),
    { numRuns: 80 },
  );
});

test('facets without conditions are exact, too, where a range cuts segments', async () => {
  await fc.assert(
    fc.asyncProperty(question, fc.constantFrom(...FACETS), async ({ range }, facet) => {
      const { total, tables } = await countByFacets(world.snapshot, { conditions: [], range, facets: [facet] });
      const expected = plainFilter({ conditions: {}, range });
      expect(total).toBe(expected.length);
      expect(tables.map(({ values }) => values)).toEqual([plainFacet(expected, facet)]);
    }),
    { numRuns: 25 },
  );
});

test('an event is found by its eventID, wherever it is', async () => {
  await fc.assert(
    fc.asyncProperty(event, async ({ eventID }) => {
      expect((await findEvent(world.snapshot, eventID)).map((one) => one.eventID)).toEqual([eventID]);
    }),
  );
  expect(await findEvent(world.snapshot, 'no-such-id')).toEqual([]);
});

function plainFacet(events: readonly EventSummary[], facet: Facet): unknown {
  const values = new Map<string, { count: number; first: string; last: string }>();
  for (const one of events) {
    const own =
      facet === 'day'
        ? [one.eventTime.slice(0, 10)]
        : facet === 'hour'
          ? [one.eventTime.slice(0, 13)]
          : valuesOf(one, facet);
    for (const value of own) {
      const entry = values.get(value);
      values.set(value, { count: (entry?.count ?? 0) + 1, first: entry?.first ?? one.eventTime, last: one.eventTime });
    }
  }
  const isTime = facet === 'day' || facet === 'hour';
  return Array.from(values, ([value, { count, first, last }]) => ({
    value,
    count,
    ...(facet !== 'hour' && { first, last }),
  })).sort((a, b) => (isTime ? 0 : b.count - a.count) || (a.value < b.value ? -1 : 1));
}
