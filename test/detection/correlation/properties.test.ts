import fc from 'fast-check';
import { type CorrelationFinding, LATENESS, observe, runAsync, settle } from '../../../lambda/detection/index.ts';
import { detectorOf } from '../support.ts';
import { SharedStore } from './shared-store.ts';
import { BASE, clockOf, correlationOf, eventOf, MINUTE, type Sent } from './support.ts';

const SPAN = 10;

const event = fc.record({
  t: fc.integer({ min: 0, max: 60 }),
  name: fc.constantFrom('a', 'b', 'c'),
  user: fc.constantFrom('x', 'y'),
  n: fc.integer({ min: 0, max: 5 }),
});

/** Distinct events, and an order of arrival in which each comes once or twice. */
const delivery = fc.array(event, { minLength: 1, maxLength: 14 }).chain((events) => {
  const sent = events.map((one, i): Sent => ({ ...one, id: `e${i}` }));
  return fc
    .tuple(fc.shuffledSubarray(sent, { minLength: sent.length }), fc.shuffledSubarray(sent))
    .map(([first, again]) => ({ sent, arrivals: [...first, ...again] }));
});

type Measure = (window: readonly Sent[]) => number;

/** Another writing of what a correlation measures, for windows in the order of time. */
const MEASURES: Record<string, Measure> = {
  event_count: (window) => window.length,
  value_count: (window) => new Set(window.map(({ n }) => n)).size,
  temporal: (window) => new Set(window.map(({ name }) => name)).size,
  temporal_ordered: (window) => {
    let best = 0;
    const search = (after: number, from: string, length: number): void => {
      best = Math.max(best, length);
      for (const next of window)
        if (next.t >= after && (next.name ?? '') > from) search(next.t, next.name ?? '', length + 1);
    };
    search(0, '', 0);
    return best;
  },
};

function sectionOf(type: string, condition: string): string {
  const isValue = type === 'value_count' || type.startsWith('value_');
  return `type: ${type}\nrules: [a, b, c]\ngroup-by: [user]\ntimespan: ${SPAN}m\ncondition: { ${condition}${isValue ? ', field: n' : ''} }`;
}

const minutes = (time: string): number => (Date.parse(time) - clockOf(0)) / MINUTE;
const ofUser = (sent: readonly Sent[], user: string): Sent[] =>
  sent.filter((one) => one.user === user).sort((p, q) => p.t - q.t);
const endsOf = (findings: readonly CorrelationFinding[], user: string): number[] =>
  findings.filter(({ group }) => group.user === user).map(({ to }) => minutes(to));

/** Windows (t - timespan, t] of a user's events that hold, by their t. */
function holding(sent: readonly Sent[], user: string, measure: Measure, least: number): number[] {
  const events = ofUser(sent, user);
  const ends = [...new Set(events.map(({ t }) => t))];
  return ends.filter((end) => measure(events.filter(({ t }) => t > end - SPAN && t <= end)) >= least);
}

function expectWindowRules(
  sent: readonly Sent[],
  findings: readonly CorrelationFinding[],
  measure: Measure,
  least: number,
): void {
  for (const user of ['x', 'y']) {
    const windows = holding(sent, user, measure, least);
    const fired = endsOf(findings, user).sort((p, q) => p - q);
    for (const end of fired) expect(windows).toContain(end);
    for (const end of windows) expect(fired.some((at) => Math.abs(at - end) < SPAN)).toBe(true);
    for (const [i, at] of fired.slice(1).entries()) expect(at - (fired[i] ?? 0)).toBeGreaterThanOrEqual(SPAN);
  }
}

const early = fc
  .tuple(fc.constantFrom(...Object.keys(MEASURES)), fc.integer({ min: 1, max: 3 }), fc.boolean())
  .map(([type, least, strict]) => ({
    type,
    least,
    section: sectionOf(type, strict ? `gt: ${least - 1}` : `gte: ${least}`),
  }));

describe('conditions that fire early', () => {
  it('fire for each window that holds within one timespan, and never closer, in any order of arrival', () => {
    fc.assert(
      fc.property(early, delivery, ({ type, least, section }, { sent, arrivals }) => {
        const detector = detectorOf([BASE, correlationOf(section)]);
        const findings = arrivals.flatMap((one, i) => detector.correlate(eventOf(one), clockOf(60 + i)));
        expectWindowRules(sent, findings, MEASURES[type] ?? (() => 0), least);
        expect(detector.settle(Number.POSITIVE_INFINITY)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

/** The oracle for conditions that wait: maximal windows, each judged once, silent for a timespan after a firing. */
function judgedOnce(sent: readonly Sent[], user: string, holds: (window: readonly Sent[]) => boolean): number[] {
  const events = ofUser(sent, user);
  const fired: number[] = [];
  let reached = Number.NEGATIVE_INFINITY;
  for (const { t: start } of events) {
    const window = events.filter(({ t }) => t >= start && t < start + SPAN);
    const end = window.at(-1)?.t ?? start;
    if (end > reached && holds(window) && !fired.some((at) => Math.abs(at - end) < SPAN)) fired.push(end);
    reached = Math.max(reached, end);
  }
  return fired;
}

const sum = (window: readonly Sent[]): number => window.reduce((total, { n }) => total + Number(n), 0);
const median = (window: readonly Sent[]): number => {
  const sorted = window.map(({ n }) => Number(n)).sort((p, q) => p - q);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
};

const late = fc.constantFrom<[string, (window: readonly Sent[]) => boolean]>(
  [sectionOf('event_count', 'eq: 2'), (window) => window.length === 2],
  [sectionOf('event_count', 'neq: 2'), (window) => window.length !== 2],
  [sectionOf('event_count', 'lt: 3'), (window) => window.length < 3],
  [sectionOf('event_count', 'gte: 2, lte: 3'), (window) => window.length >= 2 && window.length <= 3],
  [sectionOf('value_count', 'eq: 2'), (window) => new Set(window.map(({ n }) => n)).size === 2],
  [sectionOf('temporal', 'lt: 2'), (window) => new Set(window.map(({ name }) => name)).size < 2],
  [sectionOf('value_sum', 'gt: 6'), (window) => sum(window) > 6],
  [sectionOf('value_avg', 'gte: 3'), (window) => sum(window) / window.length >= 3],
  [sectionOf('value_median', 'eq: 2.5'), (window) => median(window) === 2.5],
  [sectionOf('value_percentile', 'lt: 2, percentile: 50'), (window) => median(window) < 2],
);

describe('conditions that wait', () => {
  it('are judged once for each window when it has closed, in any order of arrival', () => {
    fc.assert(
      fc.property(late, delivery, ([section, holds], { sent, arrivals }) => {
        const detector = detectorOf([BASE, correlationOf(section)]);
        // All come within the lateness, which runs from the end of each window.
        const findings = arrivals.flatMap((one) => detector.correlate(eventOf(one), clockOf(25)));
        findings.push(...detector.settle(clockOf(60 + SPAN) + LATENESS));
        for (const user of ['x', 'y']) expect(endsOf(findings, user)).toEqual(judgedOnce(sent, user, holds));
        expect(detector.settle(Number.POSITIVE_INFINITY)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('give the same findings if the clock goes on while the events come', () => {
    fc.assert(
      fc.property(late, delivery, ([section, holds], { sent }) => {
        const detector = detectorOf([BASE, correlationOf(section)]);
        const inTime = sent.toSorted((p, q) => p.t - q.t);
        const findings = inTime.flatMap((one) => detector.correlate(eventOf(one), clockOf(one.t + 15)));
        findings.push(...detector.settle(Number.POSITIVE_INFINITY));
        for (const user of ['x', 'y']) expect(endsOf(findings, user)).toEqual(judgedOnce(sent, user, holds));
      }),
    );
  });
});

describe('a store that functions share', () => {
  const chain = correlationOf(
    'type: temporal_ordered\nrules: [first, b]\ngroup-by: [user]\ntimespan: 15m',
    'title: Chain\nid: chain\n',
  );
  const sections = (section: string): string[] => [
    BASE,
    correlationOf(`${section}\ngenerate: true`, 'title: First\nname: first\nid: first\n'),
    chain,
  ];
  const any = fc.oneof(
    early.map(({ section }) => section),
    late.map(([section]) => section),
  );

  it('gives the findings that memory gives, for the same order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(any, delivery, async (section, { arrivals }) => {
        const detector = detectorOf(sections(section));
        const store = new SharedStore();
        const inMemory: CorrelationFinding[] = [];
        const shared: CorrelationFinding[] = [];
        const sweep = async (now: number): Promise<void> => {
          for (const key of await store.due(now)) {
            const { findings, unacknowledged } = await runAsync(
              settle(detector.correlations, key, { now, lateness: LATENESS }),
              store,
            );
            shared.push(...findings);
            for (const done of unacknowledged) await store.acknowledge(done.key, done.firingIds);
          }
        };
        for (const [i, one] of [...arrivals, undefined].entries()) {
          const now = clockOf(one === undefined ? 200 : 20 + 5 * i);
          store.setClock(now);
          // A sweep a minute, as far as there is anything to do.
          for (let clock = clockOf(15 + 5 * i); clock <= now; clock += MINUTE) {
            await sweep(clock);
            inMemory.push(...detector.settle(clock));
          }
          if (one === undefined) continue;
          inMemory.push(...detector.correlate(eventOf(one), now));
          const memberships = detector.memberships(eventOf(one), now);
          const { findings, unacknowledged } = await runAsync(
            observe(detector.correlations, memberships, { now, lateness: LATENESS }),
            store,
          );
          shared.push(...findings);
          for (const done of unacknowledged) await store.acknowledge(done.key, done.firingIds);
        }
        // Groups that are due at one time may be judged in any order.
        const byId = (findings: CorrelationFinding[]) =>
          findings.toSorted((p, q) => p.findingId.localeCompare(q.findingId));
        expect(byId(shared)).toEqual(byId(inMemory));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the rules of windows with several functions at once, of which some die before they have stored anything', async () => {
    let lost = 0;
    await fc.assert(
      fc.asyncProperty(
        early,
        delivery,
        fc.infiniteStream(fc.nat(3)),
        fc.infiniteStream(fc.nat(4)),
        fc.integer({ min: 1, max: 4 }),
        async ({ type, least, section }, { sent, arrivals }, pauses, deaths, together) => {
          const detector = detectorOf([BASE, correlationOf(section)]);
          const store = new SharedStore(async () => {
            for (let turns = pauses.next().value ?? 0; turns > 0; turns--) await Promise.resolve();
          });
          const stored = new Map<string, CorrelationFinding>();
          const handle = async (some: readonly Sent[], mayDie: boolean): Promise<void> => {
            const now = clockOf(60);
            const memberships = some.flatMap((one) => detector.memberships(eventOf(one), now));
            const { findings, unacknowledged } = await runAsync(
              observe(detector.correlations, memberships, { now, lateness: LATENESS }),
              store,
            );
            if (mayDie && deaths.next().value === 0) return;
            for (const finding of findings) stored.set(finding.findingId, finding);
            for (const { key, firingIds } of unacknowledged) await store.acknowledge(key, firingIds);
          };
          const objects = Array.from({ length: Math.ceil(arrivals.length / together) }, (_, i) =>
            arrivals.slice(i * together, (i + 1) * together),
          );
          await Promise.all(objects.map((some) => handle(some, true)));
          // What died is delivered again.
          for (const some of objects) await handle(some, false);
          expectWindowRules(sent, [...stored.values()], MEASURES[type] ?? (() => 0), least);
          lost += store.lost;
        },
      ),
      { numRuns: 300 },
    );
    // The test is none if the functions never got into each other's way.
    expect(lost).toBeGreaterThan(0);
  });

  it('reports a firing again until it is acknowledged, also to the sweep', async () => {
    const detector = detectorOf([BASE, correlationOf(sectionOf('event_count', 'gte: 1'))]);
    const store = new SharedStore();
    const options = { now: clockOf(0), lateness: LATENESS };
    const one = eventOf({ t: 0, user: 'x' });
    const run = () => runAsync(observe(detector.correlations, detector.memberships(one, options.now), options), store);
    const [first, again] = [await run(), await run()];
    expect(first.findings).toHaveLength(1);
    expect(again).toEqual(first);
    const [key] = await store.due(options.now);
    const swept = key === undefined ? undefined : await runAsync(settle(detector.correlations, key, options), store);
    expect(swept).toEqual(first);
    for (const done of first.unacknowledged) await store.acknowledge(done.key, done.firingIds);
    expect(await store.due(options.now)).toEqual([]);
    expect((await run()).findings).toEqual([]);
  });

  it('knows nothing of a correlation that was taken out', async () => {
    const detector = detectorOf(BASE);
    const key = { correlation: 'gone', group: '[]' };
    const options = { now: 0, lateness: LATENESS };
    expect(await runAsync(settle(detector.correlations, key, options), new SharedStore())).toEqual({
      findings: [],
      unacknowledged: [],
      chained: [],
    });
    const member = { identity: 'x', rule: 'id-a', eventTime: 0, eventID: 'x', fields: {} };
    const run = observe(detector.correlations, [{ key, member }], options);
    expect((await runAsync(run, new SharedStore())).findings).toEqual([]);
  });
});
