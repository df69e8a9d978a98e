import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { Detector, RuleSet } from '../../detection/index.ts';
import type { Finding } from '../../findings/finding.ts';
import type { SourceObject } from '../../ingest/object-source.ts';
import type { ProcessorDependencies } from '../../ingest/process-object.ts';
import { describeError } from '../../runtime/describe-error.ts';
import { publishMetrics } from '../../runtime/function-metrics.ts';
import { recordMetric } from '../../runtime/record-metric.ts';
import { counted } from '../../shared/counted.ts';
import { METRICS } from '../../shared/metric-names.ts';
import type { LogBuckets } from '../../sources/log-buckets.ts';
import type { Ledger } from '../../store/ledger/ledger.ts';
import { type BatchLine, batchLineSchema } from '../batch-line.ts';
import type { BatchResult } from '../batch-result.ts';
import type { ConsumedUnits, Units } from '../consumed-units.ts';
import { resultKey, triesKey, type WorkBucket } from '../work-bucket.ts';
import { judgeBatch } from './judge-batch.ts';
import { PastCorrelations } from './past-correlations.ts';
import { type ReadBatch, readBatch } from './read-batch.ts';

export interface BatchDependencies {
  readonly work: WorkBucket;
  /** The buckets whose objects may be read. */
  readonly logBuckets: Pick<LogBuckets, 'has'>;
  readonly ledger: Ledger;
  /** As ingest has it, except that it leaves no rows. @param alert whether findings alert. */
  readonly processorOf: (alert: boolean) => Omit<ProcessorDependencies, 'ledger' | 'correlator' | 'createPages'>;
  readonly open: (bucket: string, key: string) => Promise<SourceObject>;
  readonly detector: Detector;
  /** What the detector was made of. */
  readonly ruleSet: RuleSet;
  /** What calls of DynamoDB take. */
  readonly units: ConsumedUnits;
  /** Once, before the first batch. @throws faults of access. */
  readonly prepare: () => Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => Date;
}

/** Milliseconds of the function's time that are kept for finishing what was begun. */
const STOP_BEFORE_MILLISECONDS = 30_000;

/** Some objects of a batch could not be read: its result says which, and another try reads them. */
export class BatchUnfinished extends Error {
  override readonly name = 'BatchUnfinished';
}

/** What earlier tries of a batch took. `begun`: those that have not told how they ended. */
const triesSchema = z.object({
  begun: z.number(),
  /** Those that have left objects. */
  left: z.number(),
  writeUnits: z.number(),
  readUnits: z.number(),
  seconds: z.number(),
});

/** @throws BatchUnfinished where objects are left, after everything else was done. */
export type RunBatch = (event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<null>;

/** Reads one batch and leaves its result in the work bucket. It answers nothing: the state machine would keep it all. */
export function createRunBatch(dependencies: BatchDependencies): RunBatch {
  let isPrepared = false;
  return async (event, context) => {
    const { prepare, units } = dependencies;
    const line = batchLineSchema.parse(event);
    if (!dependencies.logBuckets.has(line.bucket)) {
      throw new Error(`A batch names the bucket ${line.bucket}, which is none of the log buckets.`);
    }
    if (!isPrepared) await prepare();
    isPrepared = true;
    return await units.count((taken) => runOne(dependencies, line, taken, context));
  };
}

type Tries = z.infer<typeof triesSchema>;

const NO_TRIES: Tries = { begun: 0, left: 0, writeUnits: 0, readUnits: 0, seconds: 0 };

async function runOne(
  dependencies: BatchDependencies,
  line: BatchLine,
  units: Readonly<Units>,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<null> {
  const { work, now, metrics, logger } = dependencies;
  const begunAt = now().getTime();
  const { run, batch } = line;
  const tries = (await work.get(triesKey(run, batch), triesSchema)) ?? NO_TRIES;
  await work.put(triesKey(run, batch), { ...tries, begun: tries.begun + 1 });
  const { result: read, correlated } = await readAndConclude(dependencies, line, {
    mustStop: () => context.getRemainingTimeInMillis() < STOP_BEFORE_MILLISECONDS,
    tries,
  });
  const taken = {
    writeUnits: tries.writeUnits + units.writes,
    readUnits: tries.readUnits + units.reads,
    seconds: tries.seconds + (now().getTime() - begunAt) / 1000,
  };
  const result: BatchResult = { ...read, correlated, ...taken };
  await work.put(resultKey(run, batch, result.left === 0 ? 'done' : 'left'), result);
  if (result.left > 0) await work.put(triesKey(run, batch), { begun: 0, left: tries.left + 1, ...taken });
  tell(metrics, result);
  publishMetrics(metrics);
  const { named, ...counts } = result;
  if (result.left === 0) {
    logger.info('A batch was read', counts);
    return null;
  }
  const [first] = named.filter(({ what }) => what === 'left');
  logger.error('Objects of a batch could not be read', { ...counts, named });
  throw new BatchUnfinished(
    `${result.left} of ${counted(result.objects, 'object')} of the batch ${batch} could not be read` +
      (first === undefined ? '' : `; the first: ${first.key}: ${first.reason}`),
  );
}

async function readAndConclude(
  dependencies: BatchDependencies,
  line: BatchLine,
  { mustStop, tries }: { readonly mustStop: () => boolean; readonly tries: Tries },
): Promise<{ readonly result: ReadBatch; readonly correlated: number }> {
  const { detector, ruleSet, ledger, open, processorOf, logger } = dependencies;
  const correlations = new PastCorrelations(detector, ruleSet);
  const processor = processorOf(line.request.alert);
  const { report, limits, directory } = processor;
  const { report: reportNew } = processorOf(true);
  const named = line.request.rules;
  const rules = named === undefined ? undefined : new Set(named);
  const result =
    rules === undefined
      ? await readBatch({
          line,
          open,
          processor,
          ledger,
          correlations,
          reportNew,
          mustStop,
          isCareful: tries.begun > 0,
          logger,
        })
      : await judgeBatch({
          line,
          open,
          ledger,
          correlations,
          limits,
          directory,
          reportNew,
          now: dependencies.now,
          mustStop,
          findings: { detector, rules, report },
        });
  // A correlation that sees a part of the events may fire for another window. So it waits for the whole batch, but not for
  // an object that two tries could not read.
  if (result.left > 0 && (tries.left === 0 || mustStop())) return { result, correlated: 0 };
  let correlated = 0;
  for (const finding of correlations.conclude()) {
    if (rules !== undefined && !rules.has(finding.ruleId)) continue;
    correlated++;
    await reportOne(finding, report, logger);
  }
  return { result, correlated };
}

async function reportOne(finding: Finding, report: ProcessorDependencies['report'], logger: Logger): Promise<void> {
  try {
    await report(finding);
  } catch (error) {
    logger.error('A finding of a correlation could not be recorded', {
      ruleId: finding.ruleId,
      error: describeError(error),
    });
    throw error;
  }
}

function tell(metrics: Metrics, result: BatchResult): void {
  recordMetric(metrics, METRICS.ObjectsClosed, result.closed);
  recordMetric(metrics, METRICS.RecordsIndexed, result.indexed);
  recordMetric(metrics, METRICS.Findings, result.findings + result.correlated);
  if (result.rejected > 0) recordMetric(metrics, METRICS.ObjectsRejected, result.rejected);
  if (result.recordsRejected > 0) recordMetric(metrics, METRICS.RecordsRejected, result.recordsRejected);
  if (result.left > 0) recordMetric(metrics, METRICS.BackfillObjectsLeft, result.left);
}
