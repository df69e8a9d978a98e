import fc from 'fast-check';
import {
  type CorrelationFinding,
  type Detector,
  LATENESS,
  observe,
  runAsync,
} from '../../../lambda/detection/index.ts';
import { detectorOf } from '../support.ts';
import { SharedStore } from './shared-store.ts';
import { BASE, brief, clockOf, correlationOf, eventOf, type Sent } from './support.ts';

/** Events of one object are added to their groups together, and what fires is as if they had come one after the other. */

const SPAN = 10;

const objects = fc
  .array(
    fc.array(
      fc.record({
        t: fc.integer({ min: 0, max: 60 }),
        name: fc.constantFrom('a', 'b', 'c'),
        user: fc.constantFrom('x', 'y'),
        n: fc.integer({ min: 0, max: 4 }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((drawn) =>
    drawn.map((events, i) => events.map((one, k): Sent => ({ ...one, id: `e${i}-${k}` })).sort((p, q) => p.t - q.t)),
  );

const sectionOf = (type: string, condition: string) =>
  `type: ${type}\nrules: [a, b, c]\ngroup-by: [user]\ntimespan: ${SPAN}m\ncondition: { ${condition} }`;

const any = fc.constantFrom(
  sectionOf('event_count', 'gte: 3'),
  sectionOf('event_count', 'gt: 4'),
  sectionOf('value_count', 'field: n, gte: 3'),
  sectionOf('temporal', 'gte: 3'),
  sectionOf('temporal_ordered', 'gte: 3'),
  sectionOf('event_count', 'eq: 2'),
  sectionOf('event_count', 'lt: 3'),
  sectionOf('value_sum', 'field: n, gt: 6'),
);

const membershipsOf = (detector: Detector, events: readonly Sent[], now: number) =>
  events.flatMap((one) => detector.memberships(eventOf(one), now));

const byId = (findings: readonly CorrelationFinding[]) =>
  findings.toSorted((p, q) => p.findingId.localeCompare(q.findingId));

test('events that come together fire as those that come one after the other, with the same events and values', () => {
  fc.assert(
    fc.property(any, objects, fc.constantFrom(1, 15), (section, sent, pause) => {
      const [together, alone] = [
        detectorOf([BASE, correlationOf(section)]),
        detectorOf([BASE, correlationOf(section)]),
      ];
      const found: CorrelationFinding[] = [];
      const wanted: CorrelationFinding[] = [];
      // The last object comes again.
      for (const [i, events] of [...sent, ...sent.slice(-1)].entries()) {
        // No window is due at this very moment: what is due would be judged between two events.
        const now = clockOf(60.5 + i * pause);
        found.push(...together.observe(membershipsOf(together, events, now), now));
        for (const one of events) wanted.push(...alone.correlate(eventOf(one), now));
      }
      found.push(...together.settle(Number.POSITIVE_INFINITY));
      wanted.push(...alone.settle(Number.POSITIVE_INFINITY));
      expect(byId(found)).toEqual(byId(wanted));
    }),
    { numRuns: 400 },
  );
});

test('so do chains: what fires below meets the events in the order of their times', () => {
  const first = correlationOf(
    `${sectionOf('event_count', 'gte: 2')}\ngenerate: true`,
    'title: First\nname: first\nid: first\n',
  );
  const chain = correlationOf(
    `type: temporal_ordered\nrules: [first, b]\ngroup-by: [user]\ntimespan: ${SPAN}m`,
    'title: Chain\nid: chain\n',
  );
  let chained = 0;
  fc.assert(
    fc.property(objects, (sent) => {
      const texts = [BASE, first, chain];
      const [together, alone] = [detectorOf(texts), detectorOf(texts)];
      const events = sent.flat().sort((p, q) => p.t - q.t);
      const now = clockOf(60);
      const found = together.observe(membershipsOf(together, events, now), now);
      const wanted = events.flatMap((one) => alone.correlate(eventOf(one), now));
      const idsOf = (findings: readonly CorrelationFinding[]) => findings.map(({ findingId }) => findingId).sort();
      expect(idsOf(found)).toEqual(idsOf(wanted));
      chained += found.filter(({ ruleId }) => ruleId === 'chain').length;
    }),
    { numRuns: 200 },
  );
  expect(chained).toBeGreaterThan(0);
});

test('a function that dies before it has claimed leaves members, and the next try fires for them in their order', async () => {
  const detector = detectorOf([BASE, correlationOf(sectionOf('event_count', 'gte: 3'))]);
  const store = new SharedStore();
  const options = { now: clockOf(60), lateness: LATENESS };
  const events = [0, 1, 2, 12, 13].map((t): Sent => ({ t, user: 'x', id: `e${t}` }));
  const memberships = membershipsOf(detector, events, options.now);
  const dying = observe(detector.correlations, memberships, options);
  const step = dying.next();
  if (step.done === true || step.value.ask !== 'append') throw new Error('The run begins by writing.');
  await store.append(step.value.key, step.value.members, step.value);
  const { findings } = await runAsync(observe(detector.correlations, memberships, options), store);
  expect(findings.map(brief)).toEqual(['0-2: 3']);
});

test('memberships of different groups are of different units, unless their correlations are chained', () => {
  const one = correlationOf(sectionOf('event_count', 'gte: 2'), 'title: One\nname: one\nid: one\n');
  const other = correlationOf(sectionOf('event_count', 'gte: 3'), 'title: Other\nid: other\n');
  const above = correlationOf(
    `type: temporal_ordered\nrules: [one, b]\ngroup-by: [n]\ntimespan: ${SPAN}m`,
    'title: Above\nid: above\n',
  );
  const unitsOf = (texts: readonly string[]) => {
    const detector = detectorOf(texts);
    const events = ['x', 'y'].map((user): Sent => ({ t: 0, user, n: 1, name: 'b', id: user }));
    return new Set(membershipsOf(detector, events, clockOf(0)).map(({ key }) => detector.correlations.unitOf(key)));
  };
  expect(unitsOf([BASE, one, other]).size).toBe(4);
  expect(unitsOf([BASE, one, other, above]).size).toBe(3);
});
