import type { Level } from '../../detection/index.ts';
import type { Notice, NoticeKind } from '../messages/notice.ts';
import type { MessageAttributes } from './publication.ts';

/** A notice as one channel shows it. The alert's row keeps it until it was sent. */
export interface ChannelMessage {
  /** For channels that have such a thing. */
  readonly subject?: string;
  readonly body: string;
}

/** What is known of every message beside its text: for topics, filter policies and keys that join repeats. */
export interface Envelope {
  /** The same for every message about an alert, and for every repeat of a message. */
  readonly alertId: string;
  readonly kind: NoticeKind;
  readonly level: Level;
  readonly attributes: MessageAttributes;
}

/**
 * One way to those who are told of alerts. A new one is a file in this folder and a line in all-channels.ts; what it
 * sends to (a topic, an own queue, an address) is given to it when it is made.
 */
export interface Channel {
  /**
   * Unique among channels. It stands in the rows of alerts: a channel that gets another name leaves what its old name
   * had still to send undelivered.
   */
  readonly name: string;
  /**
   * The notice in this channel's form; undefined where the channel doesn't take it. Pure: it is called once for an
   * alert, and again for each try of a summary. Text bounds are the channel's own; all messages of an alert together
   * must fit into its row, so stay below 100 KB where the receiver doesn't need more.
   * @param deployment the deployment's name, for commands.
   */
  render(notice: Notice, deployment: string): ChannelMessage | undefined;
  /**
   * Hands the message over. The same message may be sent again after a crash.
   * @param signal ends the attempt: what hasn't been taken by then counts as failed, and is tried again.
   * @throws whatever kept the message from being taken. Its message is logged and kept in the alert's row: it must hold
   *   no secret, such as an address that is one.
   */
  send(message: ChannelMessage, envelope: Envelope, signal: AbortSignal): Promise<void>;
}
