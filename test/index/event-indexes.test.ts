import { readConditions } from '../../lambda/index/event-condition.ts';
import { eventRows } from '../../lambda/store/rows/event-row.ts';
import { readEventRow } from '../../lambda/store/rows/indexed-event.ts';
import { EVENT_INDEXES, SHARDED_ATTRIBUTES, VALUE_INDEXES } from '../../lambda/store/schema.ts';
import { event } from '../support/records.ts';
import { NOW } from './support/events-table.ts';

const EVENT = event({ errorCode: 'AccessDenied', requestParameters: { fileSystemId: 'fs-00112233' } });

/** The row of the event under a number of shards that puts it into another than the first. */
function shardedRow() {
  for (let others = 2; others < 64; others++) {
    const [row] = eventRows(EVENT, { shards: { day: 1, others }, retentionDays: 30, now: NOW });
    if (row.shard !== undefined) return row;
  }
  throw new Error('no number of shards moved the event');
}

test.each(VALUE_INDEXES)('$name finds what is asked for by the field that its rows are keyed with', (index) => {
  expect(readConditions({ [index.partitionKey]: ['203.0.113.7'] })).toMatchObject([
    { keys: { index: index.name, values: ['203.0.113.7'] } },
  ]);
});

test.each(SHARDED_ATTRIBUTES)('%s has the suffix of its shard in the table, and none when it is read', (name) => {
  const [plain] = eventRows(EVENT, { shards: { day: 1, others: 1 }, retentionDays: 30, now: NOW });
  const sharded = shardedRow();
  expect(plain[name]).toEqual(expect.any(String));
  expect(sharded[name]).toBe(`${plain[name]}#${sharded.shard}`);
  expect(readEventRow({ ...sharded }).event[name]).toBe(plain[name]);
});

test('what is no index’s key has no suffix', () => {
  const [plain] = eventRows(EVENT, { shards: { day: 1, others: 1 }, retentionDays: 30, now: NOW });
  const { shard, ...sharded } = shardedRow();
  expect({ ...sharded, ...Object.fromEntries(SHARDED_ATTRIBUTES.map((name) => [name, plain[name]])) }).toEqual(plain);
  expect(shard).toBeGreaterThan(0);
});

test('a walk over days is all that is left where no value is asked for', () => {
  const rest = Object.values(EVENT_INDEXES).filter(({ name }) => !VALUE_INDEXES.some((index) => index.name === name));
  expect(rest.map(({ name }) => name)).toEqual(['by-day']);
});

test('no two indexes are as broad as each other, and of all a key finds the least by its credential', () => {
  const sorted = Object.values(EVENT_INDEXES).toSorted((a, b) => a.breadth - b.breadth);
  expect(new Set(sorted.map(({ breadth }) => breadth)).size).toBe(sorted.length);
  expect(sorted.map(({ name }) => name)).toEqual([
    'by-credential',
    'by-resource',
    'by-address',
    'by-actor',
    'by-error',
    'by-action',
    'by-day',
  ]);
});
