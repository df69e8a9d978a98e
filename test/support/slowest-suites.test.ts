import { join } from 'node:path';
import SlowestSuites from './jest-slowest-suites.ts';

const results = (count: number) => ({
  testResults: Array.from({ length: count }, (_, index) => ({
    testFilePath: join(process.cwd(), `test/suite-${index}.test.ts`),
    perfStats: { runtime: index * 100 },
  })),
});

function written(count: number): string {
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  new SlowestSuites().onRunComplete(undefined, results(count));
  const text = write.mock.calls.map(([chunk]) => String(chunk)).join('');
  write.mockRestore();
  return text;
}

test('a long run ends with its ten slowest suites, the slowest first', () => {
  const lines = written(30).trim().split('\n');
  expect(lines).toHaveLength(11);
  expect(lines[1]).toMatch(/^ +2\.9 {2}test\/suite-29\.test\.ts$/);
});

test('a run of a few suites says nothing of its own', () => {
  expect(written(5)).toBe('');
});
