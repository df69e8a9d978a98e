import type { Detector, Membership } from '../../../lambda/detection/index.ts';
import { detectorOf } from '../support.ts';
import { BASE, clockOf, correlationOf, eventOf } from './support.ts';

const SECOND = 1_000;

/** How often a correlation fires for events of one group, so many seconds apart; with three values in turn. */
function firings(section: string, members: number, apart: number): number {
  const detector = detectorOf([BASE, correlationOf(`${section}\nrules: [a]\ngroup-by: [user]`)]);
  const memberships = [0, 1, 2].map((n) => detector.memberships(eventOf({ t: 0, n }), clockOf(0)));
  let fired = 0;
  for (let i = 0; i < members; i++) {
    fired += observeAgain(detector, memberships[i % 3] ?? [], `e${i}`, clockOf(0) + i * apart * SECOND);
  }
  return fired + detector.settle(Number.POSITIVE_INFINITY).length;
}

/** As if another event came that differs in its id and its time. */
function observeAgain(detector: Detector, memberships: readonly Membership[], id: string, eventTime: number): number {
  const others = memberships.map(({ key, member }) => ({
    key,
    member: { ...member, identity: id, eventID: id, eventTime },
  }));
  return detector.observe(others, eventTime).length;
}

describe('a group of 200,000 events', () => {
  test('that fires again and again, while the first ones expire, is judged', () => {
    expect(firings('type: event_count\ntimespan: 1m\ncondition: { gte: 2 }', 200_000, 1)).toBe(3_334);
  }, 60_000);

  test('of one time is judged', () => {
    expect(firings('type: event_count\ntimespan: 1h\ncondition: { gte: 5 }', 200_000, 0)).toBe(1);
  }, 60_000);

  test('of one time is judged when its window has closed', () => {
    expect(firings('type: event_count\ntimespan: 1h\ncondition: { lt: 5 }', 200_000, 0)).toBe(0);
  }, 60_000);
});

// What reads members back with every event takes about as long for each of them, however many there are in the group.
describe('a group of 20,000 events', () => {
  test.each([
    ['that never has enough of them', 'type: event_count\ntimespan: 10m\ncondition: { gte: 601 }', 0],
    ['that never has enough values', 'type: value_count\ntimespan: 1h\ncondition: { field: n, gte: 4 }', 0],
    ['that waits for its windows to close', 'type: event_count\ntimespan: 1m\ncondition: { eq: 60 }', 333],
  ])(
    '%s is judged',
    (_, section, expected) => {
      expect(firings(section, 20_000, 1)).toBe(expected);
    },
    60_000,
  );
});
