import { detectorOf } from '../support.ts';
import { at, BASE, clockOf, correlationOf, eventOf, play } from './support.ts';

const COUNT = 'type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 10m\n';

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
