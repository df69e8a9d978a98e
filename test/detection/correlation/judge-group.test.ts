import { expiryOf } from '../../../lambda/detection/correlation/correlation-store.ts';
import { firesEarly, judgeAround, judgeClosed } from '../../../lambda/detection/correlation/judge-group.ts';
import { type GroupView, type Member, parseRules } from '../../../lambda/detection/index.ts';
import type { CorrelationRule } from '../../../lambda/detection/language/rule-set.ts';
import { BASE, correlationOf } from './support.ts';

const SPAN = 10 * 60_000;
const LATE = 60_000;

/** A correlation of ten minutes as its rule set has it. */
function ruleOf(type: string, condition: string): CorrelationRule {
  const section = `type: ${type}\nrules: [a, b]\ngroup-by: [user]\ntimespan: 10m\ncondition: { ${condition} }`;
  const { ruleSet } = parseRules([{ text: BASE }, { text: correlationOf(section) }]);
  const rule = ruleSet.rules.find((candidate) => candidate.kind === 'correlation');
  if (rule?.kind !== 'correlation') throw new Error('the correlation was refused');
  return rule;
}

function member(minute: number, extra: Partial<Member> = {}): Member {
  const eventTime = minute * 60_000;
  const identity = extra.identity ?? `e${minute}`;
  return { identity, rule: 'id-a', eventTime, eventID: identity, arrivedAt: eventTime, fields: {}, ...extra };
}

const value = (text: string): Member['fields'] => ({ '["x"]': [text] });

function viewOf(members: readonly Member[], extra: Partial<GroupView> = {}): GroupView {
  return { members, truncated: false, firings: [], version: 0, ...extra };
}

const contextOf = (rule: CorrelationRule, minute = 0) => ({
  rule,
  group: '["u"]',
  now: minute * 60_000,
  lateness: LATE,
});

const minutesOf = (firings: readonly { at: number }[]): number[] => firings.map(({ at }) => at / 60_000);

describe('conditions', () => {
  test.each([
    ['event_count', 'gte: 2', true],
    ['event_count', 'gt: 2', true],
    ['event_count', 'gte: 2, lt: 9', false],
    ['event_count', 'eq: 2', false],
    ['value_count', 'field: x, gt: 2', true],
    ['value_count', 'field: x, neq: 2', false],
    ['temporal', 'gte: 2', true],
    ['temporal_ordered', 'gte: 2', true],
    ['value_sum', 'field: x, gt: 2', false],
    ['value_median', 'field: x, gte: 2', false],
  ])('of %s with %s fire early: %s', (type, condition, early) => {
    expect(firesEarly(ruleOf(type, condition))).toBe(early);
  });
});

describe('judging around an event', () => {
  const rule = ruleOf('event_count', 'gte: 2');

  it('takes the windows that the event is in and no others, whatever order members are in', () => {
    const members = [member(13), member(0), member(12), member(1)];
    expect(minutesOf(judgeAround(contextOf(rule), viewOf(members), 12 * 60_000).firings)).toEqual([13]);
    expect(minutesOf(judgeAround(contextOf(rule), viewOf(members), 0).firings)).toEqual([1]);
  });

  it('leaves out what is exactly a timespan older', () => {
    expect(judgeAround(contextOf(rule), viewOf([member(0), member(10)]), SPAN).firings).toEqual([]);
    expect(minutesOf(judgeAround(contextOf(rule), viewOf([member(0.1), member(10)]), SPAN).firings)).toEqual([10]);
  });

  it('is silent for less than a timespan around a firing, and not for a timespan', () => {
    const [firing] = judgeAround(contextOf(rule), viewOf([member(0), member(1)]), 60_000).firings;
    if (firing === undefined) throw new Error('it fires');
    const later = (minute: number) =>
      judgeAround(
        contextOf(rule),
        viewOf([member(minute - 1), member(minute)], { firings: [firing] }),
        minute * 60_000,
      );
    expect(later(10.9).firings).toEqual([]);
    expect(minutesOf(later(11).firings)).toEqual([11]);
  });

  it('names the events by time, then by what they are, however they are stored', () => {
    const members = [member(2, { identity: 'd' }), member(1, { identity: 'c' }), member(1, { identity: 'b' })];
    for (const order of [members, members.toReversed()]) {
      const [firing] = judgeAround(contextOf(rule), viewOf(order), 60_000).firings;
      expect(firing).toMatchObject({ eventIDs: ['b', 'c'], from: 60_000, value: 2, atLeast: false });
    }
  });

  it('says which event is the last where one event matched two rules', () => {
    const both = [
      member(1, { identity: 'b', rule: 'id-b', context: 'of b' }),
      member(1, { identity: 'b', rule: 'id-a', context: 'of a' }),
      member(1, { identity: 'a', context: 'first' }),
    ];
    for (const order of [both, both.toReversed()]) {
      expect(judgeAround(contextOf(rule), viewOf(order), 60_000).firings[0]).toMatchObject({
        context: 'of b',
        eventIDs: ['a', 'b'],
      });
    }
  });
});

describe('a group that was not read whole', () => {
  const members = [
    member(0, { fields: value('one') }),
    member(1, { fields: value('two') }),
    member(2, { fields: value('three') }),
  ];

  test.each([
    ['gte: 3', [2]],
    ['gt: 2', [2]],
    ['lt: 5', []],
    ['lte: 3', []],
    ['eq: 3', []],
    ['neq: 9', []],
    ['gte: 2, lt: 9', []],
  ])('has at least the distinct values that were read: %s', (condition, minutes) => {
    const rule = ruleOf('value_count', `field: x, ${condition}`);
    const judge = firesEarly(rule) ? judgeAround : judgeClosed;
    const { firings } = judge(contextOf(rule, 100), viewOf(members, { truncated: true }), 0);
    expect(minutesOf(firings)).toEqual(minutes);
    expect(firings.every(({ atLeast }) => atLeast)).toBe(true);
  });

  it('is looked at again at once, from behind what was read', () => {
    const rule = ruleOf('event_count', 'eq: 9');
    const verdict = judgeClosed(contextOf(rule, 100), viewOf(members, { truncated: true }));
    expect(verdict).toEqual({ firings: [], judgedThrough: 2 * 60_000, due: 100 * 60_000 });
  });
});

describe('judging closed windows', () => {
  const rule = ruleOf('event_count', 'eq: 2');

  it('waits for lateness after the window closed, to the millisecond', () => {
    const view = viewOf([member(0), member(1)]);
    const due = SPAN + LATE;
    expect(judgeClosed({ ...contextOf(rule), now: due - 1 }, view)).toEqual({ firings: [], due });
    expect(minutesOf(judgeClosed({ ...contextOf(rule), now: due }, view).firings)).toEqual([1]);
  });

  it('waits for lateness after an event that came later than that', () => {
    const arrivedAt = SPAN + LATE + 1;
    const view = viewOf([member(0), member(1, { arrivedAt })]);
    expect(judgeClosed({ ...contextOf(rule), now: arrivedAt }, view)).toEqual({ firings: [], due: arrivedAt + LATE });
    const intime = viewOf([member(0), member(1, { arrivedAt: SPAN + LATE })]);
    expect(minutesOf(judgeClosed({ ...contextOf(rule), now: SPAN + LATE }, intime).firings)).toEqual([1]);
  });

  it('judges no window twice, and none that is a part of one before it', () => {
    const members = [member(0), member(4), member(11)];
    const first = judgeClosed(contextOf(rule, 60), viewOf(members));
    expect(minutesOf(first.firings)).toEqual([4]);
    expect(first.judgedThrough).toBe(11 * 60_000);
    expect(judgeClosed(contextOf(rule, 60), viewOf(members, { judgedThrough: 11 * 60_000 }))).toEqual({
      firings: [],
      judgedThrough: 11 * 60_000,
    });
    const single = ruleOf('event_count', 'eq: 1');
    expect(judgeClosed(contextOf(single, 60), viewOf([member(0), member(4)])).firings).toEqual([]);
  });

  it('goes on with the window that follows the one judged before', () => {
    const members = [member(0), member(20), member(21)];
    expect(minutesOf(judgeClosed(contextOf(rule, 60), viewOf(members, { judgedThrough: 0 })).firings)).toEqual([21]);
  });
});

test('members are kept for a day longer than any window or late judgement needs them, by when they came', () => {
  const day = 86_400_000;
  expect(expiryOf({ eventTime: 5, arrivedAt: 3 }, 10, 100)).toBe(5 + 10 + 100 + day);
  expect(expiryOf({ eventTime: 5, arrivedAt: 9 }, 10, 100)).toBe(9 + 10 + 100 + day);
});
