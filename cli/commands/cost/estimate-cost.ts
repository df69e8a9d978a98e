import { EVENT_INDEXES, type EventIndexName } from '../../../lambda/store/schema.ts';
import { PRICES, type Price } from '../../output/prices.ts';
import { ASSUMPTIONS } from './cost-assumptions.ts';

export interface CostQuery {
  readonly eventsPerDay: number;
  /** Days that events stay in the index. */
  readonly retentionDays: number;
  readonly accounts: number;
  /** Indexes that are switched off. */
  readonly without: readonly EventIndexName[];
}

/** What the table of events or one of its indexes takes in a month, once it holds all of its retention. */
export interface EventStorageCost {
  readonly name: 'events' | EventIndexName;
  readonly writeUnits: number;
  readonly gigabytes: number;
  /** US dollars of writes, on demand. */
  readonly writes: number;
  readonly storage: number;
  /** Point-in-time recovery covers the table; an index is built again from it. */
  readonly recovery: number;
  /** US dollars of writes with provisioned capacity. */
  readonly provisionedWrites: number;
}

/** One line of the bill. */
export interface ServiceCost {
  readonly name: string;
  readonly what: string;
  readonly dollars: number;
}

export interface CostEstimate {
  /** The table, then its indexes. */
  readonly events: readonly EventStorageCost[];
  readonly reads: { readonly units: number; readonly onDemand: number; readonly provisioned: number };
  readonly services: readonly ServiceCost[];
  /** US dollars a month. */
  readonly total: { readonly onDemand: number; readonly provisioned: number };
}

const BYTES_PER_GIGABYTE = 1024 ** 3;
const HOURS_PER_MONTH = 730;
const SECONDS_PER_DAY = 86_400;
const MILLION = 1_000_000;

/** What a deployment costs a month at list prices, in its full size: after `retentionDays`. */
export function estimateCost(query: CostQuery): CostEstimate {
  const { furtherRows, shares } = ASSUMPTIONS;
  const indexes = Object.values(EVENT_INDEXES)
    .map(({ name }) => name)
    .filter((name) => !query.without.includes(name));
  const events = [
    storageCost('events', query, 1 + furtherRows),
    ...indexes.map((name) => storageCost(name, query, shares[name] + (name === 'by-resource' ? furtherRows : 0))),
  ];
  const reads = readCost(events.length);
  const services = serviceCosts(query);
  const rest =
    sum(services.map(({ dollars }) => dollars)) + sum(events.map(({ storage, recovery }) => storage + recovery));
  return {
    events,
    reads,
    services,
    total: {
      onDemand: rest + reads.onDemand + sum(events.map(({ writes }) => writes)),
      provisioned: rest + reads.provisioned + sum(events.map(({ provisionedWrites }) => provisionedWrites)),
    },
  };
}

/** @param rows that an event has in the table or index. A row is one write unit. */
function storageCost(name: EventStorageCost['name'], query: CostQuery, rows: number): EventStorageCost {
  const { rowBytes, itemOverheadBytes, daysPerMonth, utilization, minimumCapacity } = ASSUMPTIONS;
  const rowsPerDay = query.eventsPerDay * rows;
  const writeUnits = rowsPerDay * daysPerMonth;
  const gigabytes = (rowsPerDay * query.retentionDays * (rowBytes + itemOverheadBytes)) / BYTES_PER_GIGABYTE;
  const capacity = Math.max(minimumCapacity, rowsPerDay / SECONDS_PER_DAY / utilization);
  return {
    name,
    writeUnits,
    gigabytes,
    writes: (writeUnits / MILLION) * PRICES.dynamodbWrites.dollars,
    storage: gigabytes * PRICES.dynamodbStorage.dollars,
    recovery: name === 'events' ? gigabytes * PRICES.dynamodbRecovery.dollars : 0,
    provisionedWrites: capacity * HOURS_PER_MONTH * PRICES.dynamodbWriteCapacity.dollars,
  };
}

function readCost(tables: number): CostEstimate['reads'] {
  const { readUnits, minimumCapacity } = ASSUMPTIONS;
  return {
    units: readUnits,
    onDemand: (readUnits / MILLION) * PRICES.dynamodbReads.dollars,
    provisioned: tables * minimumCapacity * HOURS_PER_MONTH * PRICES.dynamodbReadCapacity.dollars,
  };
}

function serviceCosts(query: CostQuery): readonly ServiceCost[] {
  const it = ASSUMPTIONS;
  const events = query.eventsPerDay * it.daysPerMonth;
  const objects = Math.ceil(events / it.eventsPerObject);
  const digests = query.accounts * it.regions * 24 * it.daysPerMonth;
  const files = objects + digests;
  const findings = events / it.eventsPerFinding;
  const stored = (query.eventsPerDay * it.bucketDays * it.compressedRecordBytes) / BYTES_PER_GIGABYTE;
  const compute =
    (objects * it.secondsPerObject + digests * it.secondsPerObject + events * it.secondsPerEvent) * it.ingestGigabytes +
    it.sweepsPerMonth * it.sweepSeconds * it.sweepGigabytes;
  const perMillion = (count: number, price: Price): number => (count / MILLION) * price.dollars;
  const members = events * it.membersPerEvent;
  const memberWrites = members * it.memberWriteUnits;
  const otherWrites = findings * (it.findingWriteUnits + it.alertWriteUnits) + files * it.ledgerWriteUnits;
  return [
    {
      name: 'DynamoDB, other tables',
      what: `${count(otherWrites)} write units for findings, alerts and the ledger`,
      dollars:
        perMillion(otherWrites, PRICES.dynamodbWrites) + perMillion(files * it.ledgerReadUnits, PRICES.dynamodbReads),
    },
    {
      name: 'DynamoDB, correlations',
      what: `${count(members)} members of groups: ${count(memberWrites)} write units, ${count(members * it.memberReadUnits)} read units`,
      dollars:
        perMillion(memberWrites, PRICES.dynamodbWrites) +
        perMillion(members * it.memberReadUnits, PRICES.dynamodbReads),
    },
    {
      name: 'S3',
      what: `${count(files)} files a month, ${stored.toFixed(1)} GB kept`,
      // Ingest reads each log object, and verify once more.
      dollars:
        stored * PRICES.s3Storage.dollars +
        perMillion(files, PRICES.s3Puts) +
        perMillion(2 * objects + digests, PRICES.s3Gets),
    },
    {
      name: 'SQS',
      what: `${count(files * it.sqsRequestsPerObject + it.pollsPerMonth)} requests, polling included`,
      dollars: perMillion(files * it.sqsRequestsPerObject + it.pollsPerMonth, PRICES.sqsRequests),
    },
    {
      name: 'SNS',
      what: `${count(files)} notifications, ${count(2 * findings)} alert messages, half of them e-mails`,
      dollars: perMillion(files + 2 * findings, PRICES.snsPublishes) + perMillion(findings, PRICES.snsEmails),
    },
    {
      name: 'Lambda',
      what: `${count(files + it.sweepsPerMonth)} calls, ${count(compute)} GB-seconds`,
      dollars: compute * PRICES.lambdaCompute.dollars + perMillion(files + it.sweepsPerMonth, PRICES.lambdaRequests),
    },
    {
      name: 'KMS',
      what: `${it.kmsKeys} keys, ${count(files * it.kmsRequestsPerObject + it.kmsRequestsPerMonth)} requests`,
      dollars:
        it.kmsKeys * PRICES.kmsKeys.dollars +
        perMillion(files * it.kmsRequestsPerObject + it.kmsRequestsPerMonth, PRICES.kmsRequests),
    },
    {
      name: 'CloudWatch',
      what: `${it.alarms} alarms, ${it.metrics} metrics, log lines`,
      dollars:
        it.alarms * PRICES.alarms.dollars +
        it.metrics * PRICES.metrics.dollars +
        ((files * it.logBytesPerObject) / BYTES_PER_GIGABYTE) * PRICES.logs.dollars,
    },
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
