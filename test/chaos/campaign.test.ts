import { type CampaignReport, everyFault, merged, type Runs, randomRounds, reportText } from './campaign.ts';
import { FAULTS } from './faults.ts';
import { NOTHING } from './parts.ts';
import { shareOf, shareOfSample } from './share.ts';
import type { Snapshot } from './snapshot.ts';
import type { RunResult } from './world.ts';

const SITES = ['BatchWriteItem events', 'Publish alerts', 'PutItem ledger'];
/** Every fault but half a batch applies to all sites; each site is called twice, so broken at two of its calls. */
const FAULTS_OF_SITES = SITES.length * (FAULTS.length - 1) * 2 + 2;

const snapshot = (events: readonly string[]): Snapshot => ({
  events,
  rows: [],
  findings: [],
  alerts: [],
  ledger: [],
  quarantine: [],
  received: [],
  deadLetters: [],
});

/** A workload of two calls of each site, which loses its event where `loses` says so; told of each fault by `onFault`. */
function runsThat(loses: (fault: string) => boolean, onFault: (fault: string) => void = () => {}): Runs {
  return {
    run: async ({ gremlin } = {}): Promise<RunResult> => {
      const faults = [1, 2].flatMap((call) =>
        SITES.flatMap((site) => {
          const fault = gremlin?.faultOf(site);
          return fault === undefined ? [] : [`${fault} at call ${call} of ${site}`];
        }),
      );
      for (const fault of faults) onFault(fault);
      return {
        snapshot: snapshot(faults.some(loses) ? [] : ['event']),
        calls: new Map(SITES.map((site) => [site, 2])),
        receipts: new Map(),
        errors: [],
        deliveries: new Map(),
        bodies: { opened: 0, left: 0 },
        metrics: new Map(),
      };
    },
  };
}

describe('the faults at every call site', () => {
  test('are each done once, whichever of two processes does them', async () => {
    const done: string[] = [];
    const runs = runsThat(
      () => false,
      (fault) => done.push(fault),
    );
    const reports = [];
    for (const index of [0, 1]) reports.push(await everyFault(runs, { share: shareOf({ index, of: 2 }) }));

    expect(new Set(done).size).toBe(done.length);
    expect(done).toHaveLength(FAULTS_OF_SITES);
    expect(merged(reports)).toEqual({ runs: done.length, faults: done.length, sites: SITES, failures: [] });
    // Neither process has less than a third of them.
    for (const { runs: share } of reports) expect(share).toBeGreaterThan(done.length / 3);
  });

  test('are each in one of two samples, whichever of three processes does them', async () => {
    const done: string[] = [];
    const runs = runsThat(
      () => false,
      (fault) => done.push(fault),
    );
    for (const sample of [0, 1]) {
      const before = done.length;
      for (const index of [0, 1, 2]) {
        const share = shareOf(shareOfSample({ index: sample, of: 2 }, { index, of: 3 }));
        await everyFault(runs, { share });
      }
      // Neither sample has less than a third of them.
      expect(done.length - before).toBeGreaterThan(FAULTS_OF_SITES / 3);
    }
    expect(new Set(done).size).toBe(done.length);
    expect(done).toHaveLength(FAULTS_OF_SITES);
  });

  test('fail where a run loses something, with the fault that did it', async () => {
    const report = await everyFault(runsThat((fault) => fault === 'kill-after at call 2 of PutItem ledger'));
    expect(report.failures.map(({ what }) => what)).toEqual(['kill-after at call 2 of PutItem ledger']);
    expect(reportText('faults', report)).toContain('events lost 1,');
  });

  test('fail where a fault never happened', async () => {
    const quiet: Runs = { run: () => runsThat(() => false).run() };
    expect((await everyFault(quiet)).failures.length).toBe(FAULTS_OF_SITES / 2);
  });
});

test('random rounds are each done once, whichever process does them, and fail under the seed that repeats them', async () => {
  const runs = runsThat(() => true);
  const reports: CampaignReport[] = [];
  for (const index of [0, 1]) reports.push(await randomRounds(runs, 101, 7, { share: shareOf({ index, of: 2 }) }));
  const whole = await randomRounds(runs, 101, 7);
  const seeds = (report: CampaignReport) => report.failures.map(({ what }) => what).toSorted();
  expect(merged(reports)).toMatchObject({ runs: 101, faults: whole.faults });
  expect(seeds(merged(reports))).toEqual(seeds(whole));
  expect(seeds(whole)[0]).toMatch(/^seed \d+$/);
});

test('processes that met other call sites have not shared the faults out: that is a failure', () => {
  const report = { runs: 1, faults: 1, failures: [] };
  const found = merged([
    { ...report, sites: ['a', 'b'] },
    { ...report, sites: ['a'] },
  ]);
  expect(found.failures).toHaveLength(1);
});

test('a process whose share has no run has met no call site, which is no failure', () => {
  const report = { runs: 1, faults: 1, sites: ['a'], failures: [] };
  expect(merged([NOTHING, report])).toEqual(report);
  expect(merged([NOTHING, NOTHING])).toEqual(NOTHING);
});

test.each([
  [2, 2],
  [-1, 2],
  [0.5, 2],
  [0, 0],
])('there is no share %p of %p', (index, of) => {
  expect(() => shareOf({ index, of })).toThrow(RangeError);
});
