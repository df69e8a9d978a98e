import { bar } from '../../../cli/output/bar.ts';

test.each([
  [10, 10, '█'.repeat(20)],
  [5, 10, '█'.repeat(10)],
  [1, 10_000, '▏'],
  [0, 10, ''],
  [0, 0, ''],
])('%d of %d is a bar of %j', (count, most, expected) => {
  expect(bar(count, most)).toBe(expected);
});
