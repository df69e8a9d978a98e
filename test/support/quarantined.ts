import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Quarantine } from '../../lambda/ingest/quarantine.ts';
import { quarantineKey } from '../../lambda/ingest/quarantine-key.ts';
import { Ledger, type ObjectVersion } from '../../lambda/store/ledger/ledger.ts';
import type { Clients } from '../../local/deployment/local-clients.ts';

export interface QuarantinedSeed {
  readonly clients: Pick<Clients, 's3' | 'dynamodb'>;
  readonly ledgerTable: string;
  readonly quarantineBucket: string;
  readonly object: ObjectVersion;
  readonly deliveredAt?: string;
  /** Texts of records that an earlier version couldn't read; undefined for one whose bytes were too many. */
  readonly records: readonly (string | undefined)[];
}

/**
 * What ingest leaves behind when it rejects every record of an object, by its own classes: a version that could read
 * less than today's. The object itself is nowhere.
 * @returns the key of the copy.
 */
export async function seedQuarantined(seed: QuarantinedSeed): Promise<string> {
  const { clients, ledgerTable, quarantineBucket, object, records } = seed;
  const now = new Date(seed.deliveredAt ?? Date.now());
  const ledger = new Ledger(DynamoDBDocumentClient.from(clients.dynamodb), ledgerTable);
  const [, account = '', region = ''] = /AWSLogs\/(\w+)\/CloudTrail\/([a-z0-9-]+)\//.exec(object.key) ?? [];
  const quarantine = new Quarantine(clients.s3, quarantineBucket);
  for (const [index, record] of records.entries()) {
    const reason = record === undefined ? 'the record has 5000000 bytes, more than the limit' : 'not known then';
    await quarantine.add({ receipt: { ...object, index }, reason, ...(record !== undefined && { record }) });
  }
  await quarantine.flush();
  await ledger.open(object, { account, region, deliveredAt: now.toISOString(), now });
  await ledger.closeAnyway(object, {
    now,
    records: records.length,
    indexed: 0,
    rejected: records.length,
    findings: 0,
    rejections: records.map((_, index) => ({ index, reason: 'not known then' })).slice(0, 5),
    content: { sha256: '00', bytes: 1 },
    ...(quarantine.note && { quarantine: quarantine.note }),
  });
  return quarantineKey({ ...object, index: 0 });
}
