import { expectation, PACE } from '../../../../cli/commands/history/how-long.ts';

const page = (region: string, events: number, seconds: number, hasMore = true) => ({
  region,
  events,
  seconds,
  askedSeconds: 7 * 86_400,
  hasMore,
});

test('before anything is asked, it is said what a million events take', () => {
  expect(PACE).toContain('a million events of one region take 2.8 hours');
});

test('the newest page of each region tells how many there are, and the region with the most how long it takes', () => {
  // An event every 6 seconds: 100,800 in a week, 1,008 seconds at 100 a second.
  const told = expectation([page('eu-west-1', 50, 300), page('us-east-1', 50, 3_000), page('sa-east-1', 3, 90, false)]);
  expect(told).toContain('about 110,000 events, 100,000 of them in eu-west-1: about 17 minutes');
});

test('a page that is the last tells it exactly, and nothing is nothing', () => {
  expect(expectation([page('eu-west-1', 7, 60, false)])).toContain('about 7 events: a minute or so');
  expect(expectation([page('eu-west-1', 0, 0, false)])).toBe('There is nothing new.');
});

test('events of one second make no number that is none', () => {
  expect(expectation([page('eu-west-1', 50, 0)])).toMatch(/about 30,000,000 events: about 84\.0 hours/);
});

test('nothing is expected where no region has told anything, or the first page alone is empty', () => {
  expect(expectation([])).toBeUndefined();
  expect(expectation([page('eu-west-1', 0, 0, true)])).toBeUndefined();
});
