import { MAX_VALUES_A_GROUP } from '../../../lambda/detection/index.ts';
import { detectorOf } from '../support.ts';
import { BASES, brief, eventOf, play, ruleOf, SECTION, seenDetector, timeOf } from './support.ts';

const LEARNED = { seenSince: Number.NEGATIVE_INFINITY };

describe('first_seen', () => {
  it('fires for the first event of a value in a group, and for no other', () => {
    expect(
      play([
        { day: 0, id: 'one' },
        { day: 0.1, id: 'two' },
        { day: 1, id: 'three', call: 'd' },
        { day: 1, id: 'four', user: 'v' },
        { day: 2, id: 'five', call: 'd' },
      ]),
    ).toEqual(['one: u c', 'three: u d', 'four: v c']);
  });

  it('knows a value for its timespan after the last day on which it was seen', () => {
    expect(play([{ day: 0 }, { day: 3 }, { day: 6 }, { day: 9 }])).toEqual(['e0: u c']);
    expect(play([{ day: 0 }, { day: 4 }])).toEqual(['e0: u c', 'e4: u c']);
  });

  it('compares UTC days, not times', () => {
    expect(play([{ day: -0.4 }, { day: 3.4 }])).toEqual(['e-0.4: u c']);
    expect(play([{ day: 0.4 }, { day: 3.6 }])).toEqual(['e0.4: u c', 'e3.6: u c']);
  });

  it('is not moved by late events: they fire neither again nor instead', () => {
    expect(play([{ day: 10 }, { day: 1 }, { day: 9 }, { day: 13 }])).toEqual(['e10: u c']);
  });

  it('fires again for the event that has fired, under the same id', () => {
    const detector = seenDetector();
    const ids = [
      { day: 0, id: 'one' },
      { day: 1, id: 'two' },
      { day: 0, id: 'one' },
      { day: 8, id: 'three' },
      { day: 0, id: 'one' },
      { day: 8, id: 'three' },
    ].map((sent) => detector.correlate(eventOf(sent), timeOf(sent.day)).map(({ findingId }) => findingId));
    expect(ids).toEqual([ids[0], [], ids[0], ids[3], ids[0], ids[3]]);
    expect(ids[0]).toHaveLength(1);
    expect(ids[0]).not.toEqual(ids[3]);
  });

  it('names the group, the values and the event in its finding', () => {
    const [finding] = seenDetector().correlate(eventOf({ day: 0, id: 'one' }), timeOf(0));
    expect(finding).toMatchObject({
      ruleId: 'first-id',
      title: 'First',
      level: 'high',
      findingId: expect.stringMatching(/^[0-9a-f]{32}$/),
      group: { user: 'u', call: 'c' },
      from: '2026-01-01T12:00:00.000Z',
      to: '2026-01-01T12:00:00.000Z',
      eventIDs: ['one'],
      value: 1,
      atLeast: false,
    });
  });

  it('judges no event that lacks a field, or has null in it', () => {
    expect(
      play([
        { day: 0, call: null },
        { day: 0, call: undefined },
        { day: 1, call: '' },
      ]),
    ).toEqual(['e1: u ']);
  });

  it('has a group of their own for events without a group-by field', () => {
    expect(
      play([
        { day: 0, id: 'one' },
        { day: 0, id: 'two', user: undefined },
        { day: 0, id: 'three', user: null },
      ]),
    ).toEqual(['one: u c', 'two:  c']);
  });

  it('judges each member of a list, and twenty at most', () => {
    const members = Array.from({ length: 30 }, (_, n) => `m${n}`);
    expect(play([{ day: 0, id: 'x', call: ['m', 'n', 'm'] }])).toEqual(['x: u m', 'x: u n']);
    expect(play([{ day: 0, call: members }])).toHaveLength(20);
  });

  it('takes several fields as one value, of lists their combinations', () => {
    const section = SECTION.replace('[call]', '[call, where]');
    expect(
      play(
        [
          { day: 0, id: 'one', where: 'x' },
          { day: 0, id: 'two', where: 'y' },
          { day: 0, id: 'three', call: ['c', 'd'], where: ['x', 'y'] },
          { day: 0, id: 'four' },
        ],
        section,
      ),
    ).toEqual(['one: u c x', 'two: u c y', 'three: u d x', 'three: u d y']);
  });

  it('keeps values apart that differ only behind their first 512 characters', () => {
    const long = 'x'.repeat(600);
    expect(
      play([
        { day: 0, id: 'one', call: `${long}1` },
        { day: 0, id: 'two', call: `${long}2` },
      ]),
    ).toHaveLength(2);
  });

  it('takes a field of its own for each rule where there is an alias', () => {
    const section = `${SECTION.replace('[a]', '[a, b]').replace('[call]', '[what]')}\naliases:\n  what: { a: call, b: other }`;
    expect(play([{ day: 0 }, { day: 1, name: 'b', other: 'c' }, { day: 1.1, name: 'b', other: 'd' }], section)).toEqual(
      ['e0: u c', 'e1.1: u d'],
    );
  });
});

describe('learning', () => {
  const section = SECTION.replace('learning: 0d', 'learning: 2d');

  it('begins with the first event, and ends after its days: what it has learnt never fires', () => {
    expect(
      play(
        [
          { day: 0 },
          { day: 1.4, id: 'late in it', call: 'd' },
          { day: 2, id: 'after it', call: 'e' },
          { day: 2, id: 'known', call: 'd' },
          { day: 2.1, id: 'new actor', user: 'v' },
        ],
        section,
      ),
    ).toEqual(['after it: u e', 'new actor: v c']);
  });

  it('begins with the first event of any kind', () => {
    expect(play([{ day: 0, name: 'other' }, { day: 2 }], section)).toEqual(['e2: u c']);
    expect(play([{ day: 1, name: 'other' }, { day: 2 }], section)).toEqual([]);
  });

  it('is over before the first event where that is said', () => {
    expect(play([{ day: 0 }], section, LEARNED)).toEqual(['e0: u c']);
  });

  it('is what teaching does, whenever the event was', () => {
    const detector = seenDetector(section, LEARNED);
    detector.teach(detector.memberships(eventOf({ day: 5 }), timeOf(5)));
    expect(detector.correlate(eventOf({ day: 6, call: 'c' }), timeOf(6))).toEqual([]);
    expect(detector.correlate(eventOf({ day: 6, call: 'd' }), timeOf(6)).map(brief)).toEqual(['e6: u d']);
  });

  it('does not let what was taught fire when the same event comes again', () => {
    const detector = seenDetector(section, LEARNED);
    detector.teach(detector.memberships(eventOf({ day: 5 }), timeOf(5)));
    expect(detector.correlate(eventOf({ day: 5 }), timeOf(5))).toEqual([]);
  });
});

describe('a chain', () => {
  const chain = `title: Chain
id: chain-id
level: high
correlation:
  type: chain
  group-by: [recipientAccountId, trailwarden.actor.id]
  timespan: 1d
  condition: { gte: 2, tactics: 2 }
`;
  const first = 'title: First\nid: first-id\nlevel: low\ntags: [attack.persistence]\n';
  const other = `title: Other
level: low
tags: [attack.discovery]
logsource: { product: aws, service: cloudtrail }
detection: { s: { eventName: b }, condition: s }
`;
  const derived = { actor: { kind: 'iam-user', id: 'alice' } };
  const fired = (learning: string) => {
    const detector = detectorOf([BASES, ruleOf(SECTION.replace('0d', learning), first), other, chain]);
    return [
      { day: 0, name: 'b', id: 'one' },
      { day: 0.1, id: 'two' },
    ].flatMap((sent) =>
      detector
        .correlate({ ...eventOf(sent), recipientAccountId: '1' }, timeOf(sent.day), derived)
        .map(({ title }) => title),
    );
  };

  it('has what has fired as a member', () => {
    expect(fired('0d')).toEqual(['First', 'Chain']);
  });

  it('has nothing of what was learnt', () => {
    expect(fired('2d')).toEqual([]);
  });
});

describe('a group with too many values', () => {
  const many = Array.from({ length: MAX_VALUES_A_GROUP }, (_, n) => ({ day: 0, id: `m${n}`, call: `m${n}` }));

  it('is told once a timespan, with medium, and nothing new is kept or fires', () => {
    const detector = seenDetector();
    const fired = (sent: Parameters<typeof eventOf>[0]) => detector.correlate(eventOf(sent), timeOf(sent.day));
    expect(many.flatMap(fired)).toHaveLength(MAX_VALUES_A_GROUP);
    const [full] = fired({ day: 0.1, id: 'x', call: 'x' });
    expect(full).toMatchObject({
      ruleId: 'first-id',
      title: 'First: too many values to judge',
      level: 'medium',
      group: { user: 'u' },
      value: MAX_VALUES_A_GROUP,
      atLeast: true,
    });
    expect(fired({ day: 0.2, id: 'y', call: 'y' })).toEqual([]);
    expect(fired({ day: 1, id: 'again', call: 'm7' })).toEqual([]);
    expect(fired({ day: 1, id: 'other', user: 'v' }).map(brief)).toEqual(['other: v c']);
  });

  it('has room again once values were not seen for long', () => {
    const detector = seenDetector();
    const fired = (sent: Parameters<typeof eventOf>[0]) => detector.correlate(eventOf(sent), timeOf(sent.day));
    for (const sent of many) fired(sent);
    expect(fired({ day: 10, id: 'still full', call: 'x' })[0]?.level).toBe('medium');
    expect(fired({ day: 11, id: 'room', call: 'x' }).map(brief)).toEqual(['room: u x']);
  });
});
