import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { BoundedTasks, mapConcurrently, mapInOrder } from '../../lambda/shared/concurrency.ts';
import { collect } from '../support/collect.ts';

/** Counts calls under way; each lasts as many turns of the event loop as its item says. */
function meter() {
  const count = { now: 0, most: 0, begun: 0 };
  const run = async (turns: number): Promise<number> => {
    count.begun++;
    count.most = Math.max(count.most, ++count.now);
    try {
      for (let left = turns; left > 0; left--) await turn();
      if (turns === FAILING) throw new Error('refused');
      return turns;
    } finally {
      count.now--;
    }
  };
  return { count, run };
}

const FAILING = 3;
const durations = fc.array(fc.constantFrom(0, 1, 2, 4, 7), { maxLength: 30 });
const limits = fc.integer({ min: 1, max: 5 });

async function tasksOf(items: Iterable<number>, limit: number, run: (item: number) => Promise<number>) {
  const results: number[] = [];
  const tasks = new BoundedTasks(limit);
  try {
    for (const item of items) await tasks.add(async () => results.push(await run(item)));
  } finally {
    await tasks.settle();
  }
  await tasks.finish();
  return results;
}

async function* asStream(items: readonly number[]): AsyncGenerator<number> {
  yield* items;
}

const WAYS = [
  { name: 'tasks', isOrdered: false, run: tasksOf },
  { name: 'a mapped list', isOrdered: true, run: mapConcurrently<number, number> },
  {
    name: 'a mapped stream',
    isOrdered: true,
    run: (items: readonly number[], limit: number, run: (item: number) => Promise<number>) =>
      collect(mapInOrder(asStream(items), limit, run)),
  },
];

describe.each(WAYS)('of $name', ({ isOrdered, run }) => {
  test('as many calls are under way as may be, and never more', async () => {
    await fc.assert(
      fc.asyncProperty(durations, limits, async (items, limit) => {
        const { count, run: call } = meter();
        const results = await run(items, limit, call);
        expect(isOrdered ? results : results.toSorted()).toEqual(isOrdered ? items : items.toSorted());
        expect(count).toMatchObject({ now: 0, begun: items.length });
        expect(count.most).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 50 },
    );
    const { count, run: call } = meter();
    await run([5, 5, 5, 5, 5, 5], 4, call);
    expect(count.most).toBe(4);
  });

  test('an error ends it once nothing is under way any more, and hardly anything begins after it', async () => {
    const { count, run: call } = meter();
    await expect(run([7, FAILING, 9, 1, 1, 1, 1, 1, 1, 1], 3, call)).rejects.toThrow('refused');
    expect(count.now).toBe(0);
    expect(count.begun).toBeLessThan(10);
  });
});

test('tasks that fail while nobody looks are told by the next one, which is not begun', async () => {
  const tasks = new BoundedTasks(2);
  await tasks.add(() => Promise.reject(new Error('first')));
  await turn();
  const second = jest.fn();
  await expect(tasks.add(second)).rejects.toThrow('first');
  expect(second).not.toHaveBeenCalled();
  await expect(tasks.finish()).rejects.toThrow('first');
});

test('a task that throws at once is an error like any other', async () => {
  const tasks = new BoundedTasks(1);
  await tasks.add(() => {
    throw new Error('at once');
  });
  await expect(tasks.finish()).rejects.toThrow('at once');
});

test('of a stream no more is taken than is under way or taken from it', async () => {
  let taken = 0;
  async function* endless(): AsyncGenerator<number> {
    for (;;) yield taken++;
  }
  const results = mapInOrder(endless(), 4, async (item) => item);
  for (let expected = 0; expected < 10; expected++) {
    expect((await results.next()).value).toBe(expected);
    expect(taken).toBeLessThanOrEqual(expected + 4);
  }
  await results.return(undefined);
});

test('an error of a stream’s later item doesn’t overtake the results before it', async () => {
  const { run } = meter();
  const results = mapInOrder([7, FAILING, 1], 3, run);
  expect((await results.next()).value).toBe(7);
  await expect(results.next()).rejects.toThrow('refused');
});
