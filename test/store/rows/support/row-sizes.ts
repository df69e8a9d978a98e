import { readEvent } from '../../../../lambda/cloudtrail/cloudtrail-event.ts';
import type { JsonObject } from '../../../../lambda/shared/json.ts';
import { rowBytes } from '../../../../lambda/store/dynamo/row-size.ts';
import { eventRows } from '../../../../lambda/store/rows/event-row.ts';
import { ACCOUNT } from '../../../support/records.ts';

/** Bytes of rows, as rowBytes counts them. */
export interface RowSizes {
  readonly rows: number;
  readonly median: number;
  readonly percentile99: number;
  readonly largest: number;
}

/** As long as receipts are: of an organization's trail, in a region with a long name, in a bucket with versions. */
const RECEIPT = {
  bucket: `trailwarden-logs-${ACCOUNT}-eu-central-1`,
  key: `AWSLogs/o-exampleorgid/${ACCOUNT}/CloudTrail/ap-southeast-2/2026/11/20/${ACCOUNT}_CloudTrail_ap-southeast-2_20261120T1405Z_AbCdEfGhIjKlMnOp.json.gz`,
  version: '3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY',
};

/** The sizes of all rows that records make, those of further resources included; what is no record is passed over. */
export function measureRows(records: readonly JsonObject[]): RowSizes {
  const sizes = records
    .flatMap((record, index) => {
      const result = readEvent(record, { ...RECEIPT, index });
      const options = { rowDays: 365, now: new Date() };
      return result.ok ? eventRows(result.event, options).map(rowBytes) : [];
    })
    .toSorted((a, b) => a - b);
  const percentile = (share: number): number => sizes[Math.floor(sizes.length * share)] ?? 0;
  return { rows: sizes.length, median: percentile(0.5), percentile99: percentile(0.99), largest: sizes.at(-1) ?? 0 };
}
