import fc from 'fast-check';
import { readAllConditions } from '../../../lambda/store/questions/conditions.ts';
import { countEvents } from '../../../lambda/store/questions/count.ts';
import { countByFacets, facetValues } from '../../../lambda/store/questions/facets.ts';
import { findEvent } from '../../../lambda/store/questions/find-event.ts';
import { searchSnapshot } from '../../../lambda/store/questions/search.ts';
import { FACETS } from '../../../lambda/store/questions/tally.ts';
import { type EventSummary, summaryKey } from '../../../lambda/store/segments/summary.ts';
import type { Snapshot } from '../../../lambda/store/segments/table/snapshot.ts';
import {
  type MadeQuestion,
  madeEvents,
  pick,
  plainAnswer,
  plainFacet,
  plainFilter,
  questionsAbout,
} from './made-questions.ts';
import { snapshotOf } from './made-snapshot.ts';

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

const question = questionsAbout(world.events);

async function search({
  conditions: asked,
  not = {},
  range,
  order,
  limit,
}: MadeQuestion): Promise<readonly EventSummary[]> {
  const found: EventSummary[] = [];
  for await (const one of searchSnapshot(world.snapshot, {
    conditions: readAllConditions(asked, not),
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
      const expected = plainFilter(world.events, asked);
      expect((await search(asked)).map(summaryKey)).toEqual(plainAnswer(world.events, asked).map(summaryKey));

      const read = { conditions: readAllConditions(asked.conditions, asked.not ?? {}), range: asked.range };
      expect(await countEvents(world.snapshot, read.conditions, read.range)).toBe(expected.length);

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
      const expected = plainFilter(world.events, { conditions: {}, range });
      expect(await facetValues(world.snapshot, facet, [], range)).toEqual(plainFacet(expected, facet));
    }),
    { numRuns: 25 },
  );
});

test('an event is found by its eventID, wherever it is', async () => {
  await fc.assert(
    fc.asyncProperty(pick(world.events), async ({ eventID }) => {
      expect((await findEvent(world.snapshot, eventID)).map((one) => one.eventID)).toEqual([eventID]);
    }),
  );
  expect(await findEvent(world.snapshot, 'no-such-id')).toEqual([]);
});
