import { parseObjectKey } from '../../cloudtrail/log/object-key.ts';
import type { DigestLedger } from '../../store/ledger/digest-ledger.ts';
import { objectName } from '../../store/ledger/object-versions.ts';
import type { ListedObject } from '../batch-line.ts';
import type { Shard } from './shards.ts';

/**
 * What is known of a listed object. `before`: another function has read it. `done`: this backfill has, in an earlier
 * attempt.
 */
export type Known = 'open' | 'before' | 'done';

/** The listing and the object itself may tell times that differ a little. */
const SLACK_MILLISECONDS = 60_000;

/** Objects that were put within so long of each other are asked for together. */
const GAP_MILLISECONDS = 6 * 3_600_000;

/**
 * What the ledger says of a shard's objects. Its index is asked by the times at which they were put into the bucket: one
 * query for hundreds of them. It lags a moment behind, so that an object may be told open that was just closed.
 */
export async function knownObjects(
  ledger: Pick<DigestLedger, 'logObjects'>,
  bucket: string,
  { account, region }: Pick<Shard, 'account' | 'region'>,
  objects: readonly ListedObject[],
  run: string | undefined,
): Promise<ReadonlyMap<string, Known>> {
  const known = new Map<string, Known>();
  const prefix = objectName(bucket, '');
  for (const { from, to } of spans(objects)) {
    for await (const { object, status, backfill } of ledger.logObjects(account, region, from, to)) {
      if (!object.startsWith(prefix) || (status !== 'closed' && status !== 'rejected')) continue;
      const key = object.slice(prefix.length);
      // Of several versions the one counts that another function has read.
      if (known.get(key) !== 'before') known.set(key, backfill !== undefined && backfill === run ? 'done' : 'before');
    }
  }
  return known;
}

/** Whether a listed key is that of a log object. */
export function isLogObject({ key }: Pick<ListedObject, 'key'>): boolean {
  return parseObjectKey(key)?.kind === 'log';
}

/** The times at which objects were put, as few spans that leave long gaps out. */
function spans(objects: readonly ListedObject[]): readonly { readonly from: string; readonly to: string }[] {
  const times = objects.map(({ deliveredAt }) => Date.parse(deliveredAt)).sort((a, b) => a - b);
  const found: { from: number; to: number }[] = [];
  for (const time of times) {
    const last = found.at(-1);
    if (last !== undefined && time - last.to < GAP_MILLISECONDS) last.to = time;
    else found.push({ from: time, to: time });
  }
  return found.map(({ from, to }) => ({
    from: new Date(from - SLACK_MILLISECONDS).toISOString(),
    to: new Date(to + SLACK_MILLISECONDS).toISOString(),
  }));
}
