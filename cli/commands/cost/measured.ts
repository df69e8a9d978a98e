/**
 * What an event takes, of made events with log objects of 50. Units, and bytes of segments and rows, are what `npm run
 * bench -- cost` counted over the embedded DynamoDB; whoever changes what is written runs it again, and writes here what
 * it says. `pageBytes` and `smallSegmentBytes` are rounded up from it. Seconds are assumed: no emulator tells them.
 */
export const MEASURED = {
  /** The page of an object and its ledger's row, in one transaction; an object. */
  pageWriteUnits: 10.35,
  /** Small segments, and merged ones. */
  packWriteUnits: 0.08,
  mergeWriteUnits: 0.078,
  packReadUnits: 0.024,
  /** Members and groups of correlations of the default rules, and values that no event had before, after 20,000 events. */
  correlationWriteUnits: 0.087,
  correlationReadUnits: 0.084,
  /** Findings and alerts of the default rules: a third of them record a denied call, with no alert. */
  findingWriteUnits: 0.162,
  /** Bytes kept an event in the segments table for its retention, with names and DynamoDB's 100 bytes an item. */
  segmentBytes: 77,
  /** Bytes of a page an event: kept for 30 days; and as many again in a small segment, kept for 60. */
  pageBytes: 62,
  smallSegmentBytes: 85,
  /** The row of a notable event, its further resources' rows, and their copies in the three indexes that are on. */
  notableRowWriteUnits: 3.99,
  notableRowBytes: 4_110,
  /** A row an event in seven indexes, as it was before there were segments. */
  everyRowWriteUnits: 8.4,
  everyRowBytes: 7_250,
  /** Seconds of the function an object, with its calls; and of pack an event. */
  secondsPerObject: 0.1,
  packSecondsPerEvent: 0.00012,
} as const;
