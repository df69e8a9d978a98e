import type { IndexedFinding } from '../../lambda/store/findings/indexed-finding.ts';
import type { Listing } from '../output/listing.ts';
import { levelStyle } from '../output/text-style.ts';
import { relativeTime } from '../time/relative-time.ts';
import type { Zone } from '../time/time-zone.ts';
import { actorText } from './event-text.ts';

/** The members of a finding that come first, in this order; what else it has comes after them, by name. */
const FIRST = [
  'findingId',
  'ruleId',
  'title',
  'level',
  'eventID',
  'eventTime',
  'actor',
  'actorKind',
  'action',
  'account',
  'region',
  'resources',
  'address',
  'outcome',
  'errorCode',
  'alertId',
] as const satisfies readonly (keyof IndexedFinding)[];

/** How findings are listed. */
export function findingListing(zone: Zone, now: Date): Listing<IndexedFinding> {
  return {
    nothing: 'No findings.',
    columns: [
      {
        title: `When (${zone.name})`,
        parts: [
          { title: `Time (${zone.name})`, text: ({ eventTime }) => zone.format(new Date(eventTime)), keep: 'first' },
          { title: 'Ago', text: ({ eventTime }) => relativeTime(new Date(eventTime), now), style: () => 'faint' },
          { title: 'Level', text: ({ level }) => level, style: ({ level }) => levelStyle(level) },
        ],
      },
      {
        title: 'What was found',
        parts: [
          { title: 'Rule', text: ({ title }) => title },
          { title: 'Action', text: ({ action }) => action, style: () => 'notable' },
          { title: 'Resource', text: ({ resources }) => resources[0] },
          { title: 'Event', text: ({ eventID }) => eventID, style: () => 'faint', keep: 'always' },
        ],
      },
      {
        title: 'About whom',
        parts: [
          { title: 'Who', text: whoText },
          { title: 'Account', text: ({ account, region }) => [account, region].filter(Boolean).join(' ') },
        ],
      },
    ],
    json: (finding) => {
      const rest = Object.keys(finding).filter((name) => !FIRST.some((first) => first === name));
      return Object.fromEntries([...FIRST, ...rest.toSorted()].map((name) => [name, finding[name]]));
    },
    csv: {
      ...Object.fromEntries(FIRST.map((name) => [name, (finding: IndexedFinding) => csvText(finding[name])] as const)),
    },
  };
}

function whoText({ actor, actorKind = 'unknown', session }: IndexedFinding): string | undefined {
  return actor === undefined ? undefined : actorText({ actor, actorKind, session });
}

function csvText(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value.join(' ');
}
