import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { DIMENSIONS, type Dimension, valuesOf } from '../../../lambda/store/segments/dimensions.ts';
import { SegmentReader } from '../../../lambda/store/segments/segment-reader.ts';
import { itemKeys, type SegmentFacts, type SegmentItem } from '../../../lambda/store/segments/segment-shape.ts';
import { SegmentWriter } from '../../../lambda/store/segments/segment-writer.ts';
import type { EventSummary } from '../../../lambda/store/segments/summary.ts';
import { anySummary, inOrder, summary } from './summaries.ts';

interface Made {
  readonly facts: SegmentFacts;
  readonly items: readonly SegmentItem[];
  readonly reader: SegmentReader;
  /** Keys that were fetched. */
  readonly fetched: string[];
}

function make(summaries: readonly EventSummary[]): Made {
  const items: SegmentItem[] = [];
  const writer = new SegmentWriter((item) => items.push(item));
  for (const one of summaries) writer.add(one);
  const facts = writer.finish();
  if (facts === undefined) throw new Error('no event was given');
  const byKey = new Map(items.map((item) => [item.key, item]));
  const fetched: string[] = [];
  const reader = new SegmentReader(facts, async (keys) => {
    fetched.push(...keys);
    return new Map(keys.flatMap((key) => (byKey.has(key) ? [[key, byKey.get(key) as SegmentItem]] : [])));
  });
  return { facts, items, reader, fetched };
}

/** More than fit into one item; `spread` values of each kind. */
function many(count: number, spread: number): readonly EventSummary[] {
  return inOrder(
    Array.from({ length: count }, (_, index) =>
      summary({
        eventTime: `${new Date(Date.UTC(2026, 10, 20) + Math.floor((index * 86_399) / count) * 1000).toISOString().slice(0, 19)}Z`,
        actor: `arn:aws:iam::111122223333:user/user-${index % spread}`,
        resources: [`arn:aws:s3:::bucket/${(index * 7919) % (spread * 3)}`, `arn:aws:s3:::bucket/${index % 5}`],
        access: index % 3 === 0 ? 'write' : 'read',
        ...(index % 11 === 0 && { errorCode: 'AccessDenied' }),
      }),
    ),
  );
}

async function everyEvent(reader: SegmentReader): Promise<readonly EventSummary[]> {
  const blocks = await reader.blocks(Array.from({ length: reader.blockCount }, (_, index) => index));
  return blocks.flatMap((block) => [...block.summaries()]);
}

const SEGMENTS: readonly [string, readonly EventSummary[]][] = [
  ['one item', many(300, 20)],
  ['many blocks', many(6_000, 50)],
  ['values so many that they are hashed', many(9_000, 5_000)],
];

describe.each(SEGMENTS)('a segment of %s', (name, events) => {
  const made = make(events);
  const dimensions = DIMENSIONS.filter((dimension) => dimension !== 'eventID');

  test('holds its events in order, and says what they are', async () => {
    expect(await everyEvent(made.reader)).toEqual(events);
    expect(made.facts.whole).toBe(name === 'one item');
    expect(made.facts.count).toBe(events.length);
    expect(made.facts.hours.reduce((a, b) => a + b)).toBe(events.length);
    expect(made.facts.access.write).toBe(events.filter(({ access }) => access === 'write').length);
    expect([made.facts.first, made.facts.last]).toEqual([events[0]?.eventTime, events.at(-1)?.eventTime]);
  });

  test('has the items whose keys follow from its shape, and no other', () => {
    expect(made.items.map(({ key }) => key).toSorted()).toEqual(itemKeys(made.facts).toSorted());
  });

  test.each(dimensions)('counts each value of %s exactly', async (dimension) => {
    const expected = new Map<string, number>();
    for (const event of events) {
      for (const value of valuesOf(event, dimension)) expected.set(value, (expected.get(value) ?? 0) + 1);
    }
    const heads = await made.reader.heads(dimension);
    expect(new Map(heads.map(({ value, count }) => [value, count]))).toEqual(expected);
  });

  test.each(dimensions)('finds at least the blocks that have a value of %s', async (dimension) => {
    await expectFound(made, events, dimension);
  });

  test('finds an eventID without reading more than a part of a dictionary', async () => {
    const event = events[Math.floor(events.length / 2)] as EventSummary;
    made.fetched.length = 0;
    const posting = (await made.reader.lookup('eventID', [event.eventID])).get(event.eventID);
    expect(made.fetched.length).toBeLessThanOrEqual(1);
    const blocks = await made.reader.blocks(posting?.blocks ?? []);
    expect(blocks.flatMap((block) => [...block.summaries()]).map(({ eventID }) => eventID)).toContain(event.eventID);
  });

  test('never says of an event of its own that it is not there, and seldom of another that it may be', async () => {
    expect((await made.reader.mayHold(events)).every((may) => may)).toBe(true);
    const others = await made.reader.mayHold(Array.from({ length: 1_000 }, () => summary()));
    expect(others.filter((may) => may).length).toBeLessThan(50);
  });
});

async function expectFound({ reader }: Made, events: readonly EventSummary[], dimension: Dimension): Promise<void> {
  const values = [...new Set(events.slice(0, 40).flatMap((event) => valuesOf(event, dimension)))];
  const postings = await reader.lookup(dimension, [...values, 'a value that nobody has']);
  const bounds = await reader.bounds();
  const blockOf = (index: number): number => {
    let [block, left] = [0, index];
    while (left >= (bounds[block]?.count ?? Number.POSITIVE_INFINITY)) left -= bounds[block++]?.count ?? 0;
    return block;
  };
  for (const value of values) {
    const expected = new Map<number, number>();
    for (const [index, event] of events.entries()) {
      if (valuesOf(event, dimension).includes(value))
        expected.set(blockOf(index), (expected.get(blockOf(index)) ?? 0) + 1);
    }
    const posting = postings.get(value);
    expect(posting?.blocks).toEqual([...expected.keys()]);
    expect(posting?.counts).toEqual([...expected.values()]);
  }
}

test('any events of a day come back from a segment, and each is found by each of its values', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anySummary, { minLength: 1, maxLength: 40 }), async (summaries) => {
      const events = inOrder(summaries);
      const made = make(events);
      expect(await everyEvent(made.reader)).toEqual(events);
      for (const dimension of DIMENSIONS) {
        const values = [...new Set(events.flatMap((event) => valuesOf(event, dimension)))];
        expect([...(await made.reader.lookup(dimension, values)).keys()].toSorted()).toEqual(values.toSorted());
      }
    }),
  );
});

test('events out of order, twice, or of two days are refused', () => {
  const writer = new SegmentWriter(() => {});
  const event = summary();
  writer.add(event);
  expect(() => writer.add(event)).toThrow(RangeError);
  expect(() => writer.add(summary({ eventTime: '2026-11-20T14:02:59Z' }))).toThrow(RangeError);
  expect(() => writer.add(summary({ eventTime: '2026-11-21T00:00:00Z' }))).toThrow(RangeError);
});

test('a segment without events is none', () => {
  expect(new SegmentWriter(() => {}).finish()).toBeUndefined();
});

test('no item of a segment passes the size that DynamoDB takes, though nothing in it compresses', () => {
  const MAX_ITEM_BYTES = 400 * 1024;
  const events = inOrder(
    Array.from({ length: 300 }, () =>
      summary({ resources: Array.from({ length: 50 }, () => randomBytes(1_000).toString('hex')) }),
    ),
  );
  for (const { key, body } of make(events).items) expect([key, body.length < MAX_ITEM_BYTES]).toEqual([key, true]);
});
