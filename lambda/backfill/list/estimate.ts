import * as z from 'zod';
import { readEvent } from '../../cloudtrail/cloudtrail-event.ts';
import { fieldsOf } from '../../cloudtrail/derived-fields.ts';
import type { Directory } from '../../cloudtrail/directory.ts';
import { ContentFault, type LogObjectLimits, readLogObject } from '../../cloudtrail/log/log-object.ts';
import type { Detector } from '../../detection/index.ts';
import { findingOf } from '../../findings/event-finding.ts';
import type { SourceObject } from '../../ingest/object-source.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import { type EventSummary, summaryOf } from '../../store/segments/summary.ts';
import { encodePages } from '../../store/segments/table/page-rows.ts';
import type { BackfillRequest, Cursor } from '../backfill-request.ts';
import { cursorSchema } from '../backfill-request.ts';
import { type Batch, Batches, type BatchLimits } from './batches.ts';
import type { RunSettings } from './list-part.ts';
import type { ListedDay } from './walk.ts';

const count = z.number().nonnegative();

/** What a call of the lister has listed for an estimate, and what a sample of it holds. */
export const estimatePartSchema = z.object({
  /** Still to be read. */
  objects: count,
  bytes: count,
  batches: count,
  /** Seconds of the function that reads batches. */
  seconds: count,
  /** Read before. */
  before: count,
  /** Objects of the sample, and what they hold. */
  sample: z.object({
    objects: count,
    bytes: count,
    records: count,
    findings: count,
    /** Write units that recording the findings takes. */
    findingUnits: count,
    /** Write units of the pages, if the events of the sample share pages as they will. */
    pageUnits: count,
  }),
  /** Batches that are read at the same time, as the deployment has it. */
  maxConcurrency: count,
  /** From where to go on; undefined where all was listed. */
  next: cursorSchema.optional(),
});

export type EstimatePart = z.infer<typeof estimatePartSchema>;

/** Objects of a call that are read. */
const SAMPLE = 100;

/** Objects that one call lists at most, so that whoever asked sees it go on. */
const OBJECTS_A_CALL = 200_000;

export interface EstimateOptions {
  readonly settings: RunSettings;
  readonly request: BackfillRequest;
  readonly next: Cursor;
  readonly walk: (from: Cursor['at']) => AsyncGenerator<ListedDay>;
  readonly open: (bucket: string, key: string) => Promise<SourceObject>;
  readonly detector: Detector;
  readonly limits: LogObjectLimits;
  /** As the run has them. */
  readonly batchLimits?: BatchLimits;
  readonly directory?: Directory;
  readonly mustStop: () => boolean;
}

/** Lists a part of what a backfill asks for, and reads a sample of it. It leaves nothing behind. @throws the SDK's errors. */
export async function estimatePart(options: EstimateOptions): Promise<EstimatePart> {
  const { request, next, walk, mustStop } = options;
  const totals = { objects: 0, bytes: 0, batches: 0, seconds: 0, before: 0 };
  const sampled: { bucket: string; key: string; size: number }[] = [];
  const building = new Batches(options.batchLimits);
  const take = (batch: Batch | undefined): void => {
    if (batch === undefined) return;
    totals.batches++;
    totals.seconds += batch.seconds;
  };
  let at: Cursor['at'];
  let isLast = true;
  for await (const { place, objects } of walk(next.at)) {
    for (const { object, known } of objects) {
      if (known !== 'open') {
        totals.before++;
        continue;
      }
      const { key, size } = object;
      const number = totals.objects++;
      totals.bytes += size;
      take(building.add(place.bucket, place.day, object, known));
      // Of any number of objects each is in the sample with the same probability.
      const seat = number < SAMPLE ? number : Math.floor(Math.random() * (number + 1));
      if (seat < SAMPLE) sampled[seat] = { bucket: place.bucket, key, size };
    }
    at = place;
    if (totals.objects + totals.before < OBJECTS_A_CALL && !mustStop()) continue;
    isLast = false;
    break;
  }
  take(building.take());
  const sample = await readSample(sampled, request, options);
  return {
    ...totals,
    sample,
    maxConcurrency: options.settings.maxConcurrency,
    ...(!isLast && at !== undefined && { next: { part: next.part + 1, at } }),
  };
}

/** A finding is in its table, and in the indexes by rule, by level and day, and by actor: that by alert is for alerts. */
const FINDING_COPIES = 4;
const ALERTING_COPIES = 5;

/** A transaction takes two units a kilobyte. */
const PAGE_UNITS_A_KILOBYTE = 2;

async function readSample(
  sampled: readonly { readonly bucket: string; readonly key: string; readonly size: number }[],
  request: BackfillRequest,
  { open, detector, limits, directory }: EstimateOptions,
): Promise<EstimatePart['sample']> {
  const sample = { objects: 0, bytes: 0, records: 0, findings: 0, findingUnits: 0, pageUnits: 0 };
  const rules = request.rules === undefined ? undefined : new Set(request.rules);
  const summaries: EventSummary[] = [];
  await mapConcurrently(sampled, 8, async ({ bucket, key, size }) => {
    const object = await open(bucket, key);
    try {
      sample.objects++;
      sample.bytes += size;
      for await (const items of readLogObject(object.body, limits)) {
        for (const item of items) {
          sample.records++;
          if ('problem' in item) continue;
          const receipt = { bucket, key, version: object.version, index: item.index };
          const read = readEvent(item.value, receipt, directory);
          if (!read.ok) continue;
          const { event } = read;
          summaries.push(summaryOf(event));
          for (const match of detector.match(
            event.record,
            fieldsOf(event.record, () => event),
          )) {
            if (rules !== undefined && !rules.has(match.ruleId)) continue;
            const bytes = Buffer.byteLength(JSON.stringify(findingOf(event, match)));
            sample.findings++;
            sample.findingUnits += Math.ceil(bytes / 1024) * (request.alert ? ALERTING_COPIES : FINDING_COPIES);
          }
        }
      }
    } catch (error) {
      // A broken object is read no further in the backfill, either.
      if (!(error instanceof ContentFault)) throw error;
    } finally {
      object.close();
    }
  });
  if (rules === undefined) {
    for (const { body } of encodePages(summaries)) sample.pageUnits += (body.length / 1024) * PAGE_UNITS_A_KILOBYTE;
  }
  return sample;
}
