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

const withId: readonly Column<Row>[] = [
  { title: 'A title of a column that is long', parts: [{ title: 'A', text: ({ a }) => a, keep: 'first' }] },
  { title: 'B', parts: [{ title: 'B', text: ({ b }) => b }] },
  { title: 'C', parts: [{ title: 'C', text: ({ c }) => c, keep: 'always' }] },
];

test('what is kept always is never cut, and lines fit wherever it does', () => {
  const text = fc.stringMatching(/^[a-z]{1,60}$/);
  fc.assert(
    fc.property(fc.record({ a: text, b: text, c: text }), fc.integer({ min: 1, max: 200 }), (it, width) => {
      const table = renderTable(withId, [it], terminal(width));
      expect(table).toContain(it.c);
      const widest = Math.max(...table.split('\n').map((line) => line.length));
      expect(widest).toBeLessThanOrEqual(Math.max(width, Math.max(it.c.length, 8) + 4));
    }),
  );
});

test('what is kept first is cut only where nothing else is left to cut', () => {
  const it = { a: 'a'.repeat(19), b: 'b'.repeat(40), c: 'c'.repeat(36) };
  expect(renderTable(withId, [it], terminal(80))).toContain(it.a);
  expect(renderTable(withId, [it], terminal(70))).toContain('aaa…');
  expect(renderTable(withId, [it], terminal(60))).not.toContain('bbb');
});

test('a terminal that reports no columns is one whose width isn’t known', () => {
  expect(renderTable(columns, [row], terminal(0))).toBe(renderTable(columns, [row], terminal(1000)));
});

test('nothing is cut and no line is drawn where nobody looks', () => {
  const text = renderTable(columns, [row], { write: () => {}, isTerminal: false, columns: undefined, colours: false });
  expect(text).toContain(arn);
  expect(text).not.toMatch(/[│┌…]/);
});
