import { mapConcurrently } from '../shared/concurrency.ts';
import { type BatchResult, batchResultSchema, NAMED_OBJECTS, type Uncorrelated } from './batch-result.ts';
import { type Part, partSchema } from './part.ts';
import { partsPrefix, resultsPrefix, type WorkBucket } from './work-bucket.ts';

/** What a backfill has come to: as its latest attempt has listed it, each object counted once. */
export interface BackfillReport {
  /** Whether all objects were listed. */
  readonly isListed: boolean;
  readonly batches: number;
  /** Batches that have a result. */
  readonly batchesRead: number;
  /** The sum of `before`, `closed`, `rejected` and `left`. */
  readonly objects: number;
  /** Read by another function than the backfill's. */
  readonly before: number;
  readonly closed: number;
  readonly rejected: number;
  /** Not read yet, or not to their end. */
  readonly left: number;
  readonly records: number;
  readonly indexed: number;
  readonly recordsRejected: number;
  readonly findings: number;
  readonly correlated: number;
  readonly bytes: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly seconds: number;
  /** The earliest UTC day of the keys of objects that were read before the backfill was begun. */
  readonly firstBefore?: string;
  /** Some of the objects that were rejected or left. */
  readonly named: BatchResult['named'];
  /** Correlations that were not judged over some of the batches, or not to their end. */
  readonly uncorrelated: readonly (Uncorrelated & { readonly batches: number })[];
}

/** Results that are read at the same time. */
const READERS = 32;

/** How far an attempt has come, without reading what came of each batch: two or three calls for thousands of batches. */
export async function readProgress(
  work: WorkBucket,
  { run, attempt }: { readonly run: string; readonly attempt: number },
): Promise<
  Pick<BackfillReport, 'isListed' | 'batches' | 'batchesRead' | 'objects'> & { readonly objectsRead: number }
> {
  const { parts, ends } = await readParts(work, run, attempt);
  const all = parts.flatMap(({ batches, skipped }) => [...batches, ...skipped]);
  const read = all.filter(({ id }) => ends.has(id));
  const before = parts.reduce((sum, part) => sum + part.before.objects, 0);
  const sum = (batches: readonly { readonly objects: number }[]): number =>
    batches.reduce((total, { objects }) => total + objects, before);
  return {
    isListed: parts.at(-1)?.isLast === true,
    batches: all.length,
    batchesRead: read.length,
    objects: sum(all),
    objectsRead: sum(read),
  };
}

/** Adds up what came of an attempt, and of the batches that earlier ones have read. @throws the SDK's errors. */
export async function readReport(
  work: WorkBucket,
  { run, attempt }: { readonly run: string; readonly attempt: number },
): Promise<BackfillReport> {
  const { parts, ends } = await readParts(work, run, attempt);
  const all = parts.flatMap(({ batches, skipped }) => [...batches, ...skipped]);
  const sums = {
    before: parts.reduce((sum, part) => sum + part.before.objects, 0),
    closed: 0,
    rejected: 0,
    left: 0,
    records: 0,
    indexed: 0,
    recordsRejected: 0,
    findings: 0,
    correlated: 0,
    bytes: 0,
    writeUnits: 0,
    readUnits: 0,
    seconds: 0,
  };
  const named: BatchResult['named'] = [];
  const uncorrelated = new Map<string, { events: number; batches: number }>();
  let batchesRead = 0;
  await mapConcurrently(all, READERS, async ({ id, objects }) => {
    const key = ends.get(id);
    const result = key === undefined ? undefined : await work.get(key, batchResultSchema);
    if (result === undefined) {
      sums.left += objects;
      return;
    }
    batchesRead++;
    // Both have a number of each name.
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += result[name];
    if (named.length < NAMED_OBJECTS) named.push(...result.named);
    for (const { ruleId, events } of result.uncorrelated) {
      const before = uncorrelated.get(ruleId) ?? { events: 0, batches: 0 };
      uncorrelated.set(ruleId, { events: before.events + events, batches: before.batches + 1 });
    }
  });
  const [firstBefore] = parts.flatMap((part) => part.firstBefore ?? []).toSorted();
  return {
    isListed: parts.at(-1)?.isLast === true,
    ...(firstBefore !== undefined && { firstBefore }),
    batches: all.length,
    batchesRead,
    objects: sums.before + sums.closed + sums.rejected + sums.left,
    ...sums,
    named: named.slice(0, NAMED_OBJECTS),
    uncorrelated: [...uncorrelated]
      .map(([ruleId, counts]) => ({ ruleId, ...counts }))
      .toSorted((a, b) => b.events - a.events || (a.ruleId < b.ruleId ? -1 : 1)),
  };
}

/** The parts of an attempt in their order, and where the result of each batch of the backfill is. */
async function readParts(
  work: WorkBucket,
  run: string,
  attempt: number,
): Promise<{ readonly parts: readonly Part[]; readonly ends: ReadonlyMap<string, string> }> {
  const keys = (await work.keys(partsPrefix(run, attempt))).filter((key) => key.endsWith('.json'));
  const parts = await mapConcurrently(keys, READERS, (key) => work.get(key, partSchema));
  const prefix = resultsPrefix(run);
  const ends = new Map<string, string>();
  for (const key of await work.keys(prefix)) {
    const [id = '', end] = key.slice(prefix.length).split('.');
    // What was left was read by a later try, where that says so.
    if (end === 'done' || !ends.has(id)) ends.set(id, key);
  }
  return { parts: parts.filter((part) => part !== undefined), ends };
}
