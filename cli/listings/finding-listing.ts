import type { IndexedFinding } from '../../lambda/store/findings/indexed-finding.ts';
import type { Listing } from '../output/listing.ts';
import type { Zone } from '../time/time-zone.ts';
import { findingColumns } from './finding-columns.ts';

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
    columns: findingColumns(zone, now, [
      { title: 'Alert', text: ({ alertId }) => alertId, style: () => 'faint', keep: 'always', leaveOut: 6 },
    ]),
    json: (finding) => {
      const rest = Object.keys(finding).filter((name) => !FIRST.some((first) => first === name));
      return Object.fromEntries([...FIRST, ...rest.toSorted()].map((name) => [name, finding[name]]));
    },
    csv: {
      ...Object.fromEntries(FIRST.map((name) => [name, (finding: IndexedFinding) => csvText(finding[name])] as const)),
    },
  };
}

function csvText(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value.join(' ');
}
