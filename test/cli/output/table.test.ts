import fc from 'fast-check';
import { printListing } from '../../../cli/output/listing.ts';
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

test('24,000 rows take linear time: never minutes', () => {
  const rows = Array.from({ length: 24_000 }, (_, index) => ({ a: `row ${index}`, b: 'short', c: arn }));
  const { user } = process.cpuUsage();
  expect(renderTable(columns, rows, terminal(60)).split('\n').length).toBeGreaterThan(48_000);
  expect((process.cpuUsage().user - user) / 1_000_000).toBeLessThan(5);
});

const many = Array.from({ length: 500 }, (_, index) => ({
  a: `${index}`,
  b: 'b',
  c: index < 400 ? 'c' : 'c'.repeat(90),
}));

test('rows are written as they come, once the first of them are there', async () => {
  let written = '';
  const stdout = { ...terminal(60), write: (text: string) => (written += text) };
  let seen = 0;
  const rows = function* () {
    for (const it of many) {
      if (it.a === '300') seen = written.split('\n').length;
      yield it;
    }
  };
  const listing = { columns: withId, nothing: '', json: () => ({}), csv: {} };
  const io = { stdout, stderr: stdout, env: {}, now: () => new Date() };
  expect(await printListing(rows(), listing, 'table', io)).toBe(500);
  expect(seen).toBeGreaterThan(200);
  // A later row is longer than the first ones: what is kept always isn't cut.
  expect(written).toContain('c'.repeat(90));
  expect(written.trimEnd().endsWith('┘')).toBe(true);
});

test('what was read before an error is written, and the table ends', async () => {
  let written = '';
  const stdout = { ...terminal(60), write: (text: string) => (written += text) };
  const rows = function* () {
    yield row;
    throw new Error('gone');
  };
  const listing = { columns, nothing: '', json: () => ({}), csv: {} };
  const io = { stdout, stderr: stdout, env: {}, now: () => new Date() };
  await expect(printListing(rows(), listing, 'table', io)).rejects.toThrow('gone');
  expect(written).toContain('short');
  expect(written.trimEnd().endsWith('┘')).toBe(true);
});

const leaving: readonly Column<Row>[] = [
  {
    title: 'X',
    parts: [
      { title: 'A', text: ({ a }) => a },
      { title: 'B', text: ({ b }) => b, leaveOut: 1 },
    ],
  },
  { title: 'C', parts: [{ title: 'C', text: ({ c }) => c, keep: 'always' }] },
];

test('from 120 columns on a row stands on one line, without what may be left out', () => {
  const it = { a: 'a'.repeat(60), b: 'b'.repeat(60), c: 'c'.repeat(36) };
  const lines = (width: number) => renderTable(leaving, [it], terminal(width)).trimEnd().split('\n');
  expect(lines(120)).toHaveLength(5);
  expect(lines(120).join('')).not.toContain('bbb');
  expect(lines(119)).toHaveLength(6);
  expect(lines(180).join('')).toContain('bbb');
});
