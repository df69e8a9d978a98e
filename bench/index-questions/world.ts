import type { MadeOrganization } from '../made/events.ts';

/** Ten days of an organization, of which half of the accounts have large log objects and half of them small ones. */
export const ORGANIZATION: MadeOrganization = { seed: 20_261_110, eventsPerObject: [50, 6] };
export const DAYS = 10;
export const FIRST_DAY = Date.UTC(2026, 10, 10);
export const NOW = new Date('2026-11-20T12:00:00Z');
export const SEGMENT_EVENTS = 200_000;
