import { compareMeasurements } from '../../bench/compare/compare-measurements.ts';

test('the least of all rounds counts, because what else a machine does only adds to it', () => {
  const compared = compareMeasurements([{ rows: 9 }, { rows: 4 }], [{ rows: 4.4 }, { rows: 12 }]);
  expect(compared).toEqual([{ part: 'rows', before: 4, after: 4.4, ratio: 1.1, isWorse: false }]);
});

test('a part that takes a quarter more is worse, one that takes less than that is not', () => {
  const compared = compareMeasurements([{ a: 4, b: 4, c: 4 }], [{ a: 5, b: 4.96, c: 2 }]);
  expect(compared.map(({ part, isWorse }) => [part, isWorse])).toEqual([
    ['a', true],
    ['b', false],
    ['c', false],
  ]);
});

test('a new part is told, and compared with nothing', () => {
  expect(compareMeasurements([{}], [{ pages: 3 }])).toEqual([
    { part: 'pages', before: undefined, after: 3, ratio: undefined, isWorse: false },
  ]);
});

test('where nothing was measured, nothing is said to be as fast as before', () => {
  expect(() => compareMeasurements([{ rows: 1 }], [{}])).toThrow('no part of this commit was measured');
});
