import { ROUTINE_METRICS } from '../../../lambda/shared/metric-names.ts';
import type { EventIndexName } from '../../../lambda/store/schema.ts';

/**
 * What the estimate assumes about an ordinary account. docs/cost.md names every assumption. Those that differ most
 * between accounts are options of the command.
 */
export const ASSUMPTIONS = {
  daysPerMonth: 365 / 12,
  /** Bytes of a row: the median of generated and real records. An index holds all of it. */
  rowBytes: 850,
  /** "Item sizes and formats": 100 bytes of overhead for each item of a table or index. */
  itemOverheadBytes: 100,
  /** Rows of further resources that an event has beside its own. */
  furtherRows: 0.4,
  /** Share of the events that an index holds; by-resource holds the further rows as well. */
  shares: {
    'by-actor': 1,
    'by-action': 1,
    'by-resource': 0.7,
    'by-address': 0.6,
    'by-credential': 0.85,
    'by-error': 0.08,
    'by-day': 1,
  } satisfies Readonly<Record<EventIndexName, number>>,
  /** CloudTrail's records compress to a tenth or less. */
  compressedRecordBytes: 150,
  eventsPerObject: 50,
  /** CloudTrail puts a digest an hour into each region that it records. */
  regions: 17,
  /** One event in this many is a finding; its row goes to the table and four indexes, with two units each. */
  eventsPerFinding: 5_000,
  findingWriteUnits: 10,
  /** An alert is a row that is made, marked sent and summed up, and two messages, one of them an e-mail. */
  alertWriteUnits: 8,
  /** The ledger's row of an object: opened, closed and vouched for, each time in its index too. */
  ledgerWriteUnits: 8,
  ledgerReadUnits: 2,
  /** Members of correlations that an event is: a denied call is one of two, a call for a secret or an identity of one. */
  membersPerEvent: 0.1,
  /** A member's row, and its group's for the first ones; its group is read around it, consistently. */
  memberWriteUnits: 1.3,
  memberReadUnits: 5,
  /** Read units that people and sweep use in a month, for a deployment of any size. */
  readUnits: 2_000_000,
  /** GB of memory of ingest and of sweep. */
  ingestGigabytes: 1769 / 1024,
  sweepGigabytes: 0.5,
  /** Seconds of ingest: for an object its calls, for an event reading, judging and writing it. */
  secondsPerObject: 0.4,
  secondsPerEvent: 0.0004,
  sweepSeconds: 0.3,
  sweepsPerMonth: 43_800,
  /** Lambda's pollers look at the queues all the time: five each, with 20 seconds of waiting. */
  pollsPerMonth: 2 * 5 * 131_400,
  /** Sent by SNS, received, deleted. */
  sqsRequestsPerObject: 3,
  /** CloudTrail encrypts an object, ingest and verify decrypt it: fewer where S3 Bucket Keys hold. */
  kmsRequestsPerObject: 3,
  /** DynamoDB, SNS and S3 use a data key for five minutes. */
  kmsRequestsPerMonth: 200_000,
  kmsKeys: 2,
  alarms: 22,
  metrics: ROUTINE_METRICS,
  logBytesPerObject: 1_000,
  /** Days that the log bucket keeps its objects. */
  bucketDays: 1_095,
  /** Provisioned capacity that is in use on average where it follows the load with auto scaling. */
  utilization: 0.5,
  /** The least that the deployment provisions for the table and for each index. */
  minimumCapacity: 5,
} as const;
