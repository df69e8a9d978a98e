import { mapConcurrently } from '../../lambda/shared/concurrency.ts';
import { counted } from '../../lambda/shared/counted.ts';
import type { LocalAws } from '../deployment/local-aws.ts';
import type { Functions } from '../deployment/local-functions.ts';
import type { PlacedFiles } from '../digests/place-files.ts';
import type { LogFile } from '../input/log-files.ts';
import { type UploadedFile, uploadLogFile } from '../input/upload-log-file.ts';
import type { Progress } from './delivery-progress.ts';
import { startPipeline } from './local-pipeline.ts';
import type { StepNotes } from './step-notes.ts';

/** The results of files that were put into the bucket. */
export interface Delivery {
  /** In the order of the files. */
  readonly objects: readonly UploadedFile[];
  readonly failures: readonly DeliveryFailure[];
}

/** A file that couldn't be read. */
export interface DeliveryFailure {
  readonly path: string;
  readonly reason: string;
}

export interface DeliveryTools {
  readonly functions: Functions;
  readonly progress: Progress;
  /** Says what is done where nothing can be counted. */
  readonly steps: StepNotes;
  /** Called with the error of a function's call. Its messages come back. */
  readonly onError: (error: unknown) => void;
  readonly interrupted: AbortSignal;
}

/** Uploads at once. */
const CONCURRENCY = 4;

/**
 * Puts files into their buckets while the functions deal with what is already there, and waits until they have dealt
 * with all of it: the log objects first, then their digests, one by one. A file that can't be read doesn't stop the
 * others.
 *
 * @throws the signal's reason when interrupted
 */
export async function deliver(
  aws: LocalAws,
  { logs, digests }: Pick<PlacedFiles, 'logs' | 'digests'>,
  tools: DeliveryTools,
): Promise<Delivery> {
  const { functions, progress, steps, onError, interrupted } = tools;
  const total = logs.length + digests.length;
  const counts = { uploaded: 0, processed: 0, failed: 0 };
  const show = () => progress.update(Math.min(counts.processed, total), note(counts, total));
  progress.start(total);
  const pipeline = startPipeline(aws, {
    functions,
    onError,
    onBatch: ({ succeeded, failed }) => {
      counts.processed += succeeded;
      counts.failed += failed;
      show();
    },
  });
  try {
    const onUploaded = () => {
      counts.uploaded += 1;
      show();
    };
    const first = await uploadAll(aws, logs, { interrupted, onUploaded, concurrency: CONCURRENCY });
    const then = await uploadAll(aws, digests, { interrupted, onUploaded, concurrency: 1 });
    await Promise.race([pipeline.drained(), aborted(interrupted)]);
    return {
      objects: [...first.objects, ...then.objects],
      failures: [...first.failures, ...then.failures],
    };
  } finally {
    // All that it counts is done.
    progress.stop();
    await pipeline.finish(steps.begin);
    steps.end();
  }
}

async function uploadAll(
  { clients, resources }: LocalAws,
  files: readonly LogFile[],
  options: { readonly interrupted: AbortSignal; readonly onUploaded: () => void; readonly concurrency: number },
): Promise<Delivery> {
  const { interrupted, onUploaded, concurrency } = options;
  const results = await mapConcurrently(files, concurrency, async (file): Promise<UploadedFile | DeliveryFailure> => {
    interrupted.throwIfAborted();
    const result = await uploadLogFile(clients.s3, resources.buckets.logs, file).catch(failureOf(file));
    onUploaded();
    return result;
  });
  return {
    objects: results.filter((result) => 'key' in result),
    failures: results.filter((result) => 'path' in result),
  };
}

function failureOf({ path }: LogFile): (error: unknown) => DeliveryFailure {
  return (error) => ({ path, reason: error instanceof Error ? error.message : String(error) });
}

/** Never resolves: for a race that only the interruption may win. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function note(counts: { uploaded: number; failed: number }, total: number): string {
  const notes = [
    ...(counts.uploaded < total ? [`${counts.uploaded} uploaded`] : []),
    ...(counts.failed > 0 ? [`${counted(counts.failed, 'try', 'tries')} failed, and will be repeated`] : []),
  ];
  return notes.join(', ');
}
