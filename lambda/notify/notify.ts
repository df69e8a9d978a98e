import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import type { ChannelSettings } from '../alerts/channels/channel-settings.ts';
import { errorText } from '../alerts/channels/channel-state.ts';
import { queuedMessageSchema } from '../alerts/channels/queued-message.ts';
import { type AlertMessage, alertMessageSchema } from '../alerts/messages/message-schema.ts';
import type { DeadLetters } from '../runtime/dead-letters.ts';
import { publishMetrics } from '../runtime/function-metrics.ts';
import { recordMetric } from '../runtime/record-metric.ts';
import { receivesOf, retrySeconds } from '../runtime/retry-delay.ts';
import { METRICS } from '../shared/metric-names.ts';
import type { AlertDeliveries, DeliveryNotice, DeliveryState } from '../store/alerts/alert-deliveries.ts';
import { NotTakenError } from './errors/not-taken-error.ts';
import { quietUntil } from './quiet-hours.ts';
import type { Delivery, Receiver } from './receivers/receiver.ts';
import { type TestAnswer, testCallSchema } from './test-call.ts';

/** Milliseconds that an attempt may take, the reading of its secret included. */
const ATTEMPT_MILLISECONDS = 10_000;

/** How long after its sending a message is tried again. If that is within quiet hours, the last try follows them. */
const PATIENCE_MILLISECONDS = 24 * 60 * 60_000;

/** Seconds for which SQS can keep a message out of sight, with some room below its bound of 12 hours. */
const MAX_INVISIBLE_SECONDS = 11 * 60 * 60;

/** A channel, and the other side of it. */
export interface NotifyChannel {
  readonly settings: ChannelSettings;
  readonly receiver: Receiver;
  /** Has the secret read anew for the next attempt. */
  readonly forgetSecret: () => void;
}

export interface NotifyDependencies {
  readonly channels: readonly NotifyChannel[];
  readonly sqs: SQSClient;
  /** A queue's URL up to the channel's name. */
  readonly queuePrefix: string;
  readonly deadLetters: DeadLetters;
  readonly deliveries: Pick<AlertDeliveries, 'note'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => Date;
  /** Default 10,000. */
  readonly attemptMilliseconds?: number;
}

/** The function: for messages of the channels' queues, and for tests. */
export type Notify = (event: unknown) => Promise<SQSBatchResponse | TestAnswer>;

/** What becomes of a message: `done` is deleted, everything else comes back. */
type Outcome = 'done' | 'comes-back';

/**
 * Sends each message by itself: what happens to one, or to its channel, changes nothing for the others. A message is
 * deleted once its receiver has taken it; a crash before that sends it again, under the same alert id.
 */
export function createNotify(dependencies: NotifyDependencies): Notify {
  return async (event) => {
    const test = testCallSchema.safeParse(event);
    if (test.success) return sendTest(dependencies, test.data.test);
    // Anything else comes from the event source mapping, whose form AWS promises.
    const { Records } = event as SQSEvent;
    const outcomes = await Promise.all(Records.map((record) => handle(dependencies, record)));
    publishMetrics(dependencies.metrics);
    return {
      batchItemFailures: Records.flatMap(({ messageId }, index) =>
        outcomes[index] === 'done' ? [] : [{ itemIdentifier: messageId }],
      ),
    };
  };
}

async function sendTest(
  dependencies: NotifyDependencies,
  { channel: name, message }: { readonly channel: string; readonly message: string },
): Promise<TestAnswer> {
  const { channels } = dependencies;
  const channel = channels.find(({ settings }) => settings.name === name);
  if (channel === undefined) {
    const known = channels.map(({ settings }) => settings.name).join(', ');
    return { isTaken: false, answer: `There is no channel "${name}". Those of this deployment: ${known}.` };
  }
  // What is tried may just have been set up: an old value would only confuse.
  channel.forgetSecret();
  try {
    return { isTaken: true, answer: await attempt(dependencies, channel, message) };
  } catch (error) {
    return { isTaken: false, answer: reasonOf(error) };
  }
}

/** Never throws: what can't be handled comes back. */
async function handle(dependencies: NotifyDependencies, record: SQSRecord): Promise<Outcome> {
  const { channels, queuePrefix, now, logger } = dependencies;
  const channel = channels.find(({ settings }) => record.eventSourceARN.endsWith(queueOf(queuePrefix, settings.name)));
  try {
    if (channel === undefined) throw new Error('No channel of this deployment has this queue.');
    const { quietHours } = channel.settings;
    const queued = queuedMessageSchema.safeParse(jsonOf(record.body));
    const level = queued.success ? queued.data.level : '';
    const quiet = quietUntil(quietHours, level, now());
    if (quiet !== undefined) {
      await comeBack(dependencies, { record, channel, seconds: (quiet.getTime() - now().getTime()) / 1000 });
      return 'comes-back';
    }
    const end = Number(record.attributes.SentTimestamp) + PATIENCE_MILLISECONDS;
    return await tryOnce(dependencies, { record, channel, end, queued: queued.data });
  } catch (error) {
    logger.error('A message of a channel could not be handled: it comes back', { error: errorText(error) });
    return 'comes-back';
  }
}

interface Try {
  readonly record: SQSRecord;
  readonly channel: NotifyChannel;
  /** Milliseconds since 1970: an attempt that fails after it is the last. */
  readonly end: number;
  readonly queued: z.infer<typeof queuedMessageSchema> | undefined;
}

async function tryOnce(dependencies: NotifyDependencies, tried: Try): Promise<Outcome> {
  const { logger, metrics, now } = dependencies;
  const { record, channel, end, queued } = tried;
  const { name } = channel.settings;
  const alertId = queued?.alertId ?? 'unknown';
  const tries = receivesOf(record);
  const note = (state: DeliveryState['state'], answer: string): Promise<void> =>
    noteDelivery(dependencies, tried, { state, at: now().toISOString(), tries, answer });
  try {
    if (queued === undefined) throw new NotTakenError('The message is of another version, or none of ours.');
    await note('delivered', await attempt(dependencies, channel, queued.message));
    return 'done';
  } catch (error) {
    channel.forgetSecret();
    const reason = reasonOf(error);
    const time = now().getTime();
    recordMetric(metrics, METRICS.ChannelMessagesFailed, 1);
    if (time >= end) {
      // First into the other queue: it is never in none.
      await dependencies.deadLetters.send({ body: record.body, reason: `${name}: ${reason}`, attempts: tries });
      recordMetric(metrics, METRICS.ChannelMessagesGivenUp, 1);
      logger.error('A message of a channel was not taken for a day and was given up', {
        alertId,
        channel: name,
        reason,
      });
      await note('given-up', reason);
      return 'done';
    }
    logger.warn('A message of a channel was not taken: it is sent again', { alertId, channel: name, reason });
    const asked = error instanceof NotTakenError ? (error.retryAfterSeconds ?? 0) : 0;
    const seconds = Math.max(asked, retrySeconds(tries, Math.random()));
    await comeBack(dependencies, { record, channel, seconds: Math.min(seconds, (end - time) / 1000) });
    await note('failing', reason);
    return 'comes-back';
  }
}

/** @returns the answer. @throws whatever the receiver throws, and NotTakenError if its time is over. */
async function attempt(
  { attemptMilliseconds = ATTEMPT_MILLISECONDS }: NotifyDependencies,
  { receiver }: NotifyChannel,
  json: string,
): Promise<string> {
  const parsed = alertMessageSchema.safeParse(jsonOf(json));
  if (!parsed.success) throw new NotTakenError('The message is none of the published schema, or of another version.');
  const message: AlertMessage = parsed.data;
  const delivery: Delivery = { message, json };
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeIsOver = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new NotTakenError(`No answer within ${attemptMilliseconds / 1000} seconds.`));
      controller.abort();
    }, attemptMilliseconds);
  });
  try {
    return await Promise.race([receiver.send(delivery, controller.signal), timeIsOver]);
  } finally {
    clearTimeout(timer);
  }
}

/** The row is there to be looked at: what can't be noted must not send a message twice. Never throws. */
async function noteDelivery(
  { deliveries, logger }: NotifyDependencies,
  { channel, queued }: Try,
  state: DeliveryState,
): Promise<void> {
  if (queued === undefined || queued.kind === 'test') return;
  const { name } = channel.settings;
  try {
    await deliveries.note(queued.alertId, { channel: name, notice: noticeOf(queued), ...state });
  } catch (error) {
    logger.warn("The state of a channel could not be noted in the alert's row", { error: errorText(error) });
  }
}

function noticeOf({ kind, message }: z.infer<typeof queuedMessageSchema>): DeliveryNotice {
  if (kind !== 'storm') return kind === 'summary' ? 'summary' : 'first';
  const { success } = z.object({ collapsed: z.object({}) }).safeParse(jsonOf(message));
  return success ? 'summary' : 'first';
}

interface ComingBack {
  readonly record: SQSRecord;
  readonly channel: NotifyChannel;
  readonly seconds: number;
}

/** Sets when a message comes back. If that fails, it comes back after the queue's own time. Never throws. */
async function comeBack(
  { sqs, queuePrefix, logger }: NotifyDependencies,
  { record, channel, seconds }: ComingBack,
): Promise<void> {
  try {
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queuePrefix + channel.settings.name,
        ReceiptHandle: record.receiptHandle,
        VisibilityTimeout: Math.max(1, Math.min(MAX_INVISIBLE_SECONDS, Math.ceil(seconds))),
      }),
    );
  } catch (error) {
    logger.warn('The delay of a message could not be set', { error: errorText(error) });
  }
}

/** The end of a queue's ARN: a colon and the queue's name. */
function queueOf(queuePrefix: string, channel: string): string {
  return `:${queuePrefix.slice(queuePrefix.lastIndexOf('/') + 1)}${channel}`;
}

/** Errors of SDKs hold parts of requests, so only their names are shown. */
function reasonOf(error: unknown): string {
  if (error instanceof NotTakenError) return error.message;
  return `The call failed (${error instanceof Error ? error.name : 'unknown error'}).`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
