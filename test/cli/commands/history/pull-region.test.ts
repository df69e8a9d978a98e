import * as fc from 'fast-check';
import { CALL_MILLISECONDS, type LookedUpEvent, pacedLookUp } from '../../../../cli/commands/history/look-up.ts';
import { createLookUpClient } from '../../../../cli/commands/history/look-up-client.ts';
import { type FirstPage, pullRegion } from '../../../../cli/commands/history/pull-region.ts';
import { HistoryFile, historyNotes } from '../../../../local/history/history-file.ts';
import { ACCOUNT, record } from '../../../support/records.ts';
import { type LookupServer, startLookupServer } from '../../support/lookup-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

jest.setTimeout(120_000);

const REGION = 'eu-west-1';
const SINCE = '2026-11-19T00:00:00Z';
const UNTIL = '2026-11-20T00:00:00Z';

const at = (second: number): string => new Date(Date.parse(UNTIL) - second * 1000).toISOString().replace('.000', '');

/** Events at so many seconds before the end. */
const recordsAt = (seconds: readonly number[]) =>
  seconds.map((second, index) => record({ eventID: `e-${index}`, eventTime: at(second) }));

let server: LookupServer;
let folder: TemporaryFolder;
beforeEach(async () => {
  server = await startLookupServer(ACCOUNT, Number.POSITIVE_INFINITY);
  folder = await temporaryFolder();
});
afterEach(async () => {
  await server.stop();
  await folder.remove();
});

interface Run {
  readonly callMilliseconds?: number;
  readonly until?: string;
  readonly settledUntil?: string;
  readonly signal?: AbortSignal;
  readonly onStored?: (events: readonly LookedUpEvent[]) => void;
}

/** One run over the folder, as a process makes it. */
async function pulled({ callMilliseconds = 0, until = UNTIL, settledUntil = until, ...run }: Run = {}) {
  const history = await HistoryFile.open(folder.path);
  const client = createLookUpClient({
    region: REGION,
    endpoint: server.url,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    answerMilliseconds: 300,
  });
  const stored: LookedUpEvent[] = [];
  const first: FirstPage[] = [];
  const { signal = new AbortController().signal } = run;
  try {
    await pullRegion({
      region: REGION,
      pull: await history.begin(ACCOUNT),
      history,
      lookUp: pacedLookUp(client, { signal, callMilliseconds, firstWait: 5, longestWait: 50 }),
      store: async (events) => {
        run.onStored?.(events);
        stored.push(...events);
      },
      since: SINCE,
      until,
      settledUntil,
      onFirstPage: (page) => first.push(page),
      onEvents: () => undefined,
    });
    return { ids: stored.map(({ eventID }) => eventID), first, error: undefined };
  } catch (error) {
    return { ids: stored.map(({ eventID }) => eventID), first, error };
  } finally {
    client.destroy();
  }
}

test('events come the newest first, whole pages, each once, at two calls a second', async () => {
  await server.stop();
  server = await startLookupServer(ACCOUNT);
  server.add(REGION, recordsAt(Array.from({ length: 210 }, (_, index) => index)));
  const { ids, first } = await pulled({ callMilliseconds: CALL_MILLISECONDS });
  expect(ids).toEqual(Array.from({ length: 210 }, (_, index) => `e-${index}`));
  expect(first).toEqual([{ region: REGION, events: 50, seconds: 49, askedSeconds: 86_400, hasMore: true }]);
  // The server throttles whoever is faster.
  expect(server.calls.map(({ fault }) => fault)).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test('a call that is throttled, breaks, is cut or never answered is made again, and nothing is lost', async () => {
  server.add(REGION, recordsAt(Array.from({ length: 120 }, (_, index) => index)));
  const faults = ['throttled', 'broken', undefined, 'cut', 'hung', undefined, 'throttled'] as const;
  server.breakBy((_, count) => faults[count]);
  const { ids, error } = await pulled();
  expect(error).toBeUndefined();
  expect(ids).toHaveLength(120);
  expect(new Set(ids).size).toBe(120);
});

test('a token that has expired has reading go on at the oldest event, though its second has more than a page', async () => {
  // 130 events of one second in the middle.
  server.add(REGION, recordsAt([...Array(40).fill(1), ...Array(130).fill(5), ...Array(40).fill(9)]));
  server.breakBy(({ token }, count) => (token !== undefined && (count === 2 || count === 4) ? 'expired' : undefined));
  const { ids, error } = await pulled();
  expect(error).toBeUndefined();
  expect(new Set(ids).size).toBe(210);
  // What was there already isn't kept twice.
  expect(ids).toHaveLength(210);
  expect(server.calls.some(({ endTime }) => endTime === Date.parse(at(5)) / 1000)).toBe(true);
});

test('tokens that are never taken end it, with what was read kept', async () => {
  server.add(REGION, recordsAt([...Array(200).fill(5)]));
  server.breakBy(({ token }) => (token === undefined ? undefined : 'expired'));
  const { ids, error } = await pulled();
  expect(error).toMatchObject({ name: 'TokenExpired' });
  expect(ids).toHaveLength(50);
  expect(server.calls.length).toBeLessThan(20);
});

test('a right that is missing ends it at once', async () => {
  server.breakBy(() => 'denied');
  expect(await pulled()).toMatchObject({ ids: [], error: { name: 'AccessDeniedException' } });
  expect(server.calls).toHaveLength(1);
});

test('a run that was interrupted keeps what it had, and the next goes on there', async () => {
  server.add(REGION, recordsAt(Array.from({ length: 220 }, (_, index) => Math.floor(index / 3))));
  const interruption = new AbortController();
  server.breakBy((_, count) => {
    if (count === 2) interruption.abort(new Error('interrupted'));
    return undefined;
  });
  const before = await pulled({ signal: interruption.signal });
  expect(before.error).toMatchObject({ message: 'interrupted' });
  expect(before.ids).toHaveLength(100);
  expect((await historyNotes(folder.path))[0]).toContain('Not all of it is here yet (eu-west-1)');
  server.breakBy(() => undefined);
  const after = await pulled();
  expect([...before.ids, ...after.ids].toSorted()).toEqual(
    Array.from({ length: 220 }, (_, index) => `e-${index}`).toSorted(),
  );
  // It begins at the oldest event that it has, and not at the end.
  expect(server.calls[3]?.endTime).toBe(Date.parse(at(33)) / 1000);
  expect((await historyNotes(folder.path))[0]).not.toContain('Not all');
});

test('large records make more objects, so that memory stays bounded', async () => {
  const requestParameters = { policyDocument: 'x'.repeat(100_000) };
  server.add(
    REGION,
    recordsAt(Array.from({ length: 100 }, (_, index) => index)).map((one) => ({ ...one, requestParameters })),
  );
  const stored: number[] = [];
  await pulled({ onStored: (events) => stored.push(events.length) });
  expect(stored).toEqual([50, 50]);
});

test('what can not be stored is not said to be there', async () => {
  server.add(REGION, recordsAt([1, 2, 3]));
  const failed = await pulled({
    onStored: () => {
      throw new Error('disk full');
    },
  });
  expect(failed.error).toMatchObject({ message: 'disk full' });
  expect((await pulled()).ids).toEqual(['e-0', 'e-1', 'e-2']);
});

test('a later run asks for what is new, and again for what may have come late', async () => {
  server.add(REGION, recordsAt([100, 2_000]));
  await pulled({ settledUntil: at(900) });
  server.add(REGION, [record({ eventID: 'late', eventTime: at(800) })]);
  const later = new Date(Date.parse(UNTIL) + 3_600_000).toISOString().replace('.000', '');
  const { ids } = await pulled({ until: later, settledUntil: later });
  expect(ids).toEqual(['e-0', 'late']);
  expect(server.calls.at(-1)?.startTime).toBe(Date.parse(at(900)) / 1000);
  expect((await pulled({ until: later, settledUntil: later })).ids).toEqual([]);
});

test('the word about a folder claims no more than is there', async () => {
  server.add(REGION, recordsAt([100, 2_000]));
  await pulled({ settledUntil: at(900) });
  const [before] = await historyNotes(folder.path);
  expect(before).toContain(`, ${SINCE} to ${at(900)} of 1 region: management events alone`);
  const history = await HistoryFile.open(folder.path);
  const pull = await history.begin(ACCOUNT);
  await history.cover(pull, 'us-east-1', { from: at(50_000), to: UNTIL, ids: [] }, 3);
  await history.settle(pull, 'us-east-1', 'complete');
  await history.settle(pull, 'me-south-1', 'not-enabled');
  const [after] = await historyNotes(folder.path);
  expect(after).toContain(`, ${at(50_000)} to ${at(900)} of 2 regions, of some more: management events alone`);
});

test('a file of another version stops a run, and an answer says that it cannot say what is there', async () => {
  await folder.write('history.json', '{"version":2}');
  expect(await pulled().catch((error: unknown) => error)).toMatchObject({
    message: expect.stringContaining('is of another version'),
  });
  expect((await historyNotes(folder.path))[0]).toContain("can't be read");
});

test('whatever the times of events, and wherever runs are interrupted, none is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 300 }),
      fc.array(fc.constantFrom<'expired' | 'denied' | 'broken' | undefined>('expired', 'denied', 'broken', undefined), {
        maxLength: 12,
      }),
      async (seconds, faults) => {
        await server.stop();
        await folder.remove();
        server = await startLookupServer(ACCOUNT, Number.POSITIVE_INFINITY);
        folder = await temporaryFolder();
        server.add(REGION, recordsAt(seconds));
        let count = 0;
        server.breakBy(() => faults[count++]);
        const ids = new Set<string>();
        let run = await pulled();
        for (const id of run.ids) ids.add(id);
        for (let turn = 0; turn < 20 && run.error !== undefined; turn++) {
          run = await pulled();
          for (const id of run.ids) ids.add(id);
        }
        expect(run.error).toBeUndefined();
        expect(ids.size).toBe(seconds.length);
      },
    ),
    { numRuns: 40 },
  );
});
