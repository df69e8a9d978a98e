import fc from 'fast-check';
import { mergeByTime, type TimedSource } from '../../../../lambda/store/dynamo/queries/merge-by-time.ts';

interface Row {
  readonly time: string;
  readonly id: number;
}

const rows = fc.array(fc.record({ time: fc.nat(6).map((time) => `t${time}`), id: fc.nat(40) }), { maxLength: 30 });

/** A source that gives its rows in pages of any size, as DynamoDB does. */
function source(
  all: readonly Row[],
  direction: 1 | -1,
  sizes: readonly number[],
): TimedSource<Row> & { pages: number } {
  const sorted = all.toSorted((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -direction : direction));
  let at = 0;
  const it = {
    pages: 0,
    next: async () => {
      const size = sizes[it.pages % sizes.length] ?? 1;
      it.pages++;
      const page = sorted.slice(at, at + size);
      at += size;
      const last = page.at(-1)?.time;
      return { rows: page, ...(at < sorted.length && last !== undefined && { upTo: last }) };
    },
  };
  return it;
}

const key = ({ time, id }: Row): string => `${time} ${String(id).padStart(2, '0')}`;

test('sources merge into one order whatever their pages, and a row that comes twice is given once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(rows, { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('oldest-first' as const, 'newest-first' as const),
      async (all, sizes, order) => {
        const direction = order === 'oldest-first' ? 1 : -1;
        const merged: Row[] = [];
        const sources = all.map((it) => source(it, direction, sizes));
        const options = { order, timeOf: ({ time }: Row) => time, compareTies: (a: Row, b: Row) => a.id - b.id };
        for await (const batch of mergeByTime(sources, options)) merged.push(...batch);
        const expected = [...new Set(all.flat().map(key))].toSorted();
        expect(merged.map(key)).toEqual(direction === 1 ? expected : expected.toReversed());
      },
    ),
  );
});

test('a short answer leaves the rest of the sources unread', async () => {
  const many = Array.from({ length: 100 }, (_, id) => ({ time: `t${String(id).padStart(3, '0')}`, id }));
  const sources = [source(many, 1, [10]), source(many.slice(50), 1, [10])];
  const options = { order: 'oldest-first' as const, timeOf: ({ time }: Row) => time, compareTies: () => 0 };
  for await (const _ of mergeByTime(sources, options)) break;
  expect(sources.map(({ pages }) => pages)).toEqual([1, 1]);
});
