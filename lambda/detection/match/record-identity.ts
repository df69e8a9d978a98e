import { createHash } from 'node:crypto';

/**
 * The identity of a raw record, which is the same for each of its deliveries: its eventID, and 8 hexadecimal digits of
 * the SHA-256 of eventTime, eventSource, eventName and recipientAccountId, because eventIDs alone are not always
 * unique. (An event has an identity of its own, which searches more members for the account.) Undefined if the record
 * has no eventID: then two deliveries can't be recognised as the same.
 */
export function recordIdentity(record: object): string | undefined {
  const fields: Record<string, unknown> = { ...record };
  const text = (key: string): string => {
    const value = fields[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  // Aggregated events spell it differently.
  const eventID = text('eventID') || text('eventId');
  if (eventID === '') return undefined;
  const parts = ['eventTime', 'eventSource', 'eventName', 'recipientAccountId'].map(text);
  return `${eventID}#${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8)}`;
}
