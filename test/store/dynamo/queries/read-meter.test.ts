import fc from 'fast-check';
import { type Meter, ReadLimitReached, ReadMeter } from '../../../../lambda/store/dynamo/queries/read-meter.ts';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A call that takes a share of what it was granted. */
async function call(meter: Meter, least: number, most: number, share: number): Promise<number> {
  const grant = await meter.reserve({ least, most });
  await later();
  const taken = Math.floor(grant.units * share * 2) / 2;
  grant.settle(taken, 1);
  return grant.units;
}

const calls = fc.array(
  fc
    .record({
      least: fc.nat({ max: 8 }),
      more: fc.nat({ max: 300 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ least, more, share }) => ({ least: least / 2 + 0.5, most: least / 2 + 0.5 + more / 2, share })),
  { maxLength: 40 },
);

describe('ReadMeter', () => {
  test('never lets calls take more than its limit, nor than its parent’s, however many are under way', async () => {
    await fc.assert(
      fc.asyncProperty(calls, fc.nat(500), fc.nat(500), async (made, limit, parentLimit) => {
        const parent = new ReadMeter(parentLimit);
        const meter = new ReadMeter(limit, parent);
        const results = await Promise.allSettled(
          made.map(({ least, most, share }, index) => call(index % 3 === 0 ? parent : meter, least, most, share)),
        );
        expect(meter.reads.units).toBeLessThanOrEqual(limit);
        expect(parent.reads.units).toBeLessThanOrEqual(parentLimit);
        expect(parent.reads.requests).toBe(results.filter(({ status }) => status === 'fulfilled').length);
        for (const [index, result] of results.entries()) {
          const { least = 0, most = 0 } = made[index] ?? {};
          if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(ReadLimitReached);
          else expect(result.value >= least && result.value <= most).toBe(true);
        }
        // What was set aside is free again.
        expect(parent.leftUnits).toBe(parentLimit - parent.reads.units);
      }),
    );
  });

  test('lets a call wait for what others may give back, and refuses one for which nothing can be left', async () => {
    const meter = new ReadMeter(10);
    const [first, second] = await Promise.all([call(meter, 1, 100, 0.5), call(meter, 4, 4, 1)]);
    expect([first, second]).toEqual([10, 4]);
    await expect(call(meter, 2, 2, 1)).rejects.toThrow('9 read units were read, and 10 are allowed');
  });
});
