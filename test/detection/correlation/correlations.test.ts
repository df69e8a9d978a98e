import { correlationOf, play } from './support.ts';

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
