import { gzipSync } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Receipt } from '../cloudtrail/event.ts';

/** A record that couldn't be read, as the quarantine bucket keeps it: a line of JSON. */
export interface QuarantinedRecord {
  readonly receipt: Receipt;
  readonly reason: string;
  /** The bytes as they stood in the log object, read as UTF-8; absent where they were too many. */
  readonly record?: string;
}

const MAX_RECORDS = 1000;
const MAX_BYTES = 4 * 1024 * 1024;

/** Collects rejected records and puts them into the quarantine bucket, a bounded number at a time. */
export class Quarantine {
  readonly #client: S3Client;
  readonly #bucket: string;
  #records: QuarantinedRecord[] = [];
  #bytes = 0;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /** @throws the SDK's error when the bucket doesn't take what was collected. */
  async add(record: QuarantinedRecord): Promise<void> {
    this.#records.push(record);
    this.#bytes += record.record?.length ?? 0;
    if (this.#records.length >= MAX_RECORDS || this.#bytes >= MAX_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const [first] = this.#records;
    if (first === undefined) return;
    const lines = this.#records.map((record) => `${JSON.stringify(record)}\n`).join('');
    this.#records = [];
    this.#bytes = 0;
    await this.#client.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: quarantineKey(first.receipt),
        Body: gzipSync(lines),
        ContentType: 'application/x-ndjson',
        ContentEncoding: 'gzip',
      }),
    );
  }
}

/** The same records get the same key: reading the object again overwrites them with themselves. */
function quarantineKey({ bucket, key, version, index }: Receipt): string {
  return `rejected/${bucket}/${key}/${version}/${String(index).padStart(9, '0')}.jsonl.gz`;
}
