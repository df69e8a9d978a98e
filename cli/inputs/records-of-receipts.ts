import type { S3Client } from '@aws-sdk/client-s3';
import type { Receipt } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { ContentFault, DEFAULT_MAX_RECORD_BYTES, readLogObject } from '../../lambda/cloudtrail/log/log-object.ts';
import { isJsonObject, type JsonObject } from '../../lambda/shared/json.ts';
import type { RecordReader } from '../../lambda/store/questions/incident/read-details.ts';
import { isGone, openVersion } from './raw-record.ts';

/** Log objects that are read at the same time. */
const AT_ONCE = 8;

interface ReadRecord {
  readonly receipt: Receipt;
  readonly record: JsonObject;
}

/**
 * Reads records by their receipts, each log object once and only as far as it is needed. What is gone is left out. An
 * object that can't be read doesn't keep the others from being read: its error is thrown at the end, or at once where
 * several at a time can't be read. The hash of an object isn't checked, as `readRawRecord` does.
 */
export function recordsOfReceipts(s3: S3Client): RecordReader {
  return {
    read: async function* (receipts) {
      const byObject = new Map<string, Receipt[]>();
      for (const receipt of receipts) {
        const object = `${receipt.bucket}\n${receipt.key}\n${receipt.version}`;
        const known = byObject.get(object);
        if (known === undefined) byObject.set(object, [receipt]);
        else known.push(receipt);
      }
      const objects = [...byObject.values()];
      let fault: PromiseRejectedResult | undefined;
      for (let start = 0; start < objects.length; start += AT_ONCE) {
        const some = objects.slice(start, start + AT_ONCE);
        const read = await Promise.allSettled(some.map((wanted) => readObject(s3, wanted)));
        const failed = read.filter((result) => result.status === 'rejected');
        fault ??= failed[0];
        for (const result of read) if (result.status === 'fulfilled') yield* result.value;
        if (failed.length === some.length && failed.length > 1) break;
      }
      if (fault !== undefined) throw fault.reason;
    },
  };
}

async function readObject(s3: S3Client, receipts: readonly Receipt[]): Promise<readonly ReadRecord[]> {
  const [object] = receipts;
  if (object === undefined) return [];
  const wanted = new Map(receipts.map((receipt) => [receipt.index, receipt]));
  const last = Math.max(...wanted.keys());
  const found: ReadRecord[] = [];
  try {
    const source = await openVersion(s3, object);
    const limits = { maxObjectBytes: Number.POSITIVE_INFINITY, maxRecordBytes: DEFAULT_MAX_RECORD_BYTES };
    try {
      for await (const items of readLogObject(source.body, limits, Math.min(...wanted.keys()))) {
        for (const item of items) {
          const receipt = wanted.get(item.index);
          if (receipt !== undefined && 'value' in item && isJsonObject(item.value)) {
            found.push({ receipt, record: item.value });
          }
        }
        if ((items.at(-1)?.index ?? 0) >= last) break;
      }
    } finally {
      source.close();
    }
  } catch (error) {
    // The records before the fault are what was asked for.
    if (!(error instanceof ContentFault) && !isGone(error)) throw error;
  }
  return found;
}
