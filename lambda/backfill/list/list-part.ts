import type { Cursor, ExecutionInput } from '../backfill-request.ts';
import type { BatchLine } from '../batch-line.ts';
import type { KeptRequest, Part } from '../part.ts';
import { linesKey, partKey, requestKey, resultsPrefix, type WorkBucket } from '../work-bucket.ts';
import { type Batch, Batches, type BatchLimits } from './batches.ts';
import type { ListedDay } from './walk.ts';

/** How much is read at once, and how much may fail. */
export interface RunSettings {
  readonly maxConcurrency: number;
  readonly toleratedFailurePercentage: number;
}

/** What the state machine goes on by. */
export interface ListedPart extends RunSettings {
  readonly batches: number;
  /** The object with the lines: none where there are no batches. */
  readonly key: string;
  readonly isLast: boolean;
  readonly next: Cursor;
}

/** A part has no more than this, and a batch over it: the state machine keeps an answer of each child. */
export const PART_LIMITS = { batches: 10_000, bytes: 48_000_000 } as const;

export interface ListPartOptions {
  readonly input: ExecutionInput;
  /** Those of the deployment, for an input without. */
  readonly settings: RunSettings;
  readonly work: WorkBucket;
  /** What is listed from a place on. */
  readonly walk: (from: Cursor['at']) => AsyncGenerator<ListedDay>;
  readonly mustStop: () => boolean;
  readonly now: () => Date;
  readonly batchLimits?: BatchLimits;
  readonly partLimits?: { readonly [Name in keyof typeof PART_LIMITS]: number };
}

/**
 * Lists a part of what a backfill asks for, and leaves it in the work bucket: a line a batch, and what they count. Batches
 * whose objects were all read by an earlier attempt are left out. Doing it again leaves the same.
 * @throws the SDK's errors.
 */
export async function listPart(options: ListPartOptions): Promise<ListedPart> {
  const { input, work, walk, mustStop, now, batchLimits, partLimits = PART_LIMITS } = options;
  const { run, attempt, request, next } = input;
  const settings: RunSettings = {
    maxConcurrency: input.maxConcurrency ?? options.settings.maxConcurrency,
    toleratedFailurePercentage: input.toleratedFailurePercentage ?? options.settings.toleratedFailurePercentage,
  };
  if (next.part === 0 && attempt === 1) {
    await work.put(requestKey(run), { request, ...settings, begunAt: now().toISOString() } satisfies KeptRequest);
  }
  const done = attempt === 1 ? new Set<string>() : await doneBatches(work, run);
  const lines: string[] = [];
  const part = { batches: [] as Part['batches'], skipped: [] as Part['skipped'], before: { objects: 0, bytes: 0 } };
  let bytes = 0;
  let firstBefore: string | undefined;
  const take = (batch: Batch | undefined): void => {
    if (batch === undefined) return;
    const { id, objects, bucket, day, keys } = batch;
    const facts = { id, objects, bytes: batch.bytes };
    if (done.has(id) && (batch.isDone || request.rules !== undefined)) {
      part.skipped.push(facts);
      return;
    }
    const line: BatchLine = { v: 1, run, batch: id, request, bucket, day, keys };
    const text = JSON.stringify(line);
    lines.push(text);
    bytes += text.length;
    part.batches.push(facts);
  };
  const building = new Batches(batchLimits);
  let at: Cursor['at'];
  let isLast = true;
  for await (const { place, objects } of walk(next.at)) {
    for (const { object, known } of objects) {
      if (known === 'before') {
        part.before.objects++;
        part.before.bytes += object.size;
        if (firstBefore === undefined || place.day < firstBefore) firstBefore = place.day;
      } else take(building.add(place.bucket, place.day, object, known));
    }
    at = place;
    if (lines.length < partLimits.batches && bytes < partLimits.bytes && !mustStop()) continue;
    isLast = false;
    break;
  }
  take(building.take());
  const key = linesKey(run, attempt, next.part);
  if (lines.length > 0) await work.putText(key, `${lines.join('\n')}\n`);
  await work.put(partKey(run, attempt, next.part), {
    ...part,
    ...(firstBefore !== undefined && { firstBefore }),
    isLast,
  } satisfies Part);
  return { ...settings, batches: lines.length, key, isLast, next: { part: next.part + 1, ...(at && { at }) } };
}

/** The batches of which nothing is left. */
async function doneBatches(work: WorkBucket, run: string): Promise<ReadonlySet<string>> {
  const prefix = resultsPrefix(run);
  const keys = await work.keys(prefix);
  return new Set(
    keys.flatMap((key) => (key.endsWith('.done.json') ? [key.slice(prefix.length).split('.')[0] ?? ''] : [])),
  );
}
