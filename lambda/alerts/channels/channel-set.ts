import type { Notice } from '../messages/alert-notice.ts';
import { type AlertPublication, attributesOf } from './alert-publication.ts';
import type { Channel, ChannelMessage } from './channel.ts';
import { type ChannelState, type ChannelStates, failed, isDue, sent, UNTRIED } from './channel-state.ts';

/** Milliseconds that an attempt may take. SNS answers within a tenth of a second. */
const ATTEMPT_MILLISECONDS = 5000;

/**
 * Attempts in a row without an answer after which a channel rests, because each one would delay the alerts behind it.
 */
const UNANSWERED_BEFORE_REST = 2;
const REST_MILLISECONDS = 60_000;

/** Bytes of an alert's messages together: DynamoDB takes rows of 400 KB, and a row holds more than messages. */
const MAX_MESSAGES_BYTES = 360 * 1024;

export interface ChannelSetOptions {
  readonly channels: readonly Channel[];
  /** The deployment's name, for commands in messages. */
  readonly deployment: string;
  readonly now: () => Date;
  /** Called for each attempt that failed, and for each message that could not be made. */
  readonly onFailure: (failure: ChannelFailure) => void;
  /** Milliseconds that an attempt may take. Default 5,000. */
  readonly attemptMilliseconds?: number;
}

export interface ChannelFailure {
  readonly alertId: string;
  /** The channel's name. */
  readonly channel: string;
  readonly error: unknown;
  /** Its state after the attempt: `pending` channels are tried again. */
  readonly state: ChannelState['state'];
}

/** The channels of a deployment: each renders and sends by itself, and none can stop another one. */
export class ChannelSet {
  readonly #options: ChannelSetOptions;
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #unanswered = new Map<string, { readonly inARow: number; readonly restsUntil: number }>();

  constructor(options: ChannelSetOptions) {
    this.#options = options;
    this.#channels = new Map(options.channels.map((channel) => [channel.name, channel]));
  }

  /**
   * A notice in the form of each channel that takes it, and the channels' states before any attempt. A channel whose
   * rendering throws has no message: its attempts fail until it is given up, and then an alarm rings.
   */
  prepare(notice: Notice): { readonly publication: AlertPublication; readonly channels: ChannelStates } {
    const alertId = notice.kind === 'storm' ? notice.storm.alertId : notice.alert.alertId;
    const level = notice.kind === 'storm' ? notice.storm.level : notice.alert.level;
    const messages: Record<string, ChannelMessage> = {};
    const channels: Record<string, ChannelState> = {};
    let room = MAX_MESSAGES_BYTES;
    for (const channel of this.#options.channels) {
      const { name } = channel;
      try {
        const message = channel.render(notice, this.#options.deployment);
        if (message === undefined) continue;
        channels[name] = UNTRIED;
        const key = channel.sharedMessage ?? name;
        if (messages[key] !== undefined) continue;
        const bytes = Buffer.byteLength(message.body) + Buffer.byteLength(message.subject ?? '');
        if (bytes > room) throw new Error(`The message has ${bytes} bytes, and the alert's row has room for ${room}.`);
        room -= bytes;
        messages[key] = message;
      } catch (error) {
        channels[name] = UNTRIED;
        this.#options.onFailure({ alertId, channel: name, error, state: 'pending' });
      }
    }
    return { publication: { kind: notice.kind, level, attributes: attributesOf(notice), messages }, channels };
  }

  /**
   * Tries every channel that is due, all at the same time, each for a few seconds at most. Never throws.
   * @param mayTry called with each channel's name. When it returns false, the channel stays as it is.
   * @returns the channels' states afterwards.
   */
  async deliver(
    alertId: string,
    publication: AlertPublication,
    states: ChannelStates,
    mayTry: (name: string) => boolean = () => true,
  ): Promise<ChannelStates> {
    const now = this.#options.now();
    const tried = Object.entries(states).map(async ([name, before]): Promise<[string, ChannelState]> => {
      if (!isDue(before, now) || !mayTry(name)) return [name, before];
      try {
        await this.#attempt(name, alertId, publication);
        return [name, sent(before, this.#options.now())];
      } catch (error) {
        const after = failed(before, this.#options.now(), error);
        this.#options.onFailure({ alertId, channel: name, error, state: after.state });
        return [name, after];
      }
    });
    return Object.fromEntries(await Promise.all(tried));
  }

  async #attempt(name: string, alertId: string, publication: AlertPublication): Promise<void> {
    const { messages, ...common } = publication;
    const channel = this.#channels.get(name);
    if (channel === undefined) throw new Error(`This deployment has no channel "${name}" (any more).`);
    const message = messages[channel.sharedMessage ?? name] ?? messages[channel.formerMessage ?? name];
    if (message === undefined) throw new Error(`The message for the channel "${name}" could not be made.`);
    const { inARow = 0, restsUntil = 0 } = this.#unanswered.get(name) ?? {};
    const now = this.#options.now().getTime();
    if (now < restsUntil) throw new Error(`The channel "${name}" didn't answer ${inARow} times in a row.`);
    const { attemptMilliseconds = ATTEMPT_MILLISECONDS } = this.#options;
    try {
      await within(attemptMilliseconds, (signal) => channel.send(message, { alertId, ...common }, signal));
      this.#unanswered.delete(name);
    } catch (error) {
      if (!(error instanceof NoAnswerError)) {
        this.#unanswered.delete(name);
        throw error;
      }
      const unanswered = inARow + 1;
      const rests = unanswered >= UNANSWERED_BEFORE_REST;
      this.#unanswered.set(name, { inARow: unanswered, restsUntil: rests ? now + REST_MILLISECONDS : 0 });
      throw error;
    }
  }
}

class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/**
 * Runs something that may take some time. @throws NoAnswerError if the time is over, even if it ignores the signal.
 */
async function within(milliseconds: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeIsOver = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new NoAnswerError(`No answer within ${milliseconds / 1000} seconds.`));
      controller.abort();
    }, milliseconds);
  });
  try {
    await Promise.race([work(controller.signal), timeIsOver]);
  } finally {
    clearTimeout(timer);
  }
}
