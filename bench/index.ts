import { ReadMeter } from '../lambda/store/dynamo/queries/read-meter.ts';
import { type EventConditions, readConditions } from '../lambda/store/questions/conditions.ts';
import { countEvents } from '../lambda/store/questions/count.ts';
import { facetValues } from '../lambda/store/questions/facets.ts';
import { searchSnapshot } from '../lambda/store/questions/search.ts';
import type { Facet } from '../lambda/store/questions/tally.ts';
import { secondsOf } from '../lambda/store/segments/block.ts';
import { takeSnapshot } from '../lambda/store/segments/table/snapshot.ts';
import type { SegmentsTable } from '../lambda/store/segments/table/state.ts';
import { runApart } from './index-questions/apart.ts';
import type { Filled, Key } from './index-questions/fill.ts';
import type { Packed } from './index-questions/pack-pages.ts';
import { DAYS, FIRST_DAY, NOW, SEGMENT_EVENTS } from './index-questions/world.ts';
import { MADE_ACTIONS } from './made/actions.ts';
import { percentile, withPeakMemory } from './support/memory.ts';
import { startBenchTable } from './support/segments-table.ts';

/** What was measured, beside what is wanted. */
export interface IndexRow {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly detail: string;
}

const DEFAULT_EVENTS = 10_000_000;
const DELAY_MILLISECONDS = 10;

/** Questions for one key: as many, of keys with at most as many events. */
const KEYS = 60;
const KEY_EVENTS = 1_000;
const ROUNDS = 5;

/**
 * Makes events of ten days, packs them into segments of a table on disk, and asks it, each call delayed as if it went
 * over a network. What is told of keys is compared with what was counted while the events were made.
 */
export async function benchIndex({ events = DEFAULT_EVENTS } = {}): Promise<readonly IndexRow[]> {
  const bench = await startBenchTable();
  try {
    const rows = [...(await benchPack(Math.min(events, SEGMENT_EVENTS)))];
    const { keys, bytes, seconds, peakMegabytes } = await runApart<Filled>('fill.ts', [
      bench.endpoint,
      bench.table,
      String(events),
    ]);
    rows.push(
      {
        what: 'events made and written as segments',
        measured: `${events} in ${seconds.toFixed(0)} s`,
        target: '',
        detail: `${((seconds / events) * 1e6).toFixed(0)} us an event, making it included; ${peakMegabytes} MB`,
      },
      {
        what: 'bytes an event',
        measured: (bytes / events).toFixed(1),
        target: '<= 80',
        detail: 'without item overhead',
      },
    );
    const table = bench.delayed(DELAY_MILLISECONDS);
    rows.push(await askKeys(table, keys));
    for (const question of QUESTIONS) rows.push(await askOften(table, question));
    return rows;
  } finally {
    await bench.stop();
  }
}

async function askKeys(table: SegmentsTable, counted: readonly Key[]): Promise<IndexRow> {
  const suitable = counted.filter(({ events }) => events <= KEY_EVENTS);
  // The most frequent of them first: they take longest.
  const keys = suitable
    .toSorted((a, b) => b.events - a.events)
    .filter((_, at, all) => at % Math.ceil(all.length / KEYS) === 0);
  const times: number[] = [];
  let [units, peak, most] = [0, 0, 0];
  for (const { conditions, events } of keys) {
    const { result, seconds, peakMegabytes } = await withPeakMemory(() => search(table, conditions, undefined));
    if (result.found > KEY_EVENTS) continue;
    // Keys were counted from the event on at which they were chosen.
    if (result.found < events) throw new Error(`${JSON.stringify(conditions)}: ${result.found} found of ${events}`);
    times.push(seconds);
    units = Math.max(units, result.units);
    peak = Math.max(peak, peakMegabytes);
    most = Math.max(most, result.found);
  }
  return {
    what: `a key with up to ${most} events, all of them, of ${times.length} keys`,
    measured: `p50 ${percentile(times, 0.5).toFixed(2)} s, p95 ${percentile(times, 0.95).toFixed(2)} s`,
    target: 'p95 < 1 s',
    detail: `at most ${Math.round(units)} read units; ${peak} MB`,
  };
}

interface Answer {
  readonly found: number;
  readonly units: number;
}

interface Question {
  readonly what: string;
  readonly target: string;
  readonly ask: (table: SegmentsTable) => Promise<Answer>;
}

const FREQUENT_ACTION = `${MADE_ACTIONS[0]?.source.split('.')[0]}:${MADE_ACTIONS[0]?.name}`;
/** Begins and ends within segments. */
const CUT_RANGE = {
  first: secondsOf('2026-11-12T07:31:00Z'),
  last: secondsOf('2026-11-17T16:47:00Z'),
};
const EVERYTHING = { first: FIRST_DAY / 1000, last: FIRST_DAY / 1000 + DAYS * 86_400 };

const QUESTIONS: readonly Question[] = [
  { what: 'newest 50 of everything', target: '< 0.3 s', ask: (table) => search(table, {}, 50) },
  { what: 'count by day', target: '< 0.5 s', ask: (table) => facets(table, 'day') },
  { what: 'top 20 actors over ten days', target: '< 1 s', ask: (table) => facets(table, 'actor') },
  { what: 'top 20 errors over ten days', target: '< 1 s', ask: (table) => facets(table, 'error') },
  { what: 'count by hour over ten days', target: '< 1 s', ask: (table) => facets(table, 'hour') },
  { what: 'count of one action', target: '', ask: (table) => count(table, { action: [FREQUENT_ACTION] }) },
  {
    what: 'count of one action in a range that cuts segments',
    target: '',
    ask: (table) => count(table, { action: [FREQUENT_ACTION] }, CUT_RANGE),
  },
];

// These three are the questions as the command line asks them: whoever asks otherwise changes them alone.

async function search(table: SegmentsTable, conditions: EventConditions, limit: number | undefined): Promise<Answer> {
  const meter = new ReadMeter();
  const snapshot = await takeSnapshot({ ...table, now: NOW, meter });
  let found = 0;
  for await (const _ of searchSnapshot(snapshot, {
    conditions: readConditions(conditions),
    range: EVERYTHING,
    order: 'newest-first',
    ...(limit !== undefined && { limit }),
  })) {
    found++;
    if (found === limit) break;
  }
  return { found, units: meter.reads.units };
}

async function count(table: SegmentsTable, conditions: EventConditions, range = EVERYTHING): Promise<Answer> {
  const meter = new ReadMeter();
  const snapshot = await takeSnapshot({ ...table, now: NOW, meter });
  return { found: await countEvents(snapshot, readConditions(conditions), range), units: meter.reads.units };
}

async function facets(table: SegmentsTable, facet: Facet): Promise<Answer> {
  const meter = new ReadMeter();
  const snapshot = await takeSnapshot({ ...table, now: NOW, meter });
  const values = await facetValues(snapshot, facet, [], EVERYTHING);
  return { found: values.length, units: meter.reads.units };
}

async function askOften(table: SegmentsTable, { what, target, ask }: Question): Promise<IndexRow> {
  const times: number[] = [];
  let [answer, peak]: [Answer, number] = [{ found: 0, units: 0 }, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const { result, seconds, peakMegabytes } = await withPeakMemory(() => ask(table));
    answer = result;
    times.push(seconds);
    peak = Math.max(peak, peakMegabytes);
  }
  return {
    what,
    measured: `${percentile(times, 0.5).toFixed(2)} s`,
    target,
    detail: `${answer.found} found, ${Math.round(answer.units)} read units; ${peak} MB`,
  };
}

/**
 * What pack needs: its process has no more heap than this, so that it can't but collect what it has let go. Without a bound
 * V8 keeps what is free.
 */
const PACK_HEAP = ['--max-old-space-size=300', '--max-semi-space-size=8'];

/** Pages of one day, as ingest leaves them, made into small segments and these into merged ones, by pack itself. */
async function benchPack(events: number): Promise<readonly IndexRow[]> {
  const bench = await startBenchTable();
  try {
    const { endpoint, table } = bench;
    await runApart('write-pages.ts', [endpoint, table, String(events)]);
    const { outcome, seconds, peakMegabytes } = await runApart<Packed>('pack-pages.ts', [endpoint, table], PACK_HEAP);
    if (outcome.events !== events) throw new Error(`pack made segments of ${outcome.events} events, not of ${events}`);
    return [
      {
        what: `pack of ${events} events in ${outcome.pages} pages, merged`,
        measured: `${peakMegabytes} MB`,
        target: '<= 512 MB',
        detail: `${seconds.toFixed(1)} s, ${((seconds / events) * 1e6).toFixed(0)} us an event; ${outcome.packed} small segments, ${outcome.merged} merged`,
      },
    ];
  } finally {
    await bench.stop();
  }
}
