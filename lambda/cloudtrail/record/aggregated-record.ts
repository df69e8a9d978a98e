import { at, isJsonObject, type JsonObject, textAt } from '../../shared/json.ts';

/**
 * Aggregated data events, after "CloudTrail record contents for aggregated events" of the AWS CloudTrail User Guide:
 * CloudTrail sums up the data events of five minutes by API, by resource or by user. Such a record spells some members
 * differently from all other records, and has no eventName, because it describes many calls.
 */
const EVENT_TYPE = 'AwsAggregatedEvent';

/** Whether a record sums up data events. */
export function isAggregated(record: JsonObject): boolean {
  const { eventCategory, eventType } = record;
  return (
    (typeof eventCategory === 'string' && eventCategory.toLowerCase() === 'aggregated') || eventType === EVENT_TYPE
  );
}

/**
 * The members under the names that all other records have: `eventID` from eventId, `eventTime` from the window's start,
 * `recipientAccountId` from accountId, and the eventType for the missing eventName.
 */
export function withUsualMembers(record: JsonObject): JsonObject {
  const usual: JsonObject = {
    eventID: record.eventId ?? null,
    eventTime: at(record, 'timeWindow', 'windowStart') ?? null,
    recipientAccountId: record.accountId ?? null,
    eventName: EVENT_TYPE,
  };
  return { ...usual, ...record };
}

/** What the summary names in one of its dimensions: `eventName`, `resourceARN`, `userIdentity`. */
export function summarizedNames(record: JsonObject, dimension: 'eventName' | 'resourceARN'): readonly string[] {
  const details = at(record, 'summary', 'details');
  const parts = [at(record, 'summary', 'primaryDimension'), ...(Array.isArray(details) ? details : [])];
  return parts.flatMap((part) => {
    const statistics = at(part, 'statistics');
    if (textAt(part, 'dimension') !== dimension || !Array.isArray(statistics)) return [];
    return statistics.flatMap((statistic) => (isJsonObject(statistic) ? (textAt(statistic, 'name') ?? []) : []));
  });
}
