import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import * as z from 'zod';
import { FaultOfContent } from '../shared/faults.ts';

/** A record that couldn't be read, as the quarantine bucket keeps it: a line of JSON. */
const quarantinedRecord = z.object({
  receipt: z.object({
    bucket: z.string(),
    key: z.string(),
    version: z.string(),
    index: z.number().int().nonnegative(),
  }),
  reason: z.string(),
  /** The bytes as they were in the log object, read as UTF-8; absent if there were too many. */
  record: z.string().optional(),
  /** It was an event that the index refused. It was judged at that time, and its findings were counted. */
  judged: z.literal(true).optional(),
});

export type QuarantinedRecord = z.infer<typeof quarantinedRecord>;

/** Rejected records that share one object of the quarantine bucket. */
export interface QuarantineCopy {
  readonly records: readonly QuarantinedRecord[];
  /** SHA-256 of the uncompressed lines in lower-case hex, as the ledger notes it. */
  readonly sha256: string;
}

/** Bytes that are read at most, compressed or not: 4 MB of records, one more record, and JSON's escapes of both. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The object in the quarantine bucket isn't what ingest has put there. */
export class CopyFault extends FaultOfContent {
  override readonly name = 'CopyFault';
}

/**
 * Reads a copy.
 * @throws CopyFault, a FaultOfContent, when it isn't one; errors of `body` are thrown as they are.
 */
export async function readQuarantineCopy(body: AsyncIterable<Uint8Array>): Promise<QuarantineCopy> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new CopyFault('it is longer than any copy');
  }
  const lines = await uncompressed(Buffer.concat(chunks));
  const records = lines.toString('utf8').split('\n').slice(0, -1).map(parseLine);
  return { records, sha256: createHash('sha256').update(lines).digest('hex') };
}

async function uncompressed(bytes: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES });
  } catch {
    throw new CopyFault('its gzip data is cut, damaged, or more than any copy has');
  }
}

function parseLine(line: string): QuarantinedRecord {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new CopyFault('a line of it is not JSON');
  }
  const parsed = quarantinedRecord.safeParse(json);
  if (!parsed.success) throw new CopyFault('a line of it is no quarantined record');
  return parsed.data;
}
