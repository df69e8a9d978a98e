import type { EstimatePart } from '../../../lambda/backfill/list/estimate.ts';
import type { BackfillReport } from '../../../lambda/backfill/report.ts';
import { PRICES } from '../../output/prices.ts';
import { ASSUMPTIONS } from '../cost/cost-assumptions.ts';
import { MEASURED } from '../cost/measured.ts';

/** What a backfill takes of AWS. */
export interface Taken {
  readonly objects: number;
  readonly batches: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Of the function that reads batches. */
  readonly seconds: number;
}

/** What is expected of a backfill. */
export interface BackfillEstimate extends Taken {
  /** As they are stored. */
  readonly bytes: number;
  readonly events: number;
  readonly findings: number;
  /** Objects that another function has read before. */
  readonly before: number;
  /** Minutes until all batches are read, with so many at the same time. */
  readonly minutes: number;
  readonly maxConcurrency: number;
  /** US dollars: of the backfill itself, and of pack, which makes segments of its pages afterwards. */
  readonly dollars: number;
  readonly packDollars: number;
}

/**
 * Units of the ledger's row of an object: in a transaction it takes two, and its copy in the index one or two.
 * One read tells what is known of it.
 */
const LEDGER_WRITE_UNITS = 3;
const LEDGER_READ_UNITS = 1;

/** Keys that a call of S3 lists. */
const KEYS_A_CALL = 1_000;

/** Seconds of the state machine itself for a part, and until the last of its batches is read. */
const REST_SECONDS = 30;

/** What the parts of a listing come to. @param chosen batches at the same time; as the deployment has it where it is left out. */
export function sumUp(parts: readonly EstimatePart[], isIndexed: boolean, chosen?: number): BackfillEstimate {
  const sum = (count: (part: EstimatePart) => number): number => parts.reduce((total, part) => total + count(part), 0);
  const [objects, bytes] = [sum((part) => part.objects), sum((part) => part.bytes)];
  const sampled = sum(({ sample }) => sample.bytes);
  // What an event takes hangs on its bytes more than on its object.
  const scale = sampled === 0 ? 0 : bytes / sampled;
  const events = Math.round(scale * sum(({ sample }) => sample.records));
  const findings = Math.round(scale * sum(({ sample }) => sample.findings));
  const writeUnits = Math.round(
    scale * sum(({ sample }) => sample.findingUnits + sample.pageUnits) +
      (isIndexed ? objects * LEDGER_WRITE_UNITS : 0),
  );
  const seconds = sum((part) => part.seconds);
  const batches = sum((part) => part.batches);
  const maxConcurrency = chosen ?? parts[0]?.maxConcurrency ?? 1;
  const readUnits = isIndexed ? objects * LEDGER_READ_UNITS : 0;
  return {
    objects,
    bytes,
    events,
    findings,
    batches,
    seconds,
    writeUnits,
    readUnits,
    before: sum((part) => part.before),
    maxConcurrency,
    minutes: (seconds / Math.max(1, Math.min(maxConcurrency, batches)) + REST_SECONDS) / 60,
    dollars: dollarsOf({ objects, batches, seconds, writeUnits, readUnits }),
    packDollars: isIndexed ? packDollars(events) : 0,
  };
}

/** What a backfill took, as its report tells. */
export function takenBy(report: BackfillReport): Taken {
  const { closed, rejected, batchesRead, writeUnits, readUnits, seconds } = report;
  return { objects: closed + rejected, batches: batchesRead, writeUnits, readUnits, seconds };
}

/** US dollars at list prices. */
export function dollarsOf({ objects, batches, writeUnits, readUnits, seconds }: Taken): number {
  const million = 1_000_000;
  const calls = Math.ceil(objects / KEYS_A_CALL);
  return (
    (writeUnits * PRICES.dynamodbWrites.dollars) / million +
    (readUnits * PRICES.dynamodbReads.dollars) / million +
    seconds * ASSUMPTIONS.ingestGigabytes * PRICES.lambdaCompute.dollars +
    // A listing is priced as a PUT; of a batch its result and how often it was begun are put.
    ((calls + 2 * batches) * PRICES.s3Puts.dollars) / million +
    (objects * PRICES.s3Gets.dollars) / million +
    // Without S3 Bucket Keys each object is a request of its own.
    (objects * ASSUMPTIONS.kmsRequestsPerObject * PRICES.kmsRequests.dollars) / million +
    (batches * (PRICES.stateTransitions.dollars + PRICES.expressRequests.dollars + PRICES.lambdaRequests.dollars)) /
      million +
    seconds * EXPRESS_GIGABYTES * PRICES.expressDuration.dollars
  );
}

/** Express executions are billed in pieces of 64 MB. */
const EXPRESS_GIGABYTES = 64 / 1024;

function packDollars(events: number): number {
  const { packWriteUnits, mergeWriteUnits, packReadUnits, packSecondsPerEvent } = MEASURED;
  const million = 1_000_000;
  return (
    (events * (packWriteUnits + mergeWriteUnits) * PRICES.dynamodbWrites.dollars) / million +
    (events * packReadUnits * PRICES.dynamodbReads.dollars) / million +
    events * packSecondsPerEvent * ASSUMPTIONS.ingestGigabytes * PRICES.lambdaCompute.dollars
  );
}
