import { PRICES, type Price } from '../../output/prices.ts';
import { ASSUMPTIONS } from './cost-assumptions.ts';
import { MEASURED } from './measured.ts';

/** Which events have a row for the aws cli and the console, beside the segments that hold all of them. */
export const ROW_SETTINGS = ['none', 'notable', 'all'] as const;
export type RowSetting = (typeof ROW_SETTINGS)[number];

export interface CostQuery {
  readonly eventsPerDay: number;
  /** Days that events stay in the index. */
  readonly retentionDays: number;
  readonly accounts: number;
  readonly eventsPerObject: number;
  /** From 0 to 1. */
  readonly notableShare: number;
}

/** One line of the bill, in US dollars. */
export interface CostLine {
  readonly name: string;
  readonly what: string;
  readonly dollars: number;
}

export interface CostEstimate {
  /** What a million events cost with no rows: events and their objects, fixed costs apart. */
  readonly million: readonly CostLine[];
  /** US dollars a million events, kept for the retention: by setting of `index.rows`, and otherwise. */
  readonly perMillion: Readonly<Record<RowSetting | 'rowAnEvent' | 'cloudwatch', number>>;
  /** Each month, before the first event. */
  readonly fixed: readonly CostLine[];
  /** US dollars a month in the full size: once all of the retention is stored. */
  readonly month: Readonly<Record<RowSetting | 'rowAnEvent' | 'cloudwatch', number>>;
  /** Digests, which come by region and hour, whatever else happens: in `month`. */
  readonly digests: number;
}

const BYTES_PER_GIGABYTE = 1024 ** 3;
const MILLION = 1_000_000;

/** What a deployment costs at list prices: a million events, and a month in its full size. */
export function estimateCost(query: CostQuery): CostEstimate {
  const million = millionEvents(query);
  const none = sum(million);
  const { notableShare, retentionDays } = query;
  const row = rowDollars(MEASURED.notableRowWriteUnits, MEASURED.notableRowBytes, ASSUMPTIONS.rowDays);
  const objects = sum(million.filter(({ name }) => !INDEX_LINES.has(name)));
  const perMillion = {
    none,
    notable: none + notableShare * row,
    all: none + row,
    rowAnEvent: objects + rowDollars(MEASURED.everyRowWriteUnits, MEASURED.everyRowBytes, retentionDays),
    cloudwatch: cloudwatchDollars(retentionDays),
  };
  const fixed = fixedCosts();
  const digests = digestDollars(query.accounts);
  const millions = (query.eventsPerDay * ASSUMPTIONS.daysPerMonth) / MILLION;
  const month = (dollars: number): number => sum(fixed) + digests + millions * dollars;
  return {
    million,
    perMillion,
    fixed,
    digests,
    month: {
      none: month(perMillion.none),
      notable: month(perMillion.notable),
      all: month(perMillion.all),
      rowAnEvent: month(perMillion.rowAnEvent),
      // CloudWatch has no other costs than these.
      cloudwatch: millions * perMillion.cloudwatch,
    },
  };
}

/** The lines that segments have in the place of rows. */
const INDEX_LINES: ReadonlySet<string> = new Set(['Pack and merges', 'Segments kept', 'Pages and small segments kept']);

function millionEvents({ eventsPerObject, retentionDays }: CostQuery): readonly CostLine[] {
  const objects = MILLION / eventsPerObject;
  const it = ASSUMPTIONS;
  // A page grows with its events; the ledger's row beside it doesn't.
  const pageUnits = LEDGER_UNITS + (MEASURED.pageWriteUnits - LEDGER_UNITS) * (eventsPerObject / it.eventsPerObject);
  const pages = objects * Math.max(pageUnits, LEAST_PAGE_UNITS);
  const packed = MILLION * (MEASURED.packWriteUnits + MEASURED.mergeWriteUnits);
  const seconds =
    objects * (MEASURED.secondsPerObject * (0.4 + (0.6 * eventsPerObject) / it.eventsPerObject)) +
    MILLION * MEASURED.packSecondsPerEvent;
  return [
    line('Pages and ledger', `${count(pages)} write units`, perMillion(pages, PRICES.dynamodbWrites)),
    line(
      'Pack and merges',
      `${count(packed)} write units, ${count(MILLION * MEASURED.packReadUnits)} read units`,
      perMillion(packed, PRICES.dynamodbWrites) + perMillion(MILLION * MEASURED.packReadUnits, PRICES.dynamodbReads),
    ),
    line(
      'Correlations',
      `${count(MILLION * MEASURED.correlationWriteUnits)} write units`,
      perMillion(MILLION * MEASURED.correlationWriteUnits, PRICES.dynamodbWrites) +
        perMillion(MILLION * MEASURED.correlationReadUnits, PRICES.dynamodbReads),
    ),
    line(
      'Findings',
      `${count(MILLION * MEASURED.findingWriteUnits)} write units`,
      perMillion(MILLION * MEASURED.findingWriteUnits, PRICES.dynamodbWrites),
    ),
    line('Segments kept', `${MEASURED.segmentBytes} bytes an event`, stored(MEASURED.segmentBytes, retentionDays)),
    line(
      'Pages and small segments kept',
      `${MEASURED.pageBytes} bytes for ${it.pageDays} days, ${MEASURED.smallSegmentBytes} for ${it.smallSegmentDays}`,
      stored(MEASURED.pageBytes, Math.min(it.pageDays, retentionDays)) +
        stored(MEASURED.smallSegmentBytes, Math.min(it.smallSegmentDays, retentionDays)),
    ),
    line(
      'Functions',
      `${count(seconds)} seconds`,
      seconds * it.ingestGigabytes * PRICES.lambdaCompute.dollars +
        perMillion((2 * objects) / it.objectsPerCall, PRICES.lambdaRequests),
    ),
    line(
      'Queues',
      `${count(objects * it.sqsRequestsPerObject)} requests, ${count(objects)} notifications`,
      perMillion(objects * it.sqsRequestsPerObject, PRICES.sqsRequests) + perMillion(objects, PRICES.snsPublishes),
    ),
    line('S3', `${count(2 * objects)} GET, ${count(objects)} PUT by CloudTrail`, s3Dollars(objects)),
    line(
      'KMS',
      `${count(objects * it.kmsRequestsPerObject)} requests`,
      perMillion(objects * it.kmsRequestsPerObject, PRICES.kmsRequests),
    ),
    line(
      'Verify',
      `${count(objects * it.verifyWriteUnits)} write units`,
      perMillion(objects * it.verifyWriteUnits, PRICES.dynamodbWrites) +
        perMillion(objects * (it.verifyReadUnits + it.ledgerReadUnits), PRICES.dynamodbReads),
    ),
    line(
      'Log lines',
      `${count(objects * it.logBytesPerObject)} bytes`,
      ((objects * it.logBytesPerObject) / BYTES_PER_GIGABYTE) * PRICES.logs.dollars,
    ),
  ];
}

/** Of the ledger's row and its index in a transaction, which doubles units. */
const LEDGER_UNITS = 3;
/** With the smallest page. */
const LEAST_PAGE_UNITS = 5;

function s3Dollars(objects: number): number {
  return perMillion(2 * objects, PRICES.s3Gets) + perMillion(objects, PRICES.s3Puts);
}

function rowDollars(units: number, bytes: number, days: number): number {
  return units * PRICES.dynamodbWrites.dollars + stored(bytes, days);
}

/** A million times so many bytes for so many days in DynamoDB. */
function stored(bytes: number, days: number): number {
  const months = days / ASSUMPTIONS.daysPerMonth;
  return ((MILLION * bytes) / BYTES_PER_GIGABYTE) * months * PRICES.dynamodbStorage.dollars;
}

function cloudwatchDollars(days: number): number {
  const gigabytes = (MILLION * ASSUMPTIONS.recordBytes) / 1e9;
  const months = days / ASSUMPTIONS.daysPerMonth;
  return (
    gigabytes * PRICES.cloudwatchEvents.dollars +
    gigabytes * ASSUMPTIONS.cloudwatchCompression * months * PRICES.cloudwatchStorage.dollars
  );
}

function fixedCosts(): readonly CostLine[] {
  const it = ASSUMPTIONS;
  const sweeps = it.sweepsPerMonth * it.sweepSeconds * it.sweepGigabytes * PRICES.lambdaCompute.dollars;
  return [
    line(
      'KMS keys',
      `${it.kmsKeys} keys and their use`,
      it.kmsKeys * PRICES.kmsKeys.dollars + perMillion(it.kmsRequestsPerMonth, PRICES.kmsRequests),
    ),
    line(
      'Alarms and metrics',
      `${it.alarms} and ${it.metrics}`,
      it.alarms * PRICES.alarms.dollars + it.metrics * PRICES.metrics.dollars,
    ),
    line(
      'Polling of the queues',
      `${count(it.pollsPerMonth)} requests`,
      perMillion(it.pollsPerMonth, PRICES.sqsRequests),
    ),
    line('Sweep', `${count(it.sweepsPerMonth)} calls`, sweeps + perMillion(it.sweepsPerMonth, PRICES.lambdaRequests)),
    line('Questions', `${count(it.readUnits)} read units`, perMillion(it.readUnits, PRICES.dynamodbReads)),
  ];
}

function digestDollars(accounts: number): number {
  const it = ASSUMPTIONS;
  const digests = accounts * it.regions * 24 * it.daysPerMonth;
  return (
    perMillion(digests * (it.verifyWriteUnits + it.verifyReadUnits), PRICES.dynamodbWrites) +
    perMillion(digests, PRICES.s3Puts) +
    perMillion(digests, PRICES.s3Gets) +
    digests * MEASURED.secondsPerObject * it.ingestGigabytes * PRICES.lambdaCompute.dollars
  );
}

function line(name: string, what: string, dollars: number): CostLine {
  return { name, what, dollars };
}

function perMillion(number: number, price: Price): number {
  return (number / MILLION) * price.dollars;
}

function sum(lines: readonly { readonly dollars: number }[]): number {
  return lines.reduce((total, { dollars }) => total + dollars, 0);
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
