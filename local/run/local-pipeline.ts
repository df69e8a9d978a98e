import {
  type EventSourceMapping,
  type EventSourceMappingOptions,
  startEventSourceMapping,
} from '../deployment/event-source-mapping.ts';
import type { LocalAws } from '../deployment/local-aws.ts';
import type { Functions } from '../deployment/local-functions.ts';

/** Seconds that a call of ingest may take: it stops reading 30 seconds before, and queues the object again. */
const INGEST_TIMEOUT_SECONDS = 90;

/** Calls of ingest at once: while one waits for the tables, another one reads. */
const INGEST_CONCURRENCY = 2;

/** Seconds that a call of verify may take: a digest that names ten thousand log objects. */
const VERIFY_TIMEOUT_SECONDS = 90;

const SWEEP_INTERVAL_MILLISECONDS = 60_000;

const PACK_INTERVAL_MILLISECONDS = 5 * 60_000;

/** What happens between the queues and the alert topics, under way. */
export interface Pipeline {
  /** Resolves once every log object and every digest that was notified has been dealt with. */
  drained(): Promise<void>;
  /**
   * Takes no more objects, ends what is under way, sweeps once more, and packs all pages.
   * @param onStep called with what begins: each may take minutes.
   */
  finish(onStep?: (what: string) => void): Promise<void>;
}

export interface PipelineOptions extends Pick<EventSourceMappingOptions, 'onBatch'> {
  /** Called with the error of a call of any function. Both go on. */
  readonly onError: (error: unknown) => void;
  readonly functions: Functions;
}

/** Starts what AWS runs by itself: ingest and verify for what comes into their queues, sweep every minute, pack now and then. */
export function startPipeline(aws: Pick<LocalAws, 'clients' | 'resources'>, options: PipelineOptions): Pipeline {
  const { onBatch, onError, functions } = options;
  const logs: EventSourceMapping = startEventSourceMapping({
    sqs: aws.clients.sqs,
    queue: aws.resources.queues.logs,
    handler: functions.ingest,
    timeoutSeconds: INGEST_TIMEOUT_SECONDS,
    concurrency: INGEST_CONCURRENCY,
    onBatch,
    onError,
  });
  const digests: EventSourceMapping = startEventSourceMapping({
    sqs: aws.clients.sqs,
    queue: aws.resources.queues.digests,
    handler: functions.verify(logs.drained),
    timeoutSeconds: VERIFY_TIMEOUT_SECONDS,
    concurrency: 1,
    // A digest that will be checked again in half an hour.
    waitsForDelayed: false,
    onError,
  });
  let sweeping: Promise<unknown> = Promise.resolve();
  /** One after the other, as the scheduler never has two at once for long. */
  const sweep = () => {
    sweeping = sweeping.then(functions.sweep).catch(onError);
    return sweeping;
  };
  const timer = setInterval(sweep, SWEEP_INTERVAL_MILLISECONDS);
  let packing: Promise<unknown> = Promise.resolve();
  const pack = (run: () => Promise<unknown>) => {
    packing = packing.then(() => run()).catch(onError);
    return packing;
  };
  const packTimer = setInterval(() => pack(functions.pack), PACK_INTERVAL_MILLISECONDS);
  return {
    drained: async () => {
      await logs.drained();
      await digests.drained();
      // Verify queues log objects without a notification.
      await logs.drained();
    },
    finish: async (onStep = () => {}) => {
      clearInterval(timer);
      clearInterval(packTimer);
      onStep('ending what is under way');
      // Verify may be waiting for the log queue to be drained: that ends with its mapping.
      await Promise.all([logs.stop(), digests.stop()]);
      onStep('judging what only time can decide');
      await sweep();
      onStep('packing the index');
      // Nobody writes pages any more: every question after this reads segments alone.
      await pack(functions.packAll);
    },
  };
}
