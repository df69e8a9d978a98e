import { backfillStates } from '../../../lambda/backfill/state-machine.ts';
import { runStates, type StatesOptions } from '../../../local/states/run-states.ts';

const definition = backfillStates({ list: 'list', batch: 'batch', workBucket: 'work', partition: 'aws' });

/** Two parts of a list, of three batches and of one, and none in the last. */
const PARTS = [
  { batches: 3, key: 'one', isLast: false },
  { batches: 0, key: 'none', isLast: false },
  { batches: 1, key: 'two', isLast: true },
];
const LINES: Readonly<Record<string, string>> = { one: '{"n":1}\n{"n":2}\n{"n":3}\n', two: '{"n":4}\n' };

interface Run {
  readonly calls: string[];
  readonly waits: number[];
  run(): Promise<unknown>;
}

/** The backfill's state machine over functions that do nothing. @param fail what a call of a batch throws, if anything. */
function machine(fail: (n: number, tries: number) => Error | undefined = () => undefined, tolerated = 0): Run {
  const calls: string[] = [];
  const waits: number[] = [];
  const tries = new Map<number, number>();
  const options: StatesOptions = {
    call: async (resource, input) => {
      const { next, n } = input as { next?: { part: number }; n?: number };
      calls.push(resource === 'list' ? `list ${next?.part}` : `batch ${n}`);
      if (resource === 'list') {
        const part = next?.part ?? 0;
        return { ...PARTS[part], next: { part: part + 1 }, maxConcurrency: 1, toleratedFailurePercentage: tolerated };
      }
      const count = (tries.get(n ?? 0) ?? 0) + 1;
      tries.set(n ?? 0, count);
      const error = fail(n ?? 0, count);
      if (error !== undefined) throw error;
      return null;
    },
    read: async (bucket, key) => (bucket === 'work' ? (LINES[key] ?? '') : ''),
    isStopped: async () => false,
    wait: async (milliseconds) => {
      waits.push(milliseconds);
    },
  };
  return { calls, waits, run: () => runStates(definition, { run: 'x', next: { part: 0 } }, options) };
}

const named = (name: string): Error => Object.assign(new Error(`${name} happened`), { name });

describe('the state machine of backfills', () => {
  test('lists a part, reads its batches, and so on until the last', async () => {
    const { calls, run } = machine();
    await run();
    // The last call tells the lister that all was read.
    expect(calls).toEqual(['list 0', 'batch 1', 'batch 2', 'batch 3', 'list 1', 'list 2', 'batch 4', 'list 2']);
  });

  test('calls a batch again after a fault of Lambda, with growing waits, and once after one of its own', async () => {
    const lambda = machine((n, tries) => (n === 2 && tries <= 3 ? named('Lambda.Unknown') : undefined));
    await lambda.run();
    expect(lambda.waits).toEqual([2_000, 4_000, 8_000]);
    const own = machine((n, tries) => (n === 2 && tries === 1 ? named('BatchUnfinished') : undefined));
    await own.run();
    expect(own.waits).toEqual([10_000]);
  });

  test('fails where more batches fail than are tolerated, and begins no more of them', async () => {
    const { calls, run } = machine((n) => (n === 2 ? named('BatchUnfinished') : undefined));
    await expect(run()).rejects.toMatchObject({
      name: 'States.ExceedToleratedFailureThreshold',
      message: '1 of 3 batches failed; the first: BatchUnfinished happened',
    });
    expect(calls).toEqual(['list 0', 'batch 1', 'batch 2', 'batch 2']);
  });

  test('goes on where as many may fail', async () => {
    const { calls, run } = machine((n) => (n === 2 ? named('BatchUnfinished') : undefined), 34);
    await run();
    expect(calls).toEqual([
      ...['list 0', 'batch 1', 'batch 2', 'batch 2', 'batch 3'],
      ...['list 1', 'list 2', 'batch 4', 'list 2'],
    ]);
  });
});

test.each([
  ['a state that is not known here', { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 1, Next: 'B' } } }],
  ['a member that is not known here', { StartAt: 'A', States: { A: { Type: 'Pass', Result: 1, End: true } } }],
])('refuses %s', async (_, given) => {
  const { call, read, isStopped, wait } = {
    call: async () => null,
    read: async () => '',
    isStopped: async () => false,
    wait: async () => {},
  };
  await expect(runStates(given, {}, { call, read, isStopped, wait })).rejects.toThrow();
});

test('an execution that is stopped begins nothing more', async () => {
  const calls: string[] = [];
  const stopped = runStates(
    definition,
    {},
    {
      call: async (resource) => {
        calls.push(resource);
        return { batches: 3, key: 'one', isLast: true, next: {}, maxConcurrency: 1, toleratedFailurePercentage: 0 };
      },
      read: async () => LINES.one ?? '',
      isStopped: async () => calls.filter((call) => call === 'batch').length === 2,
      wait: async () => {},
    },
  );
  await expect(stopped).rejects.toMatchObject({ name: 'ExecutionAborted' });
  expect(calls).toEqual(['list', 'batch', 'batch']);
});
