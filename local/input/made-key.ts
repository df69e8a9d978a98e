import { createHash } from 'node:crypto';
import { ContentFault } from '../../lambda/cloudtrail/log/log-object.ts';
import { readRecords } from '../../lambda/cloudtrail/log/read-records.ts';
import { readRecord } from '../../lambda/cloudtrail/record/read-first-plainly.ts';
import type { ReadRecord } from '../../lambda/cloudtrail/record/read-record.ts';

/** What stands in a key for what no record tells. */
const NO_ACCOUNT = '000000000000';
const NO_REGION = 'us-east-1';
const NO_TIME = '1970-01-01T00:00:00Z';

/**
 * A key such as CloudTrail would have given to a log file that has none: account, region and time are those of its
 * first readable record, the rest is a hash of its bytes. So the same file has the same key, on any machine, and
 * different files have different ones.
 *
 * @param content called twice, for two readings of the file
 */
export async function madeKey(content: () => AsyncIterable<Uint8Array>): Promise<string> {
  const record = await firstRecord(content());
  const account = matching(record?.recipientAccountId ?? record?.userIdentity?.accountId, /^\w{12}$/) ?? NO_ACCOUNT;
  const region = matching(record?.awsRegion, /^[a-z0-9-]+$/) ?? NO_REGION;
  const time = record?.eventTime ?? NO_TIME;
  const [year, month, day] = time.slice(0, 10).split('-');
  const minute = `${year}${month}${day}T${time.slice(11, 13)}${time.slice(14, 16)}Z`;
  const unique = await hash(content());
  const file = `${account}_CloudTrail_${region}_${minute}_${unique}.json.gz`;
  return ['AWSLogs', account, 'CloudTrail', region, year, month, day, file].join('/');
}

/** Undefined if no record can be read: such a file is still uploaded, so that the ledger names it. */
async function firstRecord(content: AsyncIterable<Uint8Array>): Promise<ReadRecord | undefined> {
  try {
    for await (const items of readRecords(content)) {
      for (const item of items) {
        const result = 'value' in item ? readRecord(item.value) : undefined;
        if (result?.ok) return result.read;
      }
    }
  } catch (error) {
    if (!(error instanceof ContentFault)) throw error;
  }
  return undefined;
}

/** 20 characters, letters and digits, as the unique part of CloudTrail's own names has 16. */
async function hash(content: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of content) digest.update(chunk);
  return digest.digest('hex').slice(0, 20);
}

function matching(text: string | undefined, pattern: RegExp): string | undefined {
  return text !== undefined && pattern.test(text) ? text : undefined;
}
