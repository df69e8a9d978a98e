import fc from 'fast-check';
import { type CostQuery, estimateCost } from '../../../../cli/commands/cost/estimate-cost.ts';

const query: CostQuery = {
  eventsPerDay: 100_000,
  retentionDays: 365,
  accounts: 1,
  eventsPerObject: 50,
  notableShare: 0.2,
};

test('a million events kept a year cost what was promised', () => {
  const { none, notable } = estimateCost(query).perMillion;
  expect(none).toBeLessThanOrEqual(0.9);
  expect(notable).toBeLessThanOrEqual(1.6);
});

test('the price of CloudWatch can be worked out by hand', () => {
  // 1.5 GB at 0.75, and 0.225 GB of it kept for twelve months at 0.03.
  expect(estimateCost(query).perMillion.cloudwatch).toBeCloseTo(1.125 + 0.081, 4);
});

test('a row an event costs several times as much as segments', () => {
  const { perMillion } = estimateCost(query);
  expect(perMillion.rowAnEvent).toBeGreaterThan(10 * perMillion.notable);
});

test('the sum is that of what is shown, and more events, days, accounts, rows and smaller objects never cost less', () => {
  const queries = fc.record({
    eventsPerDay: fc.integer({ min: 1, max: 50_000_000 }),
    retentionDays: fc.integer({ min: 1, max: 3650 }),
    accounts: fc.integer({ min: 1, max: 500 }),
    eventsPerObject: fc.integer({ min: 2, max: 5_000 }),
    notableShare: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(queries, (asked) => {
      const { million, perMillion, fixed, digests, month } = estimateCost(asked);
      const total = (lines: typeof million): number => lines.reduce((sum, { dollars }) => sum + dollars, 0);
      expect(perMillion.none).toBeCloseTo(total(million), 6);
      const millions = (asked.eventsPerDay * 365) / 12 / 1e6;
      expect(month.none).toBeCloseTo(total(fixed) + digests + millions * perMillion.none, 4);
      expect(perMillion.none).toBeLessThanOrEqual(perMillion.notable);
      expect(perMillion.notable).toBeLessThanOrEqual(perMillion.all + 1e-9);
      for (const more of [
        { ...asked, eventsPerDay: asked.eventsPerDay * 2 },
        { ...asked, retentionDays: asked.retentionDays + 30 },
        { ...asked, accounts: asked.accounts + 1 },
        { ...asked, notableShare: (asked.notableShare + 1) / 2 },
        { ...asked, eventsPerObject: Math.ceil(asked.eventsPerObject / 2) },
      ]) {
        for (const name of ['none', 'notable', 'all', 'rowAnEvent', 'cloudwatch'] as const) {
          expect(estimateCost(more).month[name]).toBeGreaterThanOrEqual(month[name] - 1e-9);
        }
      }
    }),
  );
});
