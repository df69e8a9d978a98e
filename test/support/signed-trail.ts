import { gunzipSync, gzipSync } from 'node:zlib';
import type { PublicKey } from '../../lambda/cloudtrail/digest/digest-signature.ts';
import {
  isoTime as iso,
  makeDigest,
  makeSigningKey,
  type SignedDigest,
  type SigningKey,
} from '../../local/digests/signed-digest.ts';

export { makeSigningKey, signDigest } from '../../local/digests/signed-digest.ts';

/** A file as CloudTrail puts it into the bucket. */
export interface DeliveredFile {
  readonly bucket: string;
  readonly key: string;
  readonly body: Buffer;
  readonly metadata?: Readonly<Record<string, string>>;
}

export type DeliveredDigest = SignedDigest;

/** One hour of one region: the digest and the log objects that it names. */
export interface DeliveredHour {
  readonly region: string;
  readonly start: string;
  readonly end: string;
  readonly logs: readonly DeliveredFile[];
  readonly digest: DeliveredDigest;
}

export interface SignedTrailOptions {
  readonly bucket?: string;
  readonly account?: string;
  readonly trail?: string;
  readonly homeRegion?: string;
  readonly prefix?: string;
  /** Of an organization's trail. */
  readonly organizationId?: string;
  /** The beginning of the first hour. */
  readonly start?: Date;
}

const HOUR = 3_600_000;

/**
 * Delivers log objects and digests as CloudTrail does, signed with RSA keys of its own, one a region. Written from the
 * documents and not with the code under test.
 */
export class SignedTrail {
  readonly bucket: string;
  readonly account: string;
  readonly #trail: string;
  readonly #homeRegion: string;
  readonly #root: string;
  readonly #start: Date;
  readonly #keys = new Map<string, SigningKey>();
  readonly #last = new Map<string, DeliveredDigest>();
  readonly #hours = new Map<string, number>();
  #serial = 0;

  constructor({
    bucket = 'trail-bucket',
    account = '444455556666',
    trail = 'main_trail',
    homeRegion = 'eu-central-1',
    prefix = '',
    organizationId,
    start = new Date('2026-03-01T00:00:00Z'),
  }: SignedTrailOptions = {}) {
    this.bucket = bucket;
    this.account = account;
    this.#trail = trail;
    this.#homeRegion = homeRegion;
    this.#root = `${prefix === '' ? '' : `${prefix}/`}AWSLogs/${organizationId === undefined ? '' : `${organizationId}/`}`;
    this.#start = start;
  }

  key(region: string): SigningKey {
    const known = this.#keys.get(region);
    if (known !== undefined) return known;
    const made = makeSigningKey();
    this.#keys.set(region, made);
    return made;
  }

  get publicKeys(): readonly PublicKey[] {
    return [...this.#keys.values()].map(({ publicKey }) => publicKey);
  }

  /** The next hour of a region, with so many log objects. */
  hour(region: string, logCount = 2): DeliveredHour {
    const index = this.#hours.get(region) ?? 0;
    this.#hours.set(region, index + 1);
    const start = new Date(this.#start.getTime() + index * HOUR);
    const end = new Date(start.getTime() + HOUR);
    const logs = Array.from({ length: logCount }, (_, n) =>
      this.log(region, new Date(start.getTime() + ((n + 1) * HOUR) / (logCount + 2))),
    );
    const digest = this.digest(region, start, end, logs, this.#last.get(region));
    this.#last.set(region, digest);
    return { region, start: iso(start), end: iso(end), logs, digest };
  }

  /** So many hours of a region, one after the other. */
  hours(region: string, count: number, logCount = 2): readonly DeliveredHour[] {
    return Array.from({ length: count }, () => this.hour(region, logCount));
  }

  /** The trail stops and is started again: the next digest names no predecessor. */
  restart(region: string, hoursLater = 0): void {
    this.#last.delete(region);
    this.#hours.set(region, (this.#hours.get(region) ?? 0) + hoursLater);
  }

  /** A log object that no digest names yet. */
  log(region: string, at: Date, records: readonly unknown[] = [this.record(region, at)]): DeliveredFile {
    const unique = (this.#serial++).toString(36).padStart(16, 'x');
    const file = `${this.account}_CloudTrail_${region}_${stamp(at).slice(0, 13)}Z_${unique}.json.gz`;
    return {
      bucket: this.bucket,
      key: `${this.#folder('CloudTrail', region, at)}/${file}`,
      body: gzipSync(JSON.stringify({ Records: records })),
    };
  }

  record(region: string, at: Date): Record<string, unknown> {
    const serial = this.#serial++;
    return {
      eventVersion: '1.11',
      userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${this.account}:user/dana`, accountId: this.account },
      eventTime: iso(at),
      eventSource: 's3.amazonaws.com',
      eventName: 'ListBuckets',
      awsRegion: region,
      sourceIPAddress: '198.51.100.7',
      eventID: `00000000-0000-4000-8000-${serial.toString(16).padStart(12, '0')}`,
      recipientAccountId: this.account,
      readOnly: true,
    };
  }

  /** A digest over given log objects, signed with the region's key. */
  digest(
    region: string,
    start: Date,
    end: Date,
    logs: readonly DeliveredFile[],
    previous?: DeliveredDigest,
    { backfill = false, signWith = this.key(region) }: { backfill?: boolean; signWith?: SigningKey } = {},
  ): DeliveredDigest {
    const name = `${this.account}_CloudTrail-Digest_${region}_${this.#trail}_${this.#homeRegion}_${stamp(end)}`;
    const key = `${this.#folder('CloudTrail-Digest', region, end)}/${name}${backfill ? '_backfill' : ''}.json.gz`;
    const { bucket, account } = this;
    const named = logs.map((log) => ({ ...log, content: gunzipSync(log.body) }));
    return makeDigest(
      { bucket, key, account, start, end, logs: named, ...(previous && { previous }) },
      signWith,
      backfill ? { 'backfill-generation-timestamp': iso(end) } : {},
    );
  }

  #folder(folder: string, region: string, at: Date): string {
    return `${this.#root}${this.account}/${folder}/${region}/${iso(at).slice(0, 10).replaceAll('-', '/')}`;
  }
}

function stamp(at: Date): string {
  return iso(at).replaceAll(/[-:]/g, '');
}
