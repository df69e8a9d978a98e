import { apiActivity } from '../../../lambda/ocsf/api-activity.ts';
import type { EventDetail } from '../../../lambda/store/questions/indexed-event.ts';
import { eventJson, eventListing } from '../../listings/event-listing.ts';
import type { Zone } from '../../time/time-zone.ts';
import type { ColumnType, ExportedForm, ParquetColumn } from './exported-form.ts';

/** Members of an event that aren't texts. */
const TYPES: Readonly<Record<string, ColumnType>> = {
  eventTime: 'time',
  console: 'flag',
  mfa: 'flag',
  resourcesCut: 'flag',
  resourceCount: 'number',
  index: 'number',
};

/** Events as they are exported: what `events` prints of them, and every resource. */
export function exportedEvents(zone: Zone, now: Date): ExportedForm<EventDetail> {
  const { csv, ...listing } = eventListing(zone, now);
  const columns = Object.entries(csv).map(([name, value]): [string, ParquetColumn<EventDetail>] => [
    name,
    { type: TYPES[name] ?? 'text', value },
  ]);
  return {
    listing: {
      ...listing,
      json: (event) => {
        const { receipt, ...members } = eventJson(event);
        return { ...members, resources: event.resources, receipt };
      },
      csv: { ...csv, resources: ({ resources }) => resources.join(' ') },
    },
    ocsf: apiActivity,
    columns: {
      ...Object.fromEntries(columns),
      resources: { type: 'texts', value: ({ resources }) => [...resources] },
    },
  };
}
