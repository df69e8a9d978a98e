import { detectorOf } from '../support.ts';
import { BASE, clockOf, correlationOf } from './support.ts';

const MEMBERS = 200_000;

/** A second apart, so that members expire in the course of them: they span more than two days. */
function* events(): Generator<{ event: object; time: number }> {
  for (let i = 0; i < MEMBERS; i++) {
    const time = clockOf(i / 60);
    yield {
      event: { eventID: `e${i}`, eventTime: new Date(time).toISOString(), eventName: 'a', user: 'u', n: i % 3 },
      time,
    };
  }
}

function firings(section: string): number {
  const detector = detectorOf([BASE, correlationOf(`${section}\nrules: [a]\ngroup-by: [user]`)]);
  let fired = 0;
  for (const { event, time } of events()) fired += detector.correlate(event, time).length;
  return fired + detector.settle(Number.POSITIVE_INFINITY).length;
}

describe('a group of 200,000 events', () => {
  test.each([
    ['that fires again and again', 'type: event_count\ntimespan: 1m\ncondition: { gte: 2 }', 3_334],
    ['that never has enough of them', 'type: event_count\ntimespan: 10m\ncondition: { gte: 601 }', 0],
    ['that never has enough values', 'type: value_count\ntimespan: 1h\ncondition: { field: n, gte: 4 }', 0],
    ['that waits for its windows to close', 'type: event_count\ntimespan: 1m\ncondition: { eq: 60 }', 3_333],
  ])(
    '%s is judged in time that grows with their number alone',
    (_, section, expected) => {
      expect(firings(section)).toBe(expected);
    },
    120_000,
  );

  it('is judged also where all of them have one time', () => {
    const detector = detectorOf([
      BASE,
      correlationOf('type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 1h\ncondition: { lt: 5 }'),
      correlationOf(
        'type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 1h\ncondition: { gte: 5 }',
        'title: D\nid: d-id\n',
      ),
    ]);
    const eventTime = new Date(clockOf(0)).toISOString();
    const found = Array.from({ length: MEMBERS }, (_, i) =>
      detector.correlate({ eventID: `e${i}`, eventTime, eventName: 'a', user: 'u' }, clockOf(0)),
    ).flat();
    expect(found.map(({ value }) => value)).toEqual([5]);
    expect(detector.settle(Number.POSITIVE_INFINITY)).toEqual([]);
  }, 120_000);
});
