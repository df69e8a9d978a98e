import { createHash } from 'node:crypto';

/**
 * The identity of a raw record that nobody has read as an event (an event has its own, which looks further for the
 * account): what makes a record one and the same however often it is delivered: its eventID, and 8 hexadecimal digits of the
 * SHA-256 of eventTime, eventSource, eventName and recipientAccountId, since eventIDs alone are not always unique.
 * Undefined where the record has no eventID: then no two deliveries can be known to be the same.
 */
export function recordIdentity(record: object): string | undefined {
  const fields: Record<string, unknown> = { ...record };
  const text = (key: string): string => {
    const value = fields[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  // Aggregated events spell it otherwise.
  const eventID = text('eventID') || text('eventId');
  if (eventID === '') return undefined;
  const parts = ['eventTime', 'eventSource', 'eventName', 'recipientAccountId'].map(text);
  return `${eventID}#${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8)}`;
}
