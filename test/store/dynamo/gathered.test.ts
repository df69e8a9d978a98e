import fc from 'fast-check';
import { Gathered } from '../../../lambda/store/dynamo/gathered.ts';

interface World {
  readonly calls: (readonly string[])[];
  readonly gathered: Gathered<string, string>;
}

/** Answers each item with its capital letters, and those that begin with `?` not at all. */
function world({ most = 3, fails = false } = {}): World {
  const calls: (readonly string[])[] = [];
  const gathered = new Gathered<string, string>({
    most,
    nameOf: (item) => item,
    send: async (items) => {
      calls.push(items);
      if (fails) throw new Error('throttled');
      return items.map((item) => (item.startsWith('?') ? undefined : item.toUpperCase()));
    },
  });
  return { calls, gathered };
}

test('what is asked for at the same time goes in one call', async () => {
  const { calls, gathered } = world();
  expect(await Promise.all(['a', 'b', 'c'].map((item) => gathered.ask(item)))).toEqual(['A', 'B', 'C']);
  expect(calls).toEqual([['a', 'b', 'c']]);
});

test('an item that is alone asks nothing', async () => {
  const { calls, gathered } = world();
  expect(await gathered.ask('a')).toBeUndefined();
  expect(calls).toEqual([]);
});

test('a call that fails leaves every item to who asked, and the next call is made', async () => {
  const failing = world({ fails: true });
  expect(await Promise.all([failing.gathered.ask('a'), failing.gathered.ask('b')])).toEqual([undefined, undefined]);
  expect(await Promise.all([failing.gathered.ask('c'), failing.gathered.ask('d')])).toEqual([undefined, undefined]);
  expect(failing.calls).toHaveLength(2);
});

test('an item that the call couldn’t answer harms no other', async () => {
  const { gathered } = world();
  expect(await Promise.all([gathered.ask('?'), gathered.ask('a')])).toEqual([undefined, 'A']);
});

test('what is asked for during calls waits, and goes together', async () => {
  let free = (): void => {};
  const held = new Promise<void>((resolve) => {
    free = resolve;
  });
  const calls: (readonly string[])[] = [];
  const gathered = new Gathered<string, true>({
    most: 2,
    nameOf: (item) => item,
    send: async (items) => {
      calls.push(items);
      await held;
      return items.map(() => true);
    },
  });
  const asked = ['a', 'b', 'c', 'd'].map((item) => gathered.ask(item));
  while (calls.length < 2) await new Promise((resolve) => setImmediate(resolve));
  const later = ['e', 'f'].map((item) => gathered.ask(item));
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toHaveLength(2);
  free();
  await Promise.all([...asked, ...later]);
  expect(calls).toEqual([
    ['a', 'b'],
    ['c', 'd'],
    ['e', 'f'],
  ]);
});

test('each item has its own answer or none, no call is too large, and none holds a name twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd', '?x', '?y')),
      fc.integer({ min: 2, max: 5 }),
      async (items, most) => {
        const { calls, gathered } = world({ most });
        const answers = await Promise.all(items.map((item) => gathered.ask(item)));
        for (const [place, answer] of answers.entries()) {
          if (answer !== undefined) expect(answer).toBe(items[place]?.toUpperCase());
        }
        for (const call of calls) {
          expect(call.length).toBeGreaterThanOrEqual(2);
          expect(call.length).toBeLessThanOrEqual(most);
          expect(new Set(call).size).toBe(call.length);
        }
      },
    ),
  );
});
