import type { IndexedEvent } from '../../../../../lambda/store/questions/indexed-event.ts';
import type { EventRow } from '../../../../../ui/protocol/answers.ts';
import { actorText } from '../../../../listings/event-text.ts';

/** An event as a row of the page's table. */
export function eventRow(event: IndexedEvent): EventRow {
  const { eventID, identity, eventTime, actor, action, access, outcome, errorCode, resource, account } = event;
  return {
    eventID,
    identity,
    eventTime,
    actor,
    who: actorText(event),
    action,
    access,
    outcome,
    ...(errorCode !== undefined && { errorCode }),
    ...(resource !== undefined && { resource }),
    more: event.resourcesCut === true ? -1 : Math.max(0, event.resourceCount - 1),
    ...addressOf(event),
    account,
    region: event.awsRegion,
    ...(event.accessKeyId !== undefined && { accessKeyId: event.accessKeyId }),
  };
}

function addressOf({ address, sourceIPAddress }: IndexedEvent): { readonly address?: string } {
  const shown = address ?? sourceIPAddress;
  return shown === undefined ? {} : { address: shown };
}
