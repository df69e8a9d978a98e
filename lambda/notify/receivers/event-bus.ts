import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { NotTakenError } from '../errors/not-taken-error.ts';
import { ocsfFinding } from './ocsf.ts';
import type { Delivery, Receiver } from './receiver.ts';

export interface EventBusOptions {
  readonly events: EventBridgeClient;
  /** The bus's ARN. */
  readonly bus: string;
  /** `alert`: the published schema. `ocsf`: a Detection Finding. */
  readonly format?: 'alert' | 'ocsf';
}

/** What the rules of a bus match. */
export const EVENT_SOURCE = 'trailwarden';
export const DETAIL_TYPES = { alert: 'Trailwarden Alert', ocsf: 'OCSF Detection Finding' } as const;

/** An event bus of EventBridge. */
export function eventBusReceiver({ events, bus, format = 'alert' }: EventBusOptions): Receiver {
  return {
    send: async ({ message, json }: Delivery, abortSignal) => {
      const command = new PutEventsCommand({
        Entries: [
          {
            EventBusName: bus,
            Source: EVENT_SOURCE,
            DetailType: DETAIL_TYPES[format],
            Detail: format === 'ocsf' ? JSON.stringify(ocsfFinding(message)) : json,
          },
        ],
      });
      const { Entries = [] } = await events.send(command, { abortSignal });
      // The call succeeds although the entry is refused.
      const [entry] = Entries;
      if (entry?.EventId === undefined) {
        throw new NotTakenError(`EventBridge refused the event (${entry?.ErrorCode ?? 'no reason given'}).`);
      }
      return `EventBridge: event ${entry.EventId}`;
    },
  };
}
