import type { S3Client } from '@aws-sdk/client-s3';
import { mapInOrder } from '../../shared/concurrency.ts';
import type { DigestLedger } from '../../store/ledger/digest-ledger.ts';
import type { BackfillRequest, Cursor } from '../backfill-request.ts';
import type { ListedObject } from '../batch-line.ts';
import { isLogObject, type Known, knownObjects } from './known-objects.ts';
import { daysBetween, findShards, type LogPlace, listDay, type Shard } from './shards.ts';

/** Shards that are listed at the same time. */
const LISTERS = 32;

export interface WalkOptions {
  readonly s3Of: (bucket: string) => S3Client;
  readonly places: readonly LogPlace[];
  readonly ledger: Pick<DigestLedger, 'logObjects'>;
  readonly request: BackfillRequest;
  /** Whose objects count as `done`. */
  readonly run?: string;
  readonly from: Cursor['at'];
}

/** A shard's day, listed. */
export interface ListedDay {
  /** Behind which the walk goes on. */
  readonly place: NonNullable<Cursor['at']>;
  /** Its log objects, in the order of their keys. */
  readonly objects: readonly { readonly object: ListedObject; readonly known: Known }[];
}

/**
 * Lists what a backfill asks for, bucket by bucket, day by day, shard by shard, and says what the ledger knows of it. Of
 * rules that only judge, nothing is known: they judge what was read before as well.
 * @throws the SDK's errors.
 */
export async function* walk(options: WalkOptions): AsyncGenerator<ListedDay> {
  const { s3Of, ledger, request, run } = options;
  yield* mapInOrder(shardDays(options), LISTERS, async ({ place, shard }) => {
    const { bucket, day } = place;
    const objects = (await listDay(s3Of(bucket), bucket, shard, day)).filter(isLogObject);
    const known =
      request.rules === undefined && objects.length > 0
        ? await knownObjects(ledger, bucket, shard, objects, run)
        : new Map<string, Known>();
    return { place, objects: objects.map((object) => ({ object, known: known.get(object.key) ?? 'open' })) };
  });
}

async function* shardDays({
  s3Of,
  places,
  request,
  from,
}: WalkOptions): AsyncGenerator<{ readonly place: ListedDay['place']; readonly shard: Shard }> {
  const first =
    from === undefined
      ? 0
      : Math.max(
          0,
          places.findIndex(({ bucket }) => bucket === from.bucket),
        );
  for (const { bucket, root } of places.slice(first)) {
    const shards = await findShards(s3Of(bucket), { bucket, ...(root !== undefined && { root }) }, request);
    for (const day of daysBetween(request.since, request.until)) {
      for (const shard of shards) {
        const place = { bucket, day, after: shard.prefix };
        if (from === undefined || from.bucket !== bucket || isBehind(place, from)) yield { place, shard };
      }
    }
  }
}

function isBehind(place: ListedDay['place'], from: ListedDay['place']): boolean {
  return place.day === from.day ? place.after > from.after : place.day > from.day;
}
