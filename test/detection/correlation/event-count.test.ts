import { detectorOf } from '../support.ts';
import { at, BASE, brief, clockOf, correlationOf, eventOf, play } from './support.ts';

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

  it('judges a window again when one of its events comes after that, within a day', () => {
    const late = (minutes: number): string[] => {
      const detector = detectorOf([BASE, correlationOf(`${COUNT}condition: { eq: 2 }`)]);
      detector.correlate(eventOf({ t: 5 }), clockOf(5));
      expect(detector.settle(clockOf(60))).toEqual([]);
      expect(detector.correlate(eventOf({ t: 4 }), clockOf(minutes))).toEqual([]);
      return detector.settle(clockOf(minutes + 20)).map(brief);
    };
    expect(late(61)).toEqual(['4-5: 2']);
    expect(late(2 * 24 * 60)).toEqual([]);
  });

  it('judges only windows that are not a part of another', () => {
    expect(play(`${COUNT}condition: { lt: 3 }`, at(0, 5, 9))).toEqual([]);
    expect(play(`${COUNT}condition: { eq: 2 }`, at(0, 5, 12))).toEqual(['end: 0-5: 2']);
    expect(play(`${COUNT}condition: { eq: 2 }`, at(0, 5, 9, 12, 30, 35))).toEqual(['end: 30-35: 2']);
  });
});
