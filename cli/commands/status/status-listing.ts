import { namedId } from '../../../lambda/cloudtrail/directory.ts';
import { accountName, type Names } from '../../../lambda/directory/names.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import type { HourStatus } from '../../../lambda/store/ledger/ledger-status.ts';
import type { Listing } from '../../output/listing.ts';
import type { Style } from '../../output/text-style.ts';
import type { Zone } from '../../time/time-zone.ts';

const MEMBERS = [
  'account',
  'region',
  'hour',
  'delivered',
  'processed',
  'failed',
  'open',
  'late',
  'missing',
  'records',
  'indexed',
  'rejected',
  'findings',
  'verified',
  'modified',
  'unvouched',
  'digest',
] as const satisfies readonly (keyof HourStatus)[];

const COUNTS = ['delivered', 'processed', 'failed', 'late', 'missing', 'records', 'indexed', 'rejected'] as const;

/** Whether somebody should look at an hour. */
export function hasTrouble({ failed, late, missing, modified, unvouched, digest }: HourStatus): boolean {
  return failed + late + missing + modified + unvouched > 0 || digest === 'invalid';
}

/** How hours are listed. Times are shown in the zone; JSON and CSV have them in UTC. */
export function statusListing(zone: Zone, names: Names): Listing<HourStatus> {
  return {
    nothing: 'Nothing was delivered in this time.',
    columns: [
      {
        title: `Hour (${zone.name})`,
        parts: [
          { title: `Hour (${zone.name})`, text: ({ hour }) => zone.format(new Date(hour)).slice(0, 16) },
          { title: 'Account', text: ({ account }) => namedId(account, accountName(names, account)) },
          { title: 'Region', text: ({ region }) => region },
        ],
      },
      ...COUNTS.map((name) => ({
        title: headingOf(name),
        parts: [
          {
            title: headingOf(name),
            text: (status: HourStatus) => String(status[name]),
            style: (status: HourStatus) => countStyle(name, status[name]),
          },
        ],
      })),
      {
        title: 'Digest',
        parts: [
          {
            title: 'Digest',
            text: ({ digest }) => digest,
            style: ({ digest }) => (digest === 'invalid' ? 'critical' : digest === 'valid' ? 'good' : 'faint'),
          },
        ],
      },
    ],
    json: (status) => Object.fromEntries(MEMBERS.map((name) => [name, status[name]])),
    csv: Object.fromEntries(MEMBERS.map((name) => [name, (status: HourStatus) => status[name]])),
  };
}

function headingOf(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

const TROUBLES: ReadonlySet<string> = new Set(['failed', 'late', 'missing', 'rejected']);

function countStyle(name: string, count: number): Style {
  if (count === 0) return 'faint';
  return TROUBLES.has(name) ? 'bad' : 'plain';
}

/** All hours in a sentence or two, which add up. */
export function totalsText(hours: readonly HourStatus[]): string {
  const sum = (name: (typeof COUNTS)[number] | 'open' | 'findings' | 'verified' | 'modified' | 'unvouched') =>
    hours.reduce((total, status) => total + status[name], 0);
  const vouched = `${sum('verified')} verified, ${sum('modified')} modified, ${sum('unvouched')} unvouched`;
  return [
    `${counted(sum('delivered'), 'log object')}: ${sum('processed')} processed, ${sum('failed')} failed, ${sum('open')} under way, ${sum('late')} late, ${sum('missing')} missing; by their digests ${vouched}.`,
    `${counted(sum('records'), 'record')}: ${sum('indexed')} indexed, ${sum('rejected')} rejected; ${counted(sum('findings'), 'finding')} about single events.`,
  ].join('\n');
}
