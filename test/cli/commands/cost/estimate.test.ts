import fc from 'fast-check';
import { estimateCost } from '../../../../cli/commands/cost/estimate-cost.ts';
import { EVENT_INDEXES } from '../../../../lambda/store/schema.ts';

const query = { eventsPerDay: 100_000, retentionDays: 365, accounts: 1, without: [] };
const indexNames = Object.values(EVENT_INDEXES).map(({ name }) => name);

test('the units, the gigabytes and the dollars of one index can be worked out by hand', () => {
  const byDay = estimateCost(query).events.find(({ name }) => name === 'by-day');
  // 100,000 events × 365/12 days; a row of 850 bytes and 100 of overhead, for 365 days.
  expect(byDay?.writeUnits).toBeCloseTo(3_041_666.67, 1);
  expect(byDay?.gigabytes).toBeCloseTo((100_000 * 365 * 950) / 1024 ** 3, 6);
  expect(byDay?.writes).toBeCloseTo(3.0416667 * 0.625, 4);
  expect(byDay?.storage).toBeCloseTo(32.293 * 0.25, 2);
  expect(byDay?.recovery).toBe(0);
});

test('only the table pays for point-in-time recovery', () => {
  const [table, ...indexes] = estimateCost(query).events;
  expect(table?.name).toBe('events');
  expect(table?.recovery).toBeGreaterThan(0);
  expect(indexes.map(({ name }) => name)).toEqual(indexNames);
  expect(indexes.every(({ recovery }) => recovery === 0)).toBe(true);
});

test('switching an index off saves what the estimate says, and nothing else', () => {
  fc.assert(
    fc.property(fc.constantFrom(...indexNames), fc.integer({ min: 1, max: 50_000_000 }), (index, eventsPerDay) => {
      const all = estimateCost({ ...query, eventsPerDay });
      const without = estimateCost({ ...query, eventsPerDay, without: [index] });
      const { writes = 0, storage = 0 } = all.events.find(({ name }) => name === index) ?? {};
      expect(all.total.onDemand - without.total.onDemand).toBeCloseTo(writes + storage, 4);
      expect(without.services).toEqual(all.services);
    }),
  );
});

test('the total is the sum of what is shown, and more events, days and accounts never cost less', () => {
  const counts = fc.record({
    eventsPerDay: fc.integer({ min: 1, max: 50_000_000 }),
    retentionDays: fc.integer({ min: 1, max: 3650 }),
    accounts: fc.integer({ min: 1, max: 500 }),
    without: fc.subarray(indexNames),
  });
  fc.assert(
    fc.property(counts, (asked) => {
      const { events, reads, services, total } = estimateCost(asked);
      const sum = [
        ...events.flatMap(({ writes, storage, recovery }) => [writes, storage, recovery]),
        ...services.map(({ dollars }) => dollars),
        reads.onDemand,
      ].reduce((a, b) => a + b, 0);
      expect(total.onDemand).toBeCloseTo(sum, 4);
      for (const more of [
        { ...asked, eventsPerDay: asked.eventsPerDay * 2 },
        { ...asked, retentionDays: asked.retentionDays + 30 },
        { ...asked, accounts: asked.accounts + 1 },
      ]) {
        expect(estimateCost(more).total.onDemand).toBeGreaterThanOrEqual(total.onDemand);
        expect(estimateCost(more).total.provisioned).toBeGreaterThanOrEqual(total.provisioned);
      }
    }),
  );
});
