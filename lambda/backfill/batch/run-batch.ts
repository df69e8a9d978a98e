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
import { BoundedTasks } from '../../shared/concurrency.ts';
import { counted } from '../../shared/counted.ts';
import { METRICS } from '../../shared/metric-names.ts';
import type { LogBuckets } from '../../sources/log-buckets.ts';
import type { Ledger } from '../../store/ledger/ledger.ts';
import { type BatchLine, batchLineSchema } from '../batch-line.ts';
import type { BatchResult, Uncorrelated } from '../batch-result.ts';
import type { ConsumedUnits, Units } from '../consumed-units.ts';
import { resultKey, triesKey, type WorkBucket } from '../work-bucket.ts';
import { judgeBatch } from './judge-batch.ts';
import { JudgedBefore, judgedSchema, type KeptJudged } from './judged-before.ts';
import { PastCorrelations } from './past-correlations.ts';
import type { Teacher } from './past-sights.ts';
import { type BatchReadOut, readBatch } from './read-batch.ts';

export interface BatchDependencies {
  readonly work: WorkBucket;
  /** The buckets whose objects may be read. */
  readonly logBuckets: Pick<LogBuckets, 'has'>;
  readonly ledger: Ledger;
  /** As ingest has it, except that it leaves no rows. @param alert whether findings alert. */
  readonly processorOf: (alert: boolean) => Omit<ProcessorDependencies, 'ledger' | 'correlator' | 'createPages'>;
  /** As ingest has it, for objects that it may only not have come to. */
  readonly newProcessor: Omit<ProcessorDependencies, 'ledger' | 'createPages'>;
  readonly open: (bucket: string, key: string) => Promise<SourceObject>;
  readonly detector: Detector;
  /** What the detector was made of. */
  readonly ruleSet: RuleSet;
  /** What rules of type first_seen learn by. */
  readonly teacher: Teacher;
  /** Events of correlations that a batch keeps at most; as the function's memory allows where it is left out. */
  readonly mostMemberships?: number;
  /** What calls of DynamoDB take. */
  readonly units: ConsumedUnits;
  /** Once, before the first batch. @throws faults of access. */
  readonly prepare: () => Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => Date;
}

/** Findings of correlations that are recorded at the same time. */
const REPORTERS = 8;

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
  /** What they have judged, where rules only judge. */
  judged: judgedSchema.optional(),
});

/** @throws BatchUnfinished where objects or correlations are left, after everything else was done. */
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
  const { isConcluded, judged, ...read } = await readAndConclude(dependencies, line, {
    mustStop: () => context.getRemainingTimeInMillis() < STOP_BEFORE_MILLISECONDS,
    tries,
  });
  const taken = {
    writeUnits: tries.writeUnits + units.writes,
    readUnits: tries.readUnits + units.reads,
    seconds: tries.seconds + (now().getTime() - begunAt) / 1000,
  };
  const result: BatchResult = { ...read.result, ...taken };
  const isDone = result.left === 0 && isConcluded;
  await work.put(resultKey(run, batch, isDone ? 'done' : 'left'), result);
  if (!isDone) {
    await work.put(triesKey(run, batch), { begun: 0, left: tries.left + 1, ...taken, ...(judged && { judged }) });
  }
  tell(metrics, result);
  publishMetrics(metrics);
  const { named, ...counts } = result;
  if (isDone) {
    if (result.uncorrelated.length > 0) logger.warn('Correlations of a batch were given up', counts);
    logger.info('A batch was read', counts);
    return null;
  }
  const [first] = named.filter(({ what }) => what === 'left');
  const what =
    result.left === 0 ? 'Correlations of a batch were not judged yet' : 'Objects of a batch could not be read';
  logger.error(what, { ...counts, named });
  throw new BatchUnfinished(
    result.left === 0
      ? `The time was over before the correlations of the batch ${batch} were judged to their end`
      : `${result.left} of ${counted(result.objects, 'object')} of the batch ${batch} could not be read` +
          (first === undefined ? '' : `; the first: ${first.key}: ${first.reason}`),
  );
}

interface Concluded {
  readonly result: Omit<BatchResult, 'writeUnits' | 'readUnits' | 'seconds'>;
  /** Whether all was judged that ever will be. */
  readonly isConcluded: boolean;
  readonly judged?: KeptJudged;
}

async function readAndConclude(
  dependencies: BatchDependencies,
  line: BatchLine,
  { mustStop, tries }: { readonly mustStop: () => boolean; readonly tries: Tries },
): Promise<Concluded> {
  const { detector, ruleSet, teacher, mostMemberships, logger } = dependencies;
  const rules = line.request.rules === undefined ? undefined : new Set(line.request.rules);
  const correlations = new PastCorrelations(detector, ruleSet, {
    rules,
    teacher,
    ...(mostMemberships !== undefined && { mostMemberships }),
  });
  const { report } = dependencies.processorOf(line.request.alert);
  const judged = rules === undefined ? undefined : new JudgedBefore(tries.judged);
  const { result, isShown } = await readOrJudge(dependencies, line, {
    correlations,
    mustStop,
    isCareful: tries.begun > 0,
    rules,
    ...(judged && { judged }),
  });
  // What was read in this try is learnt, whatever is left of the batch.
  await correlations.teach();
  let fired = 0;
  const ended = (uncorrelated: readonly Uncorrelated[], isConcluded: boolean): Concluded => ({
    result: { ...result, correlated: fired, uncorrelated: [...uncorrelated] },
    isConcluded,
    ...(judged && { judged: judged.kept() }),
  });
  // A correlation that sees a part of the events may fire for another window. So it waits for the whole batch, but not for
  // an object that two tries could not read.
  const isLast = tries.left > 0;
  if (!isShown) return ended(correlations.all, isLast);
  if (result.left > 0 && (!isLast || mustStop())) return ended(correlations.givenUp, isLast);
  const tasks = new BoundedTasks(REPORTERS);
  try {
    for (const findings of correlations.conclude()) {
      if (mustStop()) {
        await tasks.finish();
        return ended(correlations.all, isLast);
      }
      for (const finding of findings) {
        if (rules !== undefined && !rules.has(finding.ruleId)) continue;
        fired++;
        await tasks.add(() => reportOne(finding, report, logger));
      }
    }
    await tasks.finish();
  } finally {
    await tasks.settle();
  }
  return ended(correlations.givenUp, true);
}

interface Asked {
  readonly correlations: PastCorrelations;
  readonly mustStop: () => boolean;
  readonly isCareful: boolean;
  readonly rules: ReadonlySet<string> | undefined;
  /** Where rules only judge. */
  readonly judged?: JudgedBefore;
}

async function readOrJudge(
  { detector, ledger, open, processorOf, newProcessor, logger, now }: BatchDependencies,
  line: BatchLine,
  { correlations, mustStop, isCareful, rules, judged }: Asked,
): Promise<BatchReadOut> {
  const processor = processorOf(line.request.alert);
  if (rules === undefined || judged === undefined) {
    return readBatch({ line, open, processor, newProcessor, ledger, correlations, mustStop, isCareful, logger });
  }
  const { report, limits, directory } = processor;
  const { report: reportNew } = processorOf(true);
  const findings = { detector, rules, report };
  return judgeBatch({
    line,
    open,
    ledger,
    correlations,
    before: judged,
    limits,
    directory,
    reportNew,
    now,
    mustStop,
    findings,
  });
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
  const { length } = result.uncorrelated;
  if (length > 0) recordMetric(metrics, METRICS.BackfillCorrelationsGivenUp, length);
}
