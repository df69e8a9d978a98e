import { ROUTINE_METRICS } from '../../../lambda/shared/metric-names.ts';
/**
 * What the estimate takes for granted of an ordinary account. Every one of them is named in docs/cost.md, and the ones
 * that differ most between accounts are options of the command. What was counted stands in measured.ts.
 */
export const ASSUMPTIONS = {
  daysPerMonth: 365 / 12,
  /** Share of the events that have a row where rows are of notable events. */
  notableShare: 0.2,
  /** Days that rows are kept. */
  rowDays: 30,
  pageDays: 30,
  smallSegmentDays: 60,
  /** CloudTrail's records compress to a tenth or less. */
  compressedRecordBytes: 150,
  eventsPerObject: 50,
  /** CloudTrail puts a digest an hour into each region that it records. */
  regions: 17,
  /** One event in so many is an alert, which is two messages, one of them an e-mail. */
  eventsPerAlert: 5_000,
  /** Verify notes what a digest says of an object: the ledger's row and its index. */
  verifyWriteUnits: 2,
  verifyReadUnits: 1,
  /** Ingest reads the versions of an object before it reads the object. */
  ledgerReadUnits: 1,
  /** Read units that people and sweep take in a month, whatever the size. */
  readUnits: 2_000_000,
  /** GB of memory of ingest and pack, and of sweep. */
  ingestGigabytes: 1769 / 1024,
  sweepGigabytes: 0.5,
  sweepSeconds: 0.3,
  sweepsPerMonth: 43_800,
  /** Objects that one call of ingest, of verify reads: SQS hands them over in batches. */
  objectsPerCall: 10,
  /** Lambda's pollers look at the queues all the time: five each, with 20 seconds of waiting. */
  pollsPerMonth: 2 * 5 * 131_400,
  /** Sent by SNS, and a part of a batch that is received and deleted. */
  sqsRequestsPerObject: 1.2,
  /** Ingest and verify decrypt an object: S3 Bucket Keys, which the trail's bucket has, leave a hundredth of it. */
  kmsRequestsPerObject: 0.02,
  /** DynamoDB, SNS and S3 use a data key for five minutes. */
  kmsRequestsPerMonth: 200_000,
  kmsKeys: 2,
  alarms: 23,
  metrics: ROUTINE_METRICS,
  logBytesPerObject: 1_000,
  /** Days that the log bucket keeps its objects. */
  bucketDays: 1_095,
  /** CloudWatch takes records as they are, and compresses what it keeps. */
  recordBytes: 1_500,
  cloudwatchCompression: 0.15,
} as const;
