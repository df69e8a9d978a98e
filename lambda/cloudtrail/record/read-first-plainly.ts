import { createRequire } from 'node:module';
import { isJsonObject, type JsonObject } from '../../shared/json.ts';
import { isAggregated, withUsualMembers } from './aggregated-record.ts';
import { readPlainly } from './read-plainly.ts';
import type { readRecordLoosely as looselyBySchema, ReadRecord, RecordResult, readUnusual } from './read-record.ts';

const require = createRequire(import.meta.url);

/** The schema of records is loaded for the first that needs it: that takes longer than a thousand records. */
function bySchema(): {
  readonly readUnusual: typeof readUnusual;
  readonly readRecordLoosely: typeof looselyBySchema;
} {
  return require('./read-record.ts');
}

/**
 * Reads one member of `Records`. Never throws: for a record that can't be read it returns the reason, which names
 * members but never repeats their values.
 */
export function readRecord(value: unknown): RecordResult {
  if (!isJsonObject(value)) return { ok: false, reason: `the record is ${describe(value)}, not an object` };
  const members = isAggregated(value) ? withUsualMembers(value) : value;
  const plain = readPlainly(members);
  return plain === undefined ? bySchema().readUnusual(value, members) : { ok: true, record: value, read: plain };
}

/**
 * What can be read of an incomplete record: each member that has the right type. `eventID` and `eventTime` are empty
 * where they are missing.
 */
export function readRecordLoosely(record: JsonObject): ReadRecord {
  return bySchema().readRecordLoosely(record);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
