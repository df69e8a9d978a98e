import { detectorOf } from '../support.ts';
import { at, BASE, brief, clockOf, correlationOf, eventOf, feed, play } from './support.ts';

const COUNT = 'type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 10m\n';

describe('event_count', () => {
  it('fires with the event that makes the condition true', () => {
    expect(play(`${COUNT}condition: { gte: 3 }`, at(0, 1, 2))).toEqual(['at 2: 0-2: 3']);
    expect(play(`${COUNT}condition: { gte: 3 }`, at(0, 1))).toEqual([]);
    expect(play(`${COUNT}condition: { gt: 2 }`, at(0, 1, 2))).toEqual(['at 2: 0-2: 3']);
    expect(play(`${COUNT}condition: { gt: 3 }`, at(0, 1, 2))).toEqual([]);
    expect(play(`${COUNT}condition: { gt: 1, gte: 3 }`, at(0, 1, 2))).toEqual(['at 2: 0-2: 3']);
  });

  it('has windows that slide, their start excluded', () => {
    expect(play(`${COUNT}condition: { gte: 3 }`, at(0, 5, 9.99))).toEqual(['at 9.99: 0-9.99: 3']);
    expect(play(`${COUNT}condition: { gte: 3 }`, at(0, 5, 10))).toEqual([]);
    expect(play(`${COUNT}condition: { gte: 3 }`, at(0, 8, 11, 12))).toEqual(['at 12: 8-12: 3']);
  });

  it('is silent for the group until the timespan has passed', () => {
    expect(play(`${COUNT}condition: { gte: 2 }`, at(0, 1, 2, 3, 10.9, 11, 12))).toEqual([
      'at 1: 0-1: 2',
      'at 11: 2-11: 4',
    ]);
  });

  it('counts each group for itself, a missing field being a group of its own', () => {
    const events = [
      { t: 0, user: 'x' },
      { t: 1, user: 'y' },
      { t: 2, user: undefined },
      { t: 3, user: 'x' },
      { t: 4, user: undefined },
    ];
    const detector = detectorOf([BASE, correlationOf(`${COUNT}condition: { gte: 2 }`)]);
    const findings = events.flatMap((sent) => detector.correlate(eventOf(sent), clockOf(sent.t)));
    expect(findings.map(({ group }) => group)).toEqual([{ user: 'x' }, { user: null }]);
  });

  it('keeps the missing field and the text null apart', () => {
    expect(
      play(`${COUNT}condition: { gte: 2 }`, [
        { t: 0, user: 'null' },
        { t: 1, user: undefined },
      ]),
    ).toEqual([]);
  });

  it('groups by all of several fields, and by paths and lists', () => {
    const section = `${COUNT.replace('[user]', '[user, who.name]')}condition: { gte: 2 }`;
    expect(
      play(section, [
        { t: 0, who: { name: 'x' } },
        { t: 1, who: { name: 'y' } },
      ]),
    ).toEqual([]);
    expect(
      play(section, [
        { t: 0, who: { name: 'x' } },
        { t: 1, who: { name: 'x' } },
      ]),
    ).toHaveLength(1);
    expect(
      play(section, [
        { t: 0, who: [{ name: 'x' }, { name: 'y' }] },
        { t: 1, who: [{ name: 'x' }, { name: 'y' }] },
      ]),
    ).toHaveLength(1);
  });

  it('is one group where there is no group-by', () => {
    const section = 'type: event_count\nrules: a\ntimespan: 10m\ncondition: { gte: 2 }';
    expect(
      play(section, [
        { t: 0, user: 'x' },
        { t: 1, user: 'y' },
      ]),
    ).toEqual(['at 1: 0-1: 2']);
  });

  it('counts an event once, however often it comes and whatever rules it matches', () => {
    expect(
      play(`${COUNT}condition: { gte: 2 }`, [
        { t: 0, id: 'x' },
        { t: 0, id: 'x' },
        { t: 0, id: 'x', at: 5 },
      ]),
    ).toEqual([]);
    const also = `title: Also a\nname: also\nlogsource: { product: aws }\ndetection: { s: { eventName: a }, condition: s }\n`;
    const section = correlationOf(`${COUNT.replace('[a]', '[a, also]')}condition: { gte: 2 }`);
    expect(play([also, section], at(0))).toEqual([]);
    expect(play([also, section], at(0, 1))).toEqual(['at 1: 0-1: 2']);
  });

  it('tells events of one eventID apart that differ in time, source, name or account', () => {
    const same = { id: 'x', t: 0 };
    for (const other of [
      { ...same, t: 1 },
      { ...same, eventSource: 'x' },
      { ...same, recipientAccountId: '1' },
    ]) {
      expect(play(`${COUNT}condition: { gte: 2 }`, [same, other])).toHaveLength(1);
    }
  });

  it('counts every delivery of a record without an eventID', () => {
    const detector = detectorOf([BASE, correlationOf(`${COUNT}condition: { gte: 3 }`)]);
    const record = { eventName: 'a' };
    expect([0, 1, 2].flatMap((minute) => detector.correlate(record, new Date(clockOf(minute)))).map(brief)).toEqual([
      '0-2: 3',
    ]);
  });

  it('goes by eventTime, in whatever order events come', () => {
    expect(
      play(`${COUNT}condition: { gte: 3 }`, [
        { t: 2, at: 5 },
        { t: 0, at: 6 },
        { t: 1, at: 7 },
      ]),
    ).toEqual(['at 7: 0-2: 3']);
    expect(
      play(`${COUNT}condition: { gte: 3 }`, [
        { t: 20, at: 20 },
        { t: 0, at: 21 },
        { t: 1, at: 22 },
        { t: 2, at: 23 },
      ]),
    ).toEqual(['at 23: 0-2: 3']);
  });

  test.each([
    ['{ eq: 3 }', at(0, 1, 2), ['end: 0-2: 3']],
    ['{ eq: 3 }', at(0, 1, 2, 3), []],
    ['{ eq: 3 }', at(0, 1), []],
    ['{ neq: 3 }', at(0, 1), ['end: 0-1: 2']],
    ['{ neq: 3 }', at(0, 1, 2), []],
    ['{ lt: 3 }', at(0, 1), ['end: 0-1: 2']],
    ['{ lt: 3 }', at(0, 1, 2), []],
    ['{ lte: 3 }', at(0, 1, 2), ['end: 0-2: 3']],
    ['{ lte: 3 }', at(0, 1, 2, 3), []],
    ['{ gt: 1, lte: 3 }', at(0, 1, 2), ['end: 0-2: 3']],
    ['{ gt: 1, lte: 3 }', at(0, 1, 2, 3), []],
    ['{ gt: 1, lte: 3 }', at(0), []],
  ])('with %s is judged once, when no more events can come', (condition, events, expected) => {
    expect(play(`${COUNT}condition: ${condition}`, events)).toEqual(expected);
  });

  it('waits for its window to close, and for late events', () => {
    const detector = detectorOf([BASE, correlationOf(`${COUNT}condition: { eq: 2 }`)]);
    expect(detector.correlate(eventOf({ t: 0 }), clockOf(0))).toEqual([]);
    expect(detector.correlate(eventOf({ t: 1 }), clockOf(25))).toEqual([]);
    expect(detector.settle(clockOf(29.99))).toEqual([]);
    expect(detector.settle(clockOf(30)).map(brief)).toEqual(['0-1: 2']);
    expect(detector.settle(clockOf(31))).toEqual([]);
    expect(detector.settle(clockOf(1_000))).toEqual([]);
  });

  it('is judged by the clock that comes with any other event', () => {
    const detector = detectorOf([BASE, correlationOf(`${COUNT}condition: { eq: 2 }`)]);
    detector.correlate(eventOf({ t: 0 }), clockOf(0));
    detector.correlate(eventOf({ t: 1 }), clockOf(1));
    expect(detector.correlate(eventOf({ t: 40, name: 'other' }), clockOf(40)).map(brief)).toEqual(['0-1: 2']);
  });

  it('takes another lateness', () => {
    const detector = detectorOf([BASE, correlationOf(`${COUNT}condition: { eq: 1 }`)], { lateness: 0 });
    detector.correlate(eventOf({ t: 0 }), clockOf(0));
    expect(detector.settle(clockOf(9.9))).toEqual([]);
    expect(detector.settle(clockOf(10))).toHaveLength(1);
  });

  it('judges a backfill by all of its events, though its windows closed long ago', () => {
    const detector = detectorOf([BASE, correlationOf(`${COUNT}condition: { lt: 3 }`)]);
    for (const t of [0, 1, 2]) expect(detector.correlate(eventOf({ t }), clockOf(10_000 + t / 100))).toEqual([]);
    expect(detector.settle(clockOf(20_000))).toEqual([]);
  });

  it('leaves what was judged as it was, when an event comes later than that', () => {
    const detector = detectorOf([BASE, correlationOf(`${COUNT}condition: { lt: 3 }`)]);
    detector.correlate(eventOf({ t: 5 }), clockOf(5));
    expect(detector.settle(clockOf(60)).map(brief)).toEqual(['5-5: 1']);
    expect(detector.correlate(eventOf({ t: 4 }), clockOf(61))).toEqual([]);
    expect(detector.correlate(eventOf({ t: 5, id: 'x' }), clockOf(61))).toEqual([]);
    expect(detector.settle(clockOf(1_000))).toEqual([]);
  });

  it('judges only windows that are not a part of another', () => {
    expect(play(`${COUNT}condition: { lt: 3 }`, at(0, 5, 9))).toEqual([]);
    expect(play(`${COUNT}condition: { eq: 2 }`, at(0, 5, 12))).toEqual(['end: 0-5: 2']);
    expect(play(`${COUNT}condition: { eq: 2 }`, at(0, 5, 9, 12, 30, 35))).toEqual(['end: 30-35: 2']);
  });
});

describe('value_count', () => {
  const section = 'type: value_count\nrules: [a]\ngroup-by: [user]\ntimespan: 10m\n';

  it('counts distinct values', () => {
    const events = ['x', 'y', 'x', 'z'].map((value, t) => ({ t, value }));
    expect(play(`${section}condition: { field: value, gte: 3 }`, events)).toEqual(['at 3: 0-3: 3']);
    expect(play(`${section}condition: { field: value, gte: 3 }`, events.slice(0, 3))).toEqual([]);
    expect(play(`${section}condition: { field: value, eq: 2 }`, events.slice(0, 3))).toEqual(['end: 0-2: 2']);
  });

  it('counts events without the field for none', () => {
    expect(play(`${section}condition: { field: value, gte: 1 }`, [{ t: 0 }, { t: 1, value: null }])).toEqual([]);
    expect(play(`${section}condition: { field: value, lt: 1 }`, [{ t: 0 }])).toEqual(['end: 0-0: 0']);
  });

  it('counts the members of a list, and texts and numbers alike', () => {
    expect(play(`${section}condition: { field: value, gte: 3 }`, [{ t: 0, value: ['x', 'y', 1] }])).toEqual([
      'at 0: 0-0: 3',
    ]);
    expect(
      play(`${section}condition: { field: value, gte: 2 }`, [
        { t: 0, value: 1 },
        { t: 1, value: '1' },
      ]),
    ).toEqual([]);
  });

  it('counts combinations of several fields', () => {
    const events = [
      { t: 0, x: 1, y: 1 },
      { t: 1, x: 1, y: 2 },
      { t: 2, x: 1, y: 1 },
      { t: 3, x: 1 },
      { t: 4, x: 2, y: 1 },
    ];
    expect(play(`${section}condition: { field: [x, y], gte: 3 }`, events)).toEqual(['at 4: 0-4: 3']);
  });
});

describe('temporal', () => {
  const section = 'type: temporal\nrules: [a, b, c]\ngroup-by: [user]\ntimespan: 10m\n';
  const order = (...names: string[]) => names.map((name, t) => ({ t, name }));

  it('fires when all rules matched, in any order', () => {
    expect(play(section, order('c', 'a', 'b'))).toEqual(['at 2: 0-2: 3']);
    expect(play(section, order('c', 'a', 'a', 'c'))).toEqual([]);
    expect(
      play(section, [
        { t: 0, name: 'a' },
        { t: 5, name: 'b' },
        { t: 10, name: 'c' },
      ]),
    ).toEqual([]);
    expect(
      play(section, [
        { t: 0, name: 'a' },
        { t: 1, name: 'b', user: 'other' },
        { t: 2, name: 'c' },
      ]),
    ).toEqual([]);
  });

  it('may be content with fewer, or want not more', () => {
    expect(play(`${section}condition: { gte: 2 }`, order('a', 'c'))).toEqual(['at 1: 0-1: 2']);
    expect(play(`${section}condition: { eq: 2 }`, order('a', 'c'))).toEqual(['end: 0-1: 2']);
    expect(play(`${section}condition: { eq: 2 }`, order('a', 'b', 'c'))).toEqual([]);
  });

  it('finds a rule beneath a flood of another', () => {
    const flood = Array.from({ length: 50 }, (_, i) => ({ t: 1 + i / 100, name: 'b' }));
    const events = [{ t: 0, name: 'a' }, ...flood, { t: 3, name: 'c' }];
    expect(play(section, events, { memberCap: 5 })).toEqual(['at 3: 0-3: 3']);
  });
});

describe('temporal_ordered', () => {
  const section = 'type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [user]\ntimespan: 10m\n';
  const order = (...names: string[]) => names.map((name, t) => ({ t, name }));

  it('wants the order of its rules', () => {
    expect(play(section, order('a', 'b', 'c'))).toEqual(['at 2: 0-2: 3']);
    expect(play(section, order('c', 'b', 'a'))).toEqual([]);
    expect(play(section, order('c', 'a', 'b', 'a', 'c'))).toEqual(['at 4: 0-4: 3']);
    expect(play(section, order('a', 'c', 'b'))).toEqual([]);
  });

  it('takes equal times for in order', () => {
    expect(
      play(
        section,
        ['c', 'a', 'b'].map((name) => ({ t: 1, name })),
      ),
    ).toEqual(['at 1: 1-1: 3']);
    expect(
      play(section, [
        { t: 0, name: 'b' },
        { t: 1, name: 'a' },
        { t: 1, name: 'c' },
      ]),
    ).toEqual([]);
  });

  it('goes by eventTime and not by arrival', () => {
    expect(
      play(section, [
        { t: 2, name: 'c', at: 3 },
        { t: 1, name: 'b', at: 4 },
        { t: 0, name: 'a', at: 5 },
      ]),
    ).toEqual(['at 5: 0-2: 3']);
    expect(
      play(section, [
        { t: 2, name: 'a', at: 3 },
        { t: 1, name: 'b', at: 4 },
        { t: 0, name: 'c', at: 5 },
      ]),
    ).toEqual([]);
  });

  it('may be content with a part of the order', () => {
    expect(play(`${section}condition: { gte: 2 }`, order('b', 'c'))).toEqual(['at 1: 0-1: 2']);
    expect(play(`${section}condition: { gte: 2 }`, order('c', 'b'))).toEqual([]);
  });
});

describe('sums, averages, percentiles', () => {
  const values = (...list: unknown[]) => list.map((n, t) => ({ t, n }));
  const section = (type: string, condition: string): string =>
    `type: ${type}\nrules: [a]\ngroup-by: [user]\ntimespan: 10m\ncondition: { field: n, ${condition} }`;

  test.each([
    ['value_sum', 'gt: 100', values(60, 50), ['end: 0-1: 110']],
    ['value_sum', 'gt: 100', values(60, 40), []],
    ['value_sum', 'gt: 100', values(60, '50', 'x', null, [1, 2]), ['end: 0-4: 113']],
    ['value_sum', 'lt: 100', values('x'), []],
    ['value_sum', 'eq: 0', values(0), ['end: 0-0: 0']],
    ['value_avg', 'gt: 500', values(600, 700), ['end: 0-1: 650']],
    ['value_avg', 'gt: 500', values(600, 100), []],
    ['value_avg', 'lte: 1.5', values(1, 2), ['end: 0-1: 1.5']],
    ['value_avg', 'lt: 5', values('x'), []],
    ['value_median', 'gte: 3', values(1, 3, 100), ['end: 0-2: 3']],
    ['value_median', 'gte: 3', values(1, 2, 100), []],
    ['value_median', 'eq: 2.5', values(4, 1, 3, 2), ['end: 0-3: 2.5']],
    ['value_percentile', 'gte: 3', values(1, 3, 100), ['end: 0-2: 3']],
    [
      'value_percentile',
      'gte: 90, percentile: 90',
      values(...Array.from({ length: 11 }, (_, i) => i * 10)).map((v) => ({ ...v, t: v.t / 2 })),
      ['end: 0-5: 90'],
    ],
    ['value_percentile', 'eq: 0, percentile: 0', values(5, 0, 9), ['end: 0-2: 0']],
    ['value_percentile', 'eq: 9, percentile: 100', values(5, 0, 9), ['end: 0-2: 9']],
    ['value_percentile', 'gte: 4, percentile: 100', values(1, 3), []],
  ])('%s %s of %j', (type, condition, events, expected) => {
    expect(play(section(type, condition), events)).toEqual(expected);
  });

  it('find a sum across what would be the border of two windows', () => {
    const events = [
      { t: 0, n: 1 },
      { t: 8, n: 60 },
      { t: 12, n: 60 },
    ];
    expect(play(section('value_sum', 'gt: 100'), events)).toEqual(['end: 8-12: 120']);
  });

  it('count an event once, though it matches two rules', () => {
    const also = `title: Also a\nname: also\nlogsource: { product: aws }\ndetection: { s: { eventName: a }, condition: s }\n`;
    expect(play([also, correlationOf(section('value_sum', 'gt: 0').replace('[a]', '[a, also]'))], values(5))).toEqual([
      'end: 0-0: 5',
    ]);
  });
});

describe('aliases', () => {
  it('name a field for each rule', () => {
    const section = `type: temporal
rules: [a, b]
group-by: [inner, outer]
timespan: 10m
aliases:
  inner: { a: src.ip, b: dst }
  outer: { id-a: dst, Rule b: src.ip }`;
    expect(
      play(section, [
        { t: 0, src: { ip: 1 }, dst: 2 },
        { t: 1, name: 'b', src: { ip: 2 }, dst: 1 },
      ]),
    ).toHaveLength(1);
    expect(
      play(section, [
        { t: 0, src: { ip: 1 }, dst: 2 },
        { t: 1, name: 'b', src: { ip: 1 }, dst: 2 },
      ]),
    ).toEqual([]);
  });

  it('serve for what is counted as well', () => {
    const section =
      'type: value_count\nrules: [a, b]\ntimespan: 10m\naliases: { v: { a: x, b: y } }\ncondition: { field: v, gte: 2 }';
    expect(
      play(section, [
        { t: 0, x: 1 },
        { t: 1, name: 'b', y: 2, x: 1 },
      ]),
    ).toHaveLength(1);
    expect(
      play(section, [
        { t: 0, x: 1 },
        { t: 1, name: 'b', y: 1, x: 2 },
      ]),
    ).toEqual([]);
  });
});

describe('chains', () => {
  const many = correlationOf(
    'type: event_count\nrules: [a]\ngroup-by: [user, host]\ntimespan: 10m\ncondition: { gte: 2 }',
    'title: Many a\nname: many\nlevel: low\n',
  );
  const chain = correlationOf(
    'type: temporal_ordered\nrules: [many, b]\ngroup-by: [user]\ntimespan: 10m',
    'title: Chain\nid: chain\n',
  );

  it('take a firing for an event, of the time and the fields of its last one', () => {
    const events = [
      { t: 0, host: 'h' },
      { t: 1, host: 'h' },
      { t: 2, name: 'b', host: 'other' },
    ];
    expect(play([many, chain], events)).toEqual(['at 2: 0-2: 2']);
    expect(play([many, chain], [events[0] ?? { t: 0 }, { t: 1, host: 'x' }, { t: 2, name: 'b' }])).toEqual([]);
    expect(
      play(
        [many, chain],
        [
          { t: 0, name: 'b' },
          { t: 1, host: 'h' },
          { t: 2, host: 'h' },
        ],
      ),
    ).toEqual([]);
  });

  it('are found in any order of documents and of arrival', () => {
    const events = [
      { t: 2, name: 'b', at: 3 },
      { t: 1, host: 'h', at: 4 },
      { t: 0, host: 'h', at: 5 },
    ];
    expect(play([chain, many], events)).toEqual(['at 5: 0-2: 2']);
  });

  it('go on over correlations that are judged when their windows are over', () => {
    const late = many.replace('gte: 2', 'eq: 2');
    expect(
      play(
        [late, chain],
        [
          { t: 0, host: 'h' },
          { t: 1, host: 'h' },
          { t: 2, name: 'b' },
        ],
      ),
    ).toEqual(['end: 0-2: 2']);
  });

  it('count firings by their values', () => {
    const count = correlationOf(
      'type: value_count\nrules: [many]\ntimespan: 1h\ncondition: { field: host, gte: 2 }',
      'title: Hosts\n',
    );
    const events = ['x', 'x', 'y', 'y'].map((host, t) => ({ t, host }));
    expect(play([many, count], events)).toEqual(['at 3: 0-3: 2']);
  });
});

describe('generate', () => {
  const section = `${COUNT}condition: { gte: 2 }`;
  const ids = (yaml: string[]): string[] =>
    detectorOf([BASE, ...yaml])
      .match({ eventName: 'a' })
      .map(({ ruleId }) => ruleId);

  it('says whether the rules that a correlation names make findings of their own', () => {
    expect(ids([])).toEqual(['id-a']);
    expect(ids([correlationOf(section)])).toEqual([]);
    expect(ids([correlationOf(`${section}\ngenerate: false`)])).toEqual([]);
    expect(ids([correlationOf(`${section}\ngenerate: true`)])).toEqual(['id-a']);
    expect(ids([correlationOf(section, 'title: C\ngenerate: true\n')])).toEqual(['id-a']);
    expect(detectorOf([BASE, correlationOf(section)]).match({ eventName: 'b' })).toHaveLength(1);
  });

  it('is enough in one of several correlations', () => {
    expect(ids([correlationOf(section), correlationOf(`${section}\ngenerate: true`, 'title: D\n')])).toEqual(['id-a']);
  });

  it('goes for correlations that are named too', () => {
    const inner = correlationOf(section, 'title: Inner\nname: inner\n');
    const outer = (generate: boolean): string =>
      correlationOf(
        `type: event_count\nrules: [inner]\ntimespan: 10m\ngenerate: ${generate}\ncondition: { gte: 1 }`,
        'title: Outer\n',
      );
    const titles = (yaml: string[]): string[] => {
      const detector = detectorOf([BASE, ...yaml]);
      return at(0, 1)
        .flatMap((sent) => detector.correlate(eventOf(sent), clockOf(sent.t)))
        .map(({ title }) => title);
    };
    expect(titles([inner, outer(false)])).toEqual(['Outer']);
    expect(titles([inner, outer(true)])).toEqual(['Inner', 'Outer']);
  });
});

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
