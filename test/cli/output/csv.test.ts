import { csvLine } from '../../../cli/output/csv.ts';

test.each([
  [['a', 1, true, undefined], 'a,1,true,\r\n'],
  [['a,b', 'say "x"', 'two\nlines'], '"a,b","say ""x""","two\nlines"\r\n'],
])('%j is a line of CSV', (values, line) => {
  expect(csvLine(values)).toBe(line);
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '=HYPERLINK("http://x")'])('%j is no formula any more', (value) => {
  expect(csvLine([value]).replace(/^"/, '')).toMatch(/^'/);
});

test('numbers stay numbers', () => {
  expect(csvLine([-1])).toBe('-1\r\n');
});
