import type { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { Directory } from '../../cloudtrail/directory.ts';
import type { LogObjectLimits } from '../../cloudtrail/log/log-object.ts';
import type { Detector } from '../../detection/index.ts';
import { openObject } from '../../ingest/object-source.ts';
import type { DigestLedger } from '../../store/ledger/digest-ledger.ts';
import {
  type BackfillRequest,
  backfillRequestSchema,
  type Cursor,
  cursorSchema,
  executionInputSchema,
} from '../backfill-request.ts';
import type { WorkBucket } from '../work-bucket.ts';
import type { BatchLimits } from './batches.ts';
import { type EstimatePart, estimatePart } from './estimate.ts';
import { type ListedPart, listPart, type PART_LIMITS, type RunSettings } from './list-part.ts';
import { conclusionSchema, type NoteTaughtOptions, noteTaught } from './note-taught.ts';
import type { LogPlace } from './shards.ts';
import { type ListedDay, walk } from './walk.ts';

export interface ListDependencies {
  readonly s3Of: (bucket: string) => S3Client;
  readonly places: readonly LogPlace[];
  readonly ledger: Pick<DigestLedger, 'logObjects'>;
  readonly work: WorkBucket;
  readonly detector: Detector;
  readonly limits: LogObjectLimits;
  readonly directory?: Directory;
  readonly settings: RunSettings;
  /** What rules of type first_seen have learnt from when on. */
  readonly seenRules: NoteTaughtOptions['seenRules'];
  readonly taught: NoteTaughtOptions['taught'];
  readonly now: () => Date;
  readonly batchLimits?: BatchLimits;
  readonly partLimits?: { readonly [Name in keyof typeof PART_LIMITS]: number };
}

/** Milliseconds of the function's time that are kept for writing the list, or for reading a sample. */
const STOP_BEFORE_MILLISECONDS = 90_000;

/** What the command line sends: nothing is written then. */
const estimateCallSchema = z.object({
  action: z.literal('estimate'),
  request: backfillRequestSchema,
  next: cursorSchema.default({ part: 0 }),
});

/** A rule that is named doesn't exist in the rules that are deployed. */
export class RuleUnknown extends Error {
  override readonly name = 'RuleUnknown';
}

export type RunList = (
  event: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<ListedPart | EstimatePart | { readonly taught: number }>;

/** Lists what a backfill asks for: for the state machine, or for an estimate. At its end it notes what that has taught. */
export function createRunList(dependencies: ListDependencies): RunList {
  const { s3Of, places, ledger, work, detector, limits, directory, settings, seenRules, taught, now } = dependencies;
  const { batchLimits, partLimits } = dependencies;
  return async (event, context) => {
    const mustStop = (): boolean => context.getRemainingTimeInMillis() < STOP_BEFORE_MILLISECONDS;
    const walkOf =
      (request: BackfillRequest, run?: string) =>
      (from: Cursor['at']): AsyncGenerator<ListedDay> =>
        walk({ s3Of, places, ledger, request, from, ...(run !== undefined && { run }) });
    const asked = estimateCallSchema.safeParse(event);
    if (asked.success) {
      const { request, next } = asked.data;
      assertKnown(request, detector);
      const open = (bucket: string, key: string) => openObject(s3Of(bucket), { bucket, key });
      const sampled = { open, detector, limits, directory, ...(batchLimits && { batchLimits }) };
      return estimatePart({ settings, request, next, walk: walkOf(request), ...sampled, mustStop });
    }
    const conclusion = conclusionSchema.safeParse(event);
    if (conclusion.success) {
      return noteTaught(conclusion.data, { work, rules: detector.correlations.firstSeenRules, seenRules, taught });
    }
    const input = executionInputSchema.parse(event);
    assertKnown(input.request, detector);
    return listPart({
      input,
      settings,
      work,
      walk: walkOf(input.request, input.run),
      mustStop,
      now,
      ...(batchLimits && { batchLimits }),
      ...(partLimits && { partLimits }),
    });
  };
}

function assertKnown({ rules = [] }: BackfillRequest, detector: Detector): void {
  const known = new Set(detector.rules.map(({ id }) => id));
  const unknown = rules.filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  throw new RuleUnknown(
    `No deployed rule has the id ${unknown.join(', ')}: deploy the rule first, or look its id up with trailwarden rules list.`,
  );
}
