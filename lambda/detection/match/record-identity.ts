import { hash } from 'node:crypto';

type Field = 'eventID' | 'eventId' | 'eventTime' | 'eventSource' | 'eventName' | 'recipientAccountId';

/**
 * The identity of a raw record, which is the same for each of its deliveries: its eventID, and 8 hexadecimal digits of
 * the SHA-256 of eventTime, eventSource, eventName and recipientAccountId, because eventIDs alone are not always
 * unique. (An event has an identity of its own, which searches more members for the account.) Undefined if the record
 * has no eventID: then two deliveries can't be recognised as the same.
 */
export function recordIdentity(record: object): string | undefined {
  const fields: Partial<Record<Field, unknown>> = record;
  const text = (key: Field): string => {
    const value = Object.hasOwn(record, key) ? fields[key] : undefined;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  // Aggregated events spell it differently.
  const eventID = text('eventID') || text('eventId');
  if (eventID === '') return undefined;
  const parts = [text('eventTime'), text('eventSource'), text('eventName'), text('recipientAccountId')];
  return `${eventID}#${hash('sha256', parts.join('\n'), 'hex').slice(0, 8)}`;
}
