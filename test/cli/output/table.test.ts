import fc from 'fast-check';
import { type Column, renderTable } from '../../../cli/output/table.ts';

interface Row {
  readonly a: string;
  readonly b: string;
  readonly c: string;
}

const columns: readonly Column<Row>[] = [
  {
    title: 'First',
    parts: [
      { title: 'A', text: ({ a }) => a },
      { title: 'B', text: ({ b }) => b, style: () => 'bad' },
    ],
  },
  { title: 'Last', parts: [{ title: 'C', text: ({ c }) => c }] },
];
const terminal = (width: number, colours = false) => ({ write: () => {}, isTerminal: true, columns: width, colours });
const arn = 'arn:aws:iam::111122223333:role/with/a/path/Deploy';
const row = { a: 'a'.repeat(30), b: 'short', c: arn };

test('parts stand side by side where there is room', () => {
  expect(renderTable(columns, [row], terminal(200)).split('\n')).toHaveLength(6);
});

test('parts stand one below the other where there isn’t, and the end of an ARN stays', () => {
  const text = renderTable(columns, [row], terminal(60));
  expect(text).toContain('role/with/a/path/Deploy');
  expect(text.split('\n').filter((line) => line.includes('short') || line.includes('aaa'))).toHaveLength(2);
});

test('every line fits a terminal that is wide enough for anything', () => {
  const text = fc.string({ unit: 'binary-ascii', maxLength: 80 });
  fc.assert(
    fc.property(
      fc.array(fc.record({ a: text, b: text, c: text }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 24, max: 160 }),
      (rows, width) => {
        for (const line of renderTable(columns, rows, terminal(width)).split('\n')) {
          expect(line.length).toBeLessThanOrEqual(width);
        }
      },
    ),
  );
});

test('nothing is cut and no line is drawn where nobody looks', () => {
  const text = renderTable(columns, [row], { write: () => {}, isTerminal: false, columns: undefined, colours: false });
  expect(text).toContain(arn);
  expect(text).not.toMatch(/[│┌…]/);
});
