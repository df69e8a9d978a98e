import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Receipt } from '../cloudtrail/cloudtrail-event.ts';
import type { QuarantineNote } from '../store/ledger/ledger.ts';
import type { QuarantinedRecord } from './quarantine-copy.ts';
import { quarantineKey } from './quarantine-key.ts';

const MAX_RECORDS = 5000;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Copies of one object that the ledger names, enough for five million rejected records or 4 GB. Further copies are in
 * the bucket for people to read, but can't be redriven.
 */
const MAX_NAMED_COPIES = 1000;

/** Collects the rejected records of one object and puts them into the quarantine bucket, a bounded number at a time. */
export class Quarantine {
  readonly #client: S3Client;
  readonly #bucket: string;
  #copies: Record<string, QuarantineNote['copies'][string]> = {};
  #records: QuarantinedRecord[] = [];
  #bytes = 0;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /** Continues after an earlier call, which has already stored these copies. */
  resume({ copies }: QuarantineNote): void {
    this.#copies = { ...copies };
  }

  /** The copies so far, for the ledger; undefined if there are none. */
  get note(): QuarantineNote | undefined {
    return Object.keys(this.#copies).length === 0 ? undefined : { bucket: this.#bucket, copies: this.#copies };
  }

  /** @throws the SDK's error if the bucket doesn't take what was collected. */
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
    this.#noteCopy(first.receipt, createHash('sha256').update(lines).digest('hex'));
  }

  #noteCopy({ index }: Receipt, sha256: string): void {
    if (Object.keys(this.#copies).length >= MAX_NAMED_COPIES) return;
    this.#copies[String(index)] = { sha256, recovered: 0, findings: 0 };
  }
}
