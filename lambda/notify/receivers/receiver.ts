import type { AlertMessage } from '../../alerts/messages/message-schema.ts';
import type { ResolvedMessage } from '../../alerts/messages/resolved-message.ts';

/** A message on its way to a receiver. */
export interface Delivery {
  readonly message: AlertMessage;
  /** The message as JSON, byte for byte as it was queued. */
  readonly json: string;
}

/** The other side of a channel. */
export interface Receiver {
  /**
   * Sends a message. It may be sent again under the same alert id.
   * @returns what the other side answered, in one line without secrets.
   * @throws NotTakenError, or an SDK's error.
   */
  send(delivery: Delivery, signal: AbortSignal): Promise<string>;
  /** Ends what the messages of an alert have opened; absent where they open nothing. As `send` otherwise. */
  resolve?(resolved: ResolvedMessage, signal: AbortSignal): Promise<string>;
}
