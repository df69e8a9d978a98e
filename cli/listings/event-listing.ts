import { KNOWN_MEMBERS, namedId, placeText } from '../../lambda/cloudtrail/directory.ts';
import type { IndexedEvent } from '../../lambda/store/questions/indexed-event.ts';
import type { Listing } from '../output/listing.ts';
import { outcomeStyle } from '../output/text-style.ts';
import { relativeTime } from '../time/relative-time.ts';
import type { Zone } from '../time/time-zone.ts';
import { actorText, resourceText } from './event-text.ts';

/** The members of an event as programs get them, in this order. */
const MEMBERS = [
  'eventID',
  'identity',
  'eventTime',
  'actor',
  'actorKind',
  'actorName',
  'session',
  'via',
  'action',
  'eventSource',
  'eventName',
  'account',
  'awsRegion',
  'access',
  'outcome',
  'errorCode',
  'errorMessage',
  'category',
  'credential',
  'accessKeyId',
  'console',
  'mfa',
  'address',
  'sourceIPAddress',
  'userAgent',
  'resource',
  'resourceCount',
  'resourcesCut',
  ...KNOWN_MEMBERS,
] as const satisfies readonly (keyof IndexedEvent)[];

/** An event as JSON: the members of the index, and the receipt. */
export function eventJson(event: IndexedEvent): Readonly<Record<string, unknown>> {
  const { bucket, key, version, index } = event.receipt;
  return {
    ...Object.fromEntries(MEMBERS.map((name) => [name, event[name]])),
    receipt: { bucket, key, version, index },
  };
}

/** How events are listed. Times are shown in the zone; JSON and CSV keep those of the record, in UTC. */
export function eventListing(zone: Zone, now: Date): Listing<IndexedEvent> {
  return {
    nothing: 'No events.',
    columns: [
      {
        title: `When (${zone.name})`,
        parts: [
          { title: `Time (${zone.name})`, text: ({ eventTime }) => zone.format(new Date(eventTime)), keep: 'first' },
          { title: 'Ago', text: ({ eventTime }) => relativeTime(new Date(eventTime), now), style: () => 'faint' },
          {
            title: 'Outcome',
            text: ({ outcome, errorCode }) => (errorCode === undefined ? outcome : `${outcome}: ${errorCode}`),
            style: ({ outcome }) => outcomeStyle(outcome),
          },
        ],
      },
      {
        title: 'Who, from where',
        parts: [
          { title: 'Who', text: actorText, style: ({ actorKind }) => (actorKind === 'root' ? 'bad' : 'plain') },
          { title: 'From', text: ({ address, sourceIPAddress }) => address ?? sourceIPAddress },
          { title: 'Place', text: placeText, style: () => 'faint' },
        ],
      },
      {
        title: 'What, to what',
        parts: [
          { title: 'Action', text: ({ action }) => action, style: () => 'notable' },
          { title: 'Resource', text: resourceText },
          {
            title: 'Account',
            text: ({ account, accountName, awsRegion }) => `${namedId(account, accountName)} ${awsRegion}`,
            style: () => 'faint',
          },
          { title: 'Access key', text: ({ accessKeyId }) => accessKeyId, style: () => 'faint', keep: 'always' },
          { title: 'Event', text: ({ eventID }) => eventID, style: () => 'faint', keep: 'always' },
        ],
      },
    ],
    json: eventJson,
    csv: {
      ...Object.fromEntries(MEMBERS.map((name) => [name, (event: IndexedEvent) => event[name]])),
      bucket: ({ receipt }) => receipt.bucket,
      key: ({ receipt }) => receipt.key,
      version: ({ receipt }) => receipt.version,
      index: ({ receipt }) => receipt.index,
    },
  };
}
