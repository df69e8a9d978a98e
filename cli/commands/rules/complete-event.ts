import { isJsonObject } from '../../../lambda/shared/json.ts';

/** The defaults of a test's event: enough to be read as an event of CloudTrail, too little to make a rule match. */
const HARMLESS = {
  eventVersion: '1.11',
  eventTime: '2026-01-01T00:00:00Z',
  eventSource: 'example.amazonaws.com',
  eventName: 'Example',
  awsRegion: 'us-east-1',
  eventType: 'AwsApiCall',
  eventCategory: 'Management',
  recipientAccountId: '111122223333',
} as const;

/**
 * A whole record from the few members that a test names. Maps are merged member by member, anything else is replaced;
 * null stays null, as in a record.
 * @param number tells the events of a test apart: each has an eventID of its own.
 */
export function completeEvent(
  number: number,
  ...layers: readonly Readonly<Record<string, unknown>>[]
): Record<string, unknown> {
  const eventID = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  return [{ eventID }, ...layers].reduce<Record<string, unknown>>(merge, HARMLESS);
}

function merge(
  under: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isJsonObject(before) && isJsonObject(value) ? merge(before, value) : value;
  }
  return merged;
}
