import fc from 'fast-check';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';
import { Bed, DAY, type Event, START } from './support.ts';

const SPAN = 3;
const LEARNING = 2;

/** What first_seen is, said as plainly as can be: one event after the other, and nothing that fails. */
class Model {
  readonly fired = new Set<string>();
  readonly #values = new Map<string, { last: number; winners: Set<string> }>();

  take(events: readonly Event[]): void {
    const inOrder = events.toSorted((a, b) => a.day - b.day || (a.id < b.id ? -1 : 1));
    for (const { day: time, id, user = 'u', call } of inOrder) {
      const day = Math.floor((START + time * DAY) / DAY) - Math.floor(START / DAY);
      for (const value of new Set(Array.isArray(call) ? call : [call])) {
        if (value !== undefined && value !== null) this.#see(`${user} ${value}`, day, id);
      }
    }
  }

  #see(value: string, day: number, id: string): void {
    const known = this.#values.get(value);
    if (known?.winners.has(id)) this.fired.add(`${value}: ${id}`);
    else if (known === undefined || day - known.last > SPAN) {
      const winners = known?.winners ?? new Set();
      this.#values.set(value, { last: day, winners });
      if (day < LEARNING) return;
      winners.add(id);
      this.fired.add(`${value}: ${id}`);
    } else known.last = Math.max(known.last, day);
  }
}

const call = fc.constantFrom('c', 'd', 'e');
const event = fc.record({
  day: fc.integer({ min: -20, max: 120 }).map((tenths) => tenths / 10),
  user: fc.constantFrom('u', 'v'),
  call: fc.oneof(
    { weight: 6, arbitrary: call },
    { weight: 2, arbitrary: fc.array(call, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
});
/** Objects in any order, some of them twice, with an event that may stand in two of them. */
const deliveries = fc
  .array(fc.array(event, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 })
  .map((objects) => objects.map((events, n) => events.map((one, k): Event => ({ ...one, id: `e${n}-${k}` }))))
  .chain((objects) =>
    fc.tuple(
      fc.shuffledSubarray([...objects, ...objects, objects.flatMap(([first]) => first ?? [])], {
        minLength: objects.length,
      }),
      fc.array(fc.record({ restarts: fc.boolean(), dies: fc.option(fc.integer({ min: 0, max: 3 })) }), {
        minLength: 13,
        maxLength: 13,
      }),
    ),
  );

let aws: EmbeddedAws;
let beds = 0;
beforeAll(async () => {
  aws = await startEmbeddedAws();
});
afterAll(() => aws.stop());
const bedOf = () => {
  const bed = new Bed(aws, `property-${++beds}`, `  timespan: ${SPAN}d\n  learning: ${LEARNING}d`);
  return bed;
};

describe('first_seen in DynamoDB', () => {
  it('fires as the plain model does, with doubles, restarts and deaths, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async ([objects, fates]) => {
        const bed = bedOf();
        const model = new Model();
        let process = bed.process();
        for (const [n, events] of objects.entries()) {
          const { restarts = false, dies = null } = fates[n] ?? {};
          if (restarts) process = bed.process();
          let left = dies ?? Number.POSITIVE_INFINITY;
          bed.beforeReport = () => {
            if (left-- <= 0) throw new Error('died');
          };
          const isDone = await process.observe(bed.memberships(events)).then(
            () => true,
            () => false,
          );
          bed.beforeReport = () => {};
          // Its message is delivered again.
          if (!isDone) {
            process = bed.process();
            await process.observe(bed.memberships(events));
          }
          model.take(events);
        }
        expect(bed.fired.toSorted()).toEqual([...model.fired].toSorted());
        for (const ids of bed.reported.values()) expect(ids.size).toBe(1);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('fires as the memory of scan and tests does', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async ([objects]) => {
        const bed = bedOf();
        const memory = new Set<string>();
        bed.detector.correlate({ eventTime: new Date(START).toISOString(), eventID: 'first' }, START);
        for (const events of objects) {
          const memberships = bed.memberships(events);
          for (const { findingId } of bed.detector.observe(memberships, START)) memory.add(findingId);
          await bed.process().observe(memberships);
        }
        expect(new Set([...bed.reported.values()].flatMap((ids) => [...ids]))).toEqual(memory);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('has one winner of a value where processes are at work at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(call, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 6 }),
        async (objects) => {
          const bed = bedOf();
          await Promise.all(
            objects.map((calls, n) => {
              const events = calls.map((one, k): Event => ({ day: 2 + k / 100, id: `e${n}-${k}`, call: one }));
              return bed.process().observe(bed.memberships(events));
            }),
          );
          const values = bed.fired.map((fired) => fired.split(':')[0]);
          expect(values.toSorted()).toEqual([...new Set(objects.flat())].map((one) => `u ${one}`).toSorted());
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);
});
