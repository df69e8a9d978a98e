import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dollarsOf, sumUp } from '../../cli/commands/backfill/backfill-cost.ts';
import { ASSUMPTIONS } from '../../cli/commands/cost/cost-assumptions.ts';
import { MEASURED } from '../../cli/commands/cost/measured.ts';
import { MOST_MEMBERSHIPS } from '../../lambda/backfill/batch/past-correlations.ts';
import { type BatchLine, packKeys } from '../../lambda/backfill/batch-line.ts';
import { BATCH_LIMITS, Batches, secondsOf } from '../../lambda/backfill/list/batches.ts';
import { PART_LIMITS } from '../../lambda/backfill/list/list-part.ts';
import { parseConfig } from '../../lib/config/config-file.ts';
import { request } from '../backfill/backfill-bed.ts';

const page = (name: string): string => readFileSync(join(import.meta.dirname, `../../docs/${name}.md`), 'utf8');
const [ARCHITECTURE, COST, BACKFILL] = [page('architecture'), page('cost'), page('backfill')];

const EVENTS = 1_000_000_000;
const OBJECTS = EVENTS / ASSUMPTIONS.eventsPerObject;
const OBJECT_BYTES = ASSUMPTIONS.eventsPerObject * ASSUMPTIONS.compressedRecordBytes;
const SECONDS = OBJECTS * secondsOf(OBJECT_BYTES);
/** A transaction takes two units a kilobyte. */
const PAGE_UNITS = (MEASURED.pageBytes / 1024) * 2;
const NOTHING = { objects: 0, batches: 0, writeUnits: 0, readUnits: 0, seconds: 0 };

const number = (value: number): string => Math.round(value).toLocaleString('en-US');
const millions = (value: number): string => `${Math.round(value / 1e6)} million`;

/** What the lister makes of a busy day of one account and region. */
function fullBatch() {
  const batches = new Batches();
  for (let at = 0; ; at++) {
    const name = `${String(Math.floor(at / 10) % 1440).padStart(4, '0')}Z_${String(at).padStart(16, 'a')}`;
    const key = `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/111122223333_CloudTrail_eu-west-1_20261120T${name}.json.gz`;
    const full = batches.add('trailwarden-logs-111122223333-eu-west-1', '2026-11-20', listed(key), 'open');
    if (full !== undefined) return full;
  }
}

function listed(key: string) {
  return { key, size: OBJECT_BYTES, deliveredAt: '2026-11-20T15:00:00.000Z' };
}

const batch = fullBatch();
const BATCHES = Math.ceil(OBJECTS / batch.objects);

/** The second to last cells of the row that begins with some text. */
function row(text: string, title: string): readonly string[] {
  const line = text.split('\n').find((one) => one.startsWith(`| ${title}`) || one.startsWith(`| **${title}`));
  return (line ?? '')
    .split('|')
    .map((cell) => cell.replaceAll('**', '').trim())
    .slice(2, -1);
}

describe('what docs/architecture.md says of a billion events', () => {
  test('batches are those that the lister makes', () => {
    expect(batch.objects).toBe(BATCH_LIMITS.objects);
    expect(row(ARCHITECTURE, 'batches, children')[0]).toContain(
      `${number(BATCHES)} of ${number(batch.objects)} objects, ${number(batch.seconds)} seconds each`,
    );
    expect(batch.seconds).toBeLessThan(BATCH_LIMITS.seconds);
  });

  test('parts hold as many of their lines as fit', () => {
    const { id, bucket, day, keys } = batch;
    const line: BatchLine = { v: 1, run: '20261126t101500-4f2a', batch: id, request: request(), bucket, day, keys };
    expect(packKeys([])).toEqual([]);
    const aPart = Math.min(PART_LIMITS.batches, PART_LIMITS.bytes / JSON.stringify(line).length);
    const [, parts, of] = /^(\d+), of (\d+) batches/.exec(row(ARCHITECTURE, 'parts of the list')[0] ?? '') ?? [];
    expect(Math.abs(Number(of) / aPart - 1)).toBeLessThan(0.05);
    expect(Number(parts)).toBe(Math.ceil(BATCHES / aPart));
  });

  test('the functions take the seconds that batches are made by', () => {
    expect(row(ARCHITECTURE, 'listing')[0]).toContain(`${number(OBJECTS / 1000)} calls`);
    expect(row(ARCHITECTURE, "functions' time")[0]).toBe(
      `${number(SECONDS)} seconds: ${number(SECONDS / 10 / 3600)} hours with 10 at a time, ${(SECONDS / 50 / 3600).toFixed(1)} with 50`,
    );
  });

  test.each([
    ['a partition of pages', 1000 / PAGE_UNITS],
    ['`backfill.maxConcurrency`, 10', (10 * EVENTS) / SECONDS],
    ['a new table on demand', 4000 / PAGE_UNITS],
    ["Lambda's concurrency", (1000 * EVENTS) / SECONDS],
    ["a table's write units", 40_000 / PAGE_UNITS],
    ["the ledger's index", 1000 * ASSUMPTIONS.eventsPerObject],
    ['S3: 5,500 GETs', 5500 * ASSUMPTIONS.eventsPerObject],
  ])('%s lets as many events a second through, and takes as long', (title, wanted) => {
    const [rate = '', time = ''] = row(ARCHITECTURE, title);
    const [, digits = '', million] = /^([\d.,]+)( million)?/.exec(rate) ?? [];
    const said = Number(digits.replaceAll(',', '')) * (million === undefined ? 1 : 1e6);
    expect(Math.abs(said / wanted - 1)).toBeLessThan(0.05);
    const [, length, unit] = /^(\d+) (h|min)/.exec(time) ?? [];
    if (length === undefined) return;
    const seconds = Number(length) * (unit === 'h' ? 3600 : 60);
    expect(Math.abs(seconds / (EVENTS / wanted) - 1)).toBeLessThan(0.06);
  });

  test('the limits stand in the order in which they bind, and the first to bind is named', () => {
    const rates = ['a partition of pages', '`backfill.maxConcurrency`, 10', 'pack,', "Lambda's concurrency"];
    const places = rates.map((title) => ARCHITECTURE.indexOf(`| ${title}`));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(row(ARCHITECTURE, 'a partition of pages').at(-1)).toContain('the first to bind');
    const { backfill, index } = parseConfig('', 'f');
    expect([backfill.maxConcurrency, index.pageShards]).toEqual([10, 1]);
  });

  test('correlations of a batch keep what the code lets them keep', () => {
    for (const text of [ARCHITECTURE, BACKFILL]) expect(text).toContain(`${number(MOST_MEMBERSHIPS)} `);
  });
});

describe('what docs/cost.md says of a billion old events', () => {
  const estimate = sumUp(
    [
      {
        objects: OBJECTS,
        bytes: OBJECTS * OBJECT_BYTES,
        batches: BATCHES,
        seconds: SECONDS,
        before: 0,
        maxConcurrency: 10,
        sample: {
          objects: 1,
          bytes: OBJECT_BYTES,
          records: ASSUMPTIONS.eventsPerObject,
          findings: 1,
          findingUnits: ASSUMPTIONS.eventsPerObject * MEASURED.findingWriteUnits,
          pageUnits: ASSUMPTIONS.eventsPerObject * PAGE_UNITS,
        },
      },
    ],
    true,
  );

  test('it is what the estimate of the command comes to', () => {
    expect(row(COST, 'the backfill').at(-1)).toBe(number(estimate.dollars));
    expect(row(COST, 'pack afterwards').at(-1)).toBe(number(estimate.packDollars));
  });

  test.each([
    ['pages', millions(EVENTS * PAGE_UNITS), { writeUnits: EVENTS * PAGE_UNITS }],
    [
      'ledger',
      `${millions(estimate.writeUnits - EVENTS * (PAGE_UNITS + MEASURED.findingWriteUnits))}, ${millions(estimate.readUnits)}`,
      {
        writeUnits: estimate.writeUnits - EVENTS * (PAGE_UNITS + MEASURED.findingWriteUnits),
        readUnits: estimate.readUnits,
      },
    ],
    [
      'findings, recorded',
      millions(EVENTS * MEASURED.findingWriteUnits),
      { writeUnits: EVENTS * MEASURED.findingWriteUnits },
    ],
  ])('%s: as many units, and their price', (title, units, taken) => {
    const [much = '', dollars] = row(COST, title);
    expect(much).toContain(units);
    expect(dollars).toBe(number(dollarsOf({ ...NOTHING, ...taken })));
  });

  test('the rest of the table is the rest of the price', () => {
    const rest = ['the function', 'S3', 'KMS, Step Functions'].map((title) => Number(row(COST, title)[1]));
    const units = dollarsOf({ ...NOTHING, writeUnits: estimate.writeUnits, readUnits: estimate.readUnits });
    expect(Math.abs(rest.reduce((sum, one) => sum + one, 0) - (estimate.dollars - units))).toBeLessThan(1);
    expect(row(COST, 'the function')[0]).toContain(`${number(SECONDS)} seconds`);
    expect(row(COST, 'S3')[0]).toContain(
      `${millions(OBJECTS)} GET, ${number(OBJECTS / 1000)} listings, ${number(2 * BATCHES)} PUT`,
    );
    expect(row(COST, 'KMS, Step Functions')[0]).toContain(
      `${number(OBJECTS * ASSUMPTIONS.kmsRequestsPerObject)} requests; ${number(BATCHES)} children of ${number(batch.seconds)} s`,
    );
  });
});
