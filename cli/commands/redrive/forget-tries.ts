import { parseObjectKey } from '../../../lambda/cloudtrail/log/object-key.ts';
import { parseNotification } from '../../../lambda/cloudtrail/log/object-notification.ts';
import type { DigestLedger } from '../../../lambda/store/ledger/digest-ledger.ts';
import type { Ledger } from '../../../lambda/store/ledger/ledger.ts';

export interface TriesLedgers {
  readonly ledger: Ledger;
  readonly digests: DigestLedger;
}

/**
 * Gives every version of an object all of its tries again: what a person redrives isn't given up for what it did before.
 * @throws the SDK's faults of access (`isFaultOfAccess`).
 */
export async function forgetTries(
  { ledger, digests }: TriesLedgers,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): Promise<void> {
  const kind = parseObjectKey(key)?.kind;
  if (kind === 'log') {
    for (const { version, unfinished, faults } of await ledger.versions(bucket, key)) {
      if (unfinished > 0 || faults > 0) await ledger.forgetTries({ bucket, key, version });
    }
  }
  if (kind === 'digest') {
    for (const { version } of await digests.tries(bucket, key)) await digests.forgetTries({ bucket, key, version });
  }
}

/** The same for each object that a message names; nothing for a message that is no notification. */
export async function forgetTriesOfMessage(ledgers: TriesLedgers, body: string): Promise<void> {
  const notification = parseNotification(body);
  if (notification.kind !== 'objects') return;
  for (const reference of notification.objects) await forgetTries(ledgers, reference);
}
