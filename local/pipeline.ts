import {
  type EventSourceMapping,
  type EventSourceMappingOptions,
  startEventSourceMapping,
} from './event-source-mapping.ts';
import type { Functions } from './functions.ts';
import type { LocalAws } from './local-aws.ts';

/** Seconds that a call of ingest may take: it stops reading 30 seconds before, and queues the object again. */
const INGEST_TIMEOUT_SECONDS = 90;

/** Calls of ingest at once: while one waits for the tables, another one reads. */
const INGEST_CONCURRENCY = 2;

const SWEEP_INTERVAL_MILLISECONDS = 60_000;

/** What happens between the log queue and the alert topics, under way. */
export interface Pipeline {
  /** Resolves once every object that was notified has been dealt with. */
  drained(): Promise<void>;
  /** Takes no more objects, ends what is under way, and sweeps once more. */
  finish(): Promise<void>;
}

export interface PipelineOptions extends Pick<EventSourceMappingOptions, 'onBatch'> {
  /** Told of the error of a call of either function. Both go on. */
  readonly onError: (error: unknown) => void;
  readonly functions: Functions;
}

/** Starts what AWS runs by itself: ingest for what comes into the log queue, and sweep every minute. */
export function startPipeline(aws: Pick<LocalAws, 'clients' | 'resources'>, options: PipelineOptions): Pipeline {
  const { onBatch, onError, functions } = options;
  const mapping: EventSourceMapping = startEventSourceMapping({
    sqs: aws.clients.sqs,
    queue: aws.resources.queues.logs,
    handler: functions.ingest,
    timeoutSeconds: INGEST_TIMEOUT_SECONDS,
    concurrency: INGEST_CONCURRENCY,
    onBatch,
    onError,
  });
  let sweeping: Promise<unknown> = Promise.resolve();
  /** One after the other, as the scheduler never has two at once for long. */
  const sweep = () => {
    sweeping = sweeping.then(functions.sweep).catch(onError);
    return sweeping;
  };
  const timer = setInterval(sweep, SWEEP_INTERVAL_MILLISECONDS);
  return {
    drained: () => mapping.drained(),
    finish: async () => {
      clearInterval(timer);
      await mapping.stop();
      await sweep();
    },
  };
}
