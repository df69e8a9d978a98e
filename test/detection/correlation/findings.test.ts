import { detectorOf } from '../support.ts';
import { at, BASE, clockOf, correlationOf, eventOf, feed, play } from './support.ts';

const COUNT = 'type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 10m\n';

describe('findings', () => {
  it('say what fired, for whom, and by which events', () => {
    const section = correlationOf(
      `${COUNT}condition: { gte: 2 }`,
      'title: Many\nid: many\nlevel: high\nauthor: Alice\ntags: [attack.t1110]\n',
    );
    const detector = detectorOf([BASE, section]);
    detector.correlate(eventOf({ t: 0, id: 'one' }), clockOf(0));
    const findings = detector.correlate(eventOf({ t: 1, id: 'two' }), clockOf(1));
    expect(findings).toEqual([
      {
        ruleId: 'many',
        title: 'Many',
        level: 'high',
        author: 'Alice',
        tags: ['attack.t1110'],
        references: [],
        falsepositives: [],
        fields: [],
        file: '<rules>',
        line: 1,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        findingId: expect.stringMatching(/^[0-9a-f]{32}$/),
        group: { user: 'u' },
        from: '2026-01-01T00:00:00.000Z',
        to: '2026-01-01T00:01:00.000Z',
        eventIDs: ['one', 'two'],
        value: 2,
        atLeast: false,
      },
    ]);
  });

  it('say "at least" past the cap of members, which is never below the threshold', () => {
    const detector = detectorOf(
      [BASE, correlationOf('type: value_sum\nrules: [a]\ntimespan: 10m\ncondition: { field: n, gte: 3 }')],
      { memberCap: 5 },
    );
    for (let i = 0; i < 20; i++) detector.correlate(eventOf({ t: i / 10, n: 1 }), clockOf(i / 10));
    expect(detector.settle(Number.POSITIVE_INFINITY).map(({ value, atLeast }) => [value, atLeast])).toEqual([
      [5, true],
    ]);
    expect(
      play(`${COUNT}condition: { gte: 20 }`, at(...Array.from({ length: 20 }, (_, i) => i / 10)), { memberCap: 5 }),
    ).toEqual(['at 1.9: 0-1.9: 20']);
    expect(
      play(`${COUNT}condition: { lt: 3 }`, at(...Array.from({ length: 20 }, (_, i) => i / 10)), { memberCap: 5 }),
    ).toEqual([]);
    const capped = detectorOf([BASE, correlationOf(`${COUNT}condition: { gte: 2 }`)], { memberCap: 3 });
    const late = at(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9.5, 10, 10.5, 11).flatMap((sent) =>
      capped.correlate(eventOf(sent), clockOf(sent.t)),
    );
    expect(late.map(({ value, atLeast }) => [value, atLeast])).toEqual([
      [2, false],
      [3, true],
    ]);
  });

  it('name at most a hundred events, the last ones', () => {
    const detector = detectorOf([BASE, correlationOf(`${COUNT}condition: { gte: 150 }`)]);
    const findings = Array.from({ length: 150 }, (_, i) =>
      detector.correlate(eventOf({ t: i / 100, id: `e${i}` }), clockOf(i / 100)),
    ).flat();
    expect(findings[0]?.eventIDs).toHaveLength(100);
    expect(findings[0]?.eventIDs.at(-1)).toBe('e149');
  });

  it('are forgotten with their groups when these have expired', () => {
    const detector = detectorOf([BASE, correlationOf(`${COUNT}condition: { gte: 2 }`)]);
    expect(feed(detector, at(0, 1))).toHaveLength(1);
    expect(
      feed(detector, [
        { t: 0, at: 10_000 },
        { t: 1, at: 10_001 },
      ]),
    ).toHaveLength(1);
  });
});

describe('what a caller gives along', () => {
  it('comes back with the finding of the last event, over chains as well', () => {
    const inner = correlationOf(`${COUNT}condition: { gte: 2 }`, 'title: Inner\nname: inner\n');
    const outer = correlationOf(
      'type: event_count\nrules: [inner]\ntimespan: 10m\ngenerate: true\ncondition: { gte: 1 }',
      'title: Outer\n',
    );
    const detector = detectorOf([BASE, inner, outer]);
    const send = (t: number, context: string) => {
      const memberships = detector.memberships(eventOf({ t }), clockOf(t));
      const remembered = memberships.map(({ key, member }) => ({ key, member: { ...member, context } }));
      return detector.observe(remembered, clockOf(t)).map((finding) => [finding.title, finding.context]);
    };
    expect(send(0, 'first')).toEqual([]);
    expect(send(1, 'second')).toEqual([
      ['Inner', 'second'],
      ['Outer', 'second'],
    ]);
  });
});
