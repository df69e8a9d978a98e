import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import type { ChannelSettings } from '../alerts/channels/channel-settings.ts';
import { errorText } from '../alerts/channels/channel-state.ts';
import { queuedMessageSchema } from '../alerts/channels/queued-message.ts';
import { type AlertMessage, alertMessageSchema } from '../alerts/messages/message-schema.ts';
import { resolvedMessageSchema } from '../alerts/messages/resolved-message.ts';
import { publishMetrics } from '../runtime/function-metrics.ts';
import type { DeadLetters } from '../runtime/queue/dead-letters.ts';
import { receivesOf, retrySeconds } from '../runtime/queue/retry-delay.ts';
import { recordMetric } from '../runtime/record-metric.ts';
import { METRICS } from '../shared/metric-names.ts';
import type { AlertDeliveries, DeliveryNotice, DeliveryState } from '../store/alerts/alert-deliveries.ts';
import { NotTakenError } from './errors/not-taken-error.ts';
import { quietUntil } from './quiet-hours.ts';
import type { Receiver } from './receivers/receiver.ts';
import { isResolvedAlready, queueResolved, type ResolveAnswer, resolveCallSchema, resolving } from './resolving.ts';
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
  readonly deliveries: Pick<AlertDeliveries, 'note' | 'earlier'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => Date;
  /** Default 10,000. */
  readonly attemptMilliseconds?: number;
}

/** The function: for messages of the channels' queues, for tests, and for alerts that are resolved. */
export type Notify = (event: unknown) => Promise<SQSBatchResponse | TestAnswer | ResolveAnswer>;

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
    const resolve = resolveCallSchema.safeParse(event);
    if (resolve.success) {
      const able = dependencies.channels.filter(({ receiver }) => receiver.resolve !== undefined);
      const names = able.map(({ settings }) => settings.name);
      return queueResolved({ ...dependencies, channels: names }, resolve.data.resolve);
    }
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
    const answer = await within(dependencies, (signal) => sendMessage(channel.receiver, message, signal));
    return { isTaken: true, answer };
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
    const tried = { record, channel, queued: queued.data };
    // Nobody is woken by the end of an incident.
    const quiet = queued.data?.kind === 'resolved' ? undefined : quietUntil(quietHours, level, now());
    if (quiet !== undefined) {
      await waitUntil(dependencies, tried, quiet, 'It waits for the end of the quiet hours.');
      return 'comes-back';
    }
    const end = Number(record.attributes.SentTimestamp) + PATIENCE_MILLISECONDS;
    return await tryOnce(dependencies, { ...tried, end });
  } catch (error) {
    logger.error('A message of a channel could not be handled: it comes back', { error: errorText(error) });
    return 'comes-back';
  }
}

interface Handled {
  readonly record: SQSRecord;
  readonly channel: NotifyChannel;
  readonly queued: z.infer<typeof queuedMessageSchema> | undefined;
}

interface Try extends Handled {
  /** Milliseconds since 1970: an attempt that fails after it is the last. */
  readonly end: number;
}

async function tryOnce(dependencies: NotifyDependencies, tried: Try): Promise<Outcome> {
  const { logger, metrics, now } = dependencies;
  const { record, channel, end, queued } = tried;
  const { name } = channel.settings;
  const alertId = queued?.alertId ?? 'unknown';
  const tries = receivesOf(record);
  const note = (state: DeliveryState['state'], answer: string, more: Partial<DeliveryState> = {}): Promise<boolean> =>
    noteDelivery(dependencies, tried, { state, at: now().toISOString(), tries, answer, ...more });
  try {
    const step = await within(dependencies, (signal) => takeStep(dependencies, tried, signal));
    if (step === 'wait') {
      const next = new Date(now().getTime() + retrySeconds(tries, Math.random()) * 1000);
      await waitUntil(dependencies, tried, next, 'It waits until the alert itself is delivered.');
      return 'comes-back';
    }
    if (step === 'nothing-to-do') return 'done';
    const { answer, findings } = step;
    const isNoted = await note('delivered', answer, { ...(findings !== undefined && { findings }) });
    // What ends an incident asks the row whether it was opened. Under its key, the same message opens no second one.
    if (isNoted || channel.receiver.resolve === undefined) return 'done';
    await comeBack(dependencies, { record, channel, seconds: retrySeconds(tries, Math.random()) });
    return 'comes-back';
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
    const seconds = Math.min(Math.max(asked, retrySeconds(tries, Math.random())), (end - time) / 1000);
    const invisible = await comeBack(dependencies, { record, channel, seconds });
    await note('failing', reason, { nextTry: new Date(time + invisible * 1000).toISOString() });
    return 'comes-back';
  }
}

/** `wait`: an earlier message must be first. `nothing-to-do`: what it is about is over. */
type Step = { readonly answer: string; readonly findings?: number } | 'wait' | 'nothing-to-do';

/** Does what a message asks for. @throws whatever the receiver throws, and NotTakenError. */
async function takeStep(
  { deliveries, now, logger }: NotifyDependencies,
  { channel: { settings, receiver }, queued, end }: Try,
  signal: AbortSignal,
): Promise<Step> {
  if (queued === undefined) throw new NotTakenError('The message is of another version, or none of ours.');
  const { alertId, kind, message } = queued;
  if (kind === 'resolved') {
    const { data: resolved } = resolvedMessageSchema.safeParse(jsonOf(message));
    if (resolved === undefined) throw new NotTakenError('The message is of another version, or none of ours.');
    if (receiver.resolve === undefined) return 'nothing-to-do';
    const step = resolving(await deliveries.earlier(alertId, settings.name));
    if (step === 'nothing-to-resolve') return 'nothing-to-do';
    // The row may have missed that the alert was delivered: in the end it is resolved all the same.
    if (step === 'wait' && now().getTime() < end) return 'wait';
    return { answer: await receiver.resolve(resolved, signal), findings: resolved.findings };
  }
  if (receiver.resolve !== undefined && kind !== 'test') {
    // A page is never held back because a row can't be read.
    const earlier = await deliveries.earlier(alertId, settings.name).catch((error: unknown) => {
      logger.warn("What became of an alert's earlier messages could not be read", { error: errorText(error) });
      return undefined;
    });
    if (earlier !== undefined && isResolvedAlready(earlier, findingsOf(message))) return 'nothing-to-do';
  }
  return { answer: await sendMessage(receiver, message, signal) };
}

/** How many findings a message tells of. */
function findingsOf(json: string): number {
  const { data } = alertMessageSchema.safeParse(jsonOf(json));
  if (data?.kind === 'summary') return data.findings;
  return data?.kind === 'alert' ? 1 : Number.POSITIVE_INFINITY;
}

/** @returns the answer. @throws whatever the receiver throws, and NotTakenError for what is none of our messages. */
async function sendMessage(receiver: Receiver, json: string, signal: AbortSignal): Promise<string> {
  const parsed = alertMessageSchema.safeParse(jsonOf(json));
  if (!parsed.success) throw new NotTakenError('The message is none of the published schema, or of another version.');
  const message: AlertMessage = parsed.data;
  return receiver.send({ message, json }, signal);
}

/** Gives an attempt its time. @throws whatever it throws, and NotTakenError if its time is over. */
async function within<Result>(
  { attemptMilliseconds = ATTEMPT_MILLISECONDS }: NotifyDependencies,
  attempt: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeIsOver = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new NotTakenError(`No answer within ${attemptMilliseconds / 1000} seconds.`));
      controller.abort();
    }, attemptMilliseconds);
  });
  try {
    return await Promise.race([attempt(controller.signal), timeIsOver]);
  } finally {
    clearTimeout(timer);
  }
}

/** Puts a message off to a time, or as far as SQS can. Never throws. */
async function waitUntil(
  dependencies: NotifyDependencies,
  handled: Handled,
  time: Date,
  reason: string,
): Promise<void> {
  const { record, channel } = handled;
  const at = dependencies.now();
  await comeBack(dependencies, { record, channel, seconds: (time.getTime() - at.getTime()) / 1000 });
  await noteDelivery(dependencies, handled, {
    state: 'waiting',
    at: at.toISOString(),
    tries: receivesOf(record) - 1,
    answer: reason,
    nextTry: time.toISOString(),
  });
}

/** The row is there to be looked at: what can't be noted must not send a message twice. Never throws. @returns whether it is noted. */
async function noteDelivery(
  { deliveries, logger }: NotifyDependencies,
  { channel, queued }: Handled,
  state: DeliveryState,
): Promise<boolean> {
  if (queued === undefined || queued.kind === 'test') return true;
  const { name } = channel.settings;
  try {
    await deliveries.note(queued.alertId, { channel: name, notice: noticeOf(queued), ...state });
    return true;
  } catch (error) {
    logger.warn("The state of a channel could not be noted in the alert's row", { error: errorText(error) });
    return false;
  }
}

function noticeOf({ kind, message }: z.infer<typeof queuedMessageSchema>): DeliveryNotice {
  if (kind === 'resolved') return 'resolved';
  if (kind !== 'storm') return kind === 'summary' ? 'summary' : 'first';
  const { success } = z.object({ collapsed: z.object({}) }).safeParse(jsonOf(message));
  return success ? 'summary' : 'first';
}

interface ComingBack {
  readonly record: SQSRecord;
  readonly channel: NotifyChannel;
  readonly seconds: number;
}

/** Sets when a message comes back. If that fails, it comes back after the queue's own time. Never throws. @returns the seconds. */
async function comeBack(
  { sqs, queuePrefix, logger }: NotifyDependencies,
  { record, channel, seconds }: ComingBack,
): Promise<number> {
  const VisibilityTimeout = Math.max(1, Math.min(MAX_INVISIBLE_SECONDS, Math.ceil(seconds)));
  try {
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queuePrefix + channel.settings.name,
        ReceiptHandle: record.receiptHandle,
        VisibilityTimeout,
      }),
    );
  } catch (error) {
    logger.warn('The delay of a message could not be set', { error: errorText(error) });
  }
  return VisibilityTimeout;
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
