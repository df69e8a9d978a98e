import type { Level } from '../../detection/index.ts';
import type { Notice, NoticeKind } from '../messages/alert-notice.ts';

/** Sent with every message, for subscribers' filter policies. One that is empty isn't sent. */
export type MessageAttributes = Readonly<Record<string, string>>;

/** A notice as one channel shows it. The alert's row keeps it until it was sent. */
export interface ChannelMessage {
  /** For channels that have subjects. */
  readonly subject?: string;
  readonly body: string;
}

/** What is known about every message apart from its text: for topics, filter policies and keys that group repeats. */
export interface Envelope {
  /** The same for every message about an alert, and for every repeat of a message. */
  readonly alertId: string;
  readonly kind: NoticeKind;
  readonly level: Level;
  readonly attributes: MessageAttributes;
}

/**
 * One way to reach those who receive alerts. A new one is a file in this folder and a line in all-channels.ts. Its
 * target (a topic, a queue of its own, an address) is passed to it when it is made.
 */
export interface Channel {
  /**
   * Unique among channels. It is stored in the rows of alerts: when a channel gets another name, what waits under its
   * old name is never sent.
   */
  readonly name: string;
  /**
   * Channels with the same value have the same message for a notice, and the alert's row keeps it once for all of them,
   * under this name. No channel has it as its name.
   */
  readonly sharedMessage?: string;
  /** Where rows have its message that were made before a setting changed. */
  readonly formerMessage?: string;
  /**
   * The notice in this channel's form; undefined if the channel doesn't take it. Pure: it is called once for an
   * alert, and again for each try of a summary. The channel chooses the bounds of its text. All messages of an alert
   * must fit into its row together, so stay below 100 KB unless the receiver needs more.
   * @param deployment the deployment's name, for commands.
   */
  render(notice: Notice, deployment: string): ChannelMessage | undefined;
  /**
   * Hands the message over. The same message may be sent again after a crash.
   * @param signal ends the attempt: a message that isn't accepted by then counts as failed, and is tried again.
   * @throws any error, if the message was not accepted. The error's message is logged and kept in the alert's row, so
   *   it must hold no secret, such as a secret address.
   */
  send(message: ChannelMessage, envelope: Envelope, signal: AbortSignal): Promise<void>;
}
