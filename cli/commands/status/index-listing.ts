import { counted } from '../../../lambda/shared/counted.ts';
import type { IndexStatus } from '../../../lambda/store/segments/table/index-status.ts';
import type { Listing } from '../../output/listing.ts';
import type { Zone } from '../../time/time-zone.ts';

const MEMBERS = [
  'pagesWaiting',
  'oldestPage',
  'smallSegments',
  'oldestSmallSegment',
  'pagesLeftBehind',
  'tooOld',
] as const satisfies readonly (keyof IndexStatus)[];

/** How the state of the audit index is listed: one row. */
export function indexListing(zone: Zone): Listing<IndexStatus> {
  return {
    nothing: 'There is no audit index.',
    columns: [
      {
        title: 'Audit index',
        parts: [{ title: 'Audit index', text: (status) => indexText(status, zone) }],
      },
    ],
    json: (status) => Object.fromEntries(MEMBERS.map((name) => [name, status[name]])),
    csv: Object.fromEntries(MEMBERS.map((name) => [name, (status: IndexStatus) => status[name]])),
  };
}

/** What waits for pack, in a sentence. */
export function indexText(status: IndexStatus, zone: Zone): string {
  const since = (time: string | undefined): string =>
    time === undefined ? '' : ` since ${zone.format(new Date(time)).slice(0, 16)}`;
  const { pagesWaiting, oldestPage, smallSegments, oldestSmallSegment, pagesLeftBehind, tooOld } = status;
  return [
    `Index: ${counted(pagesWaiting, 'page waits', 'pages wait')} to be packed${since(oldestPage)}`,
    `${counted(smallSegments, 'small segment')} to be merged${since(oldestSmallSegment)}`,
    ...(pagesLeftBehind > 0 ? [`${counted(pagesLeftBehind, 'page')} can't be read by pack`] : []),
    ...(tooOld ? ['too long: see docs/runbook.md'] : []),
  ].join('; ');
}
