import { type MadeEvent, type MadeOrganization, madeEvents } from '../made/events.ts';

/** The UTC day of what is made. */
export const DAY = '2026-11-18';
/** When it is written and packed. */
export const NOW = new Date('2026-11-20T12:00:00Z');

/** A log object that was made. */
export interface MadeObject {
  readonly key: string;
  readonly version: string;
  readonly events: readonly MadeEvent[];
}

/** Objects of so many events each, in the order in which they fill. */
export function madeObjects(
  eventsPerObject: number,
  count: number,
  dataEvents: MadeOrganization['dataEvents'] = 0,
): readonly MadeObject[] {
  const organization = { seed: 20_261_118, eventsPerObject: [eventsPerObject], dataEvents };
  const open = new Map<string, MadeEvent[]>();
  const objects: MadeObject[] = [];
  const keys = new Set<string>();
  for (const event of madeEvents(organization, DAY, count * eventsPerObject * 2)) {
    const { key } = event.receipt;
    const place = key.slice(0, key.indexOf(DAY.replaceAll('-', '/')));
    const events = open.get(place) ?? [];
    // An object begins with an event whose name for it isn't taken.
    if (events.length === 0 && keys.has(key)) continue;
    open.set(place, events);
    keys.add(events[0]?.receipt.key ?? key);
    const [first = event] = events;
    const { key: ownKey, version } = first.receipt;
    events.push({ ...event, receipt: { bucket: 'cost-logs', key: ownKey, version, index: events.length } });
    if (events.length < eventsPerObject) continue;
    objects.push({ key: ownKey, version, events });
    open.delete(place);
    if (objects.length === count) break;
  }
  return objects;
}

/** The call of ingest that S3 causes with a log object. */
export function notification(bucket: string, key: string) {
  const body = {
    Records: [
      {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        eventTime: NOW.toISOString(),
        s3: { bucket: { name: bucket }, object: { key } },
      },
    ],
  };
  return {
    Records: [
      {
        messageId: key,
        receiptHandle: key,
        body: JSON.stringify(body),
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: String(NOW.getTime()),
          SenderId: 's3',
          ApproximateFirstReceiveTimestamp: String(NOW.getTime()),
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:cost-logs',
        awsRegion: 'us-east-1',
      },
    ],
  };
}
