import { counted } from '../../../lambda/shared/counted.ts';
import { CALL_MILLISECONDS, PAGE_EVENTS } from './look-up.ts';
import type { FirstPage } from './pull-region.ts';

/** Events that a region gives in a second. */
const EVENTS_PER_SECOND = (PAGE_EVENTS * 1000) / CALL_MILLISECONDS;

/** What is known before anything is asked. */
export const PACE = `LookupEvents gives ${EVENTS_PER_SECOND} events a second and region, regions at once: a million events of one region take ${hours(1_000_000)} hours.`;

/** What the newest page of each region lets one expect; nothing where none came. */
export function expectation(pages: readonly FirstPage[]): string | undefined {
  if (pages.length === 0) return undefined;
  const regions = pages.map((page) => ({ region: page.region, events: expectedEvents(page) }));
  const events = regions.reduce((sum, region) => sum + region.events, 0);
  const [most] = regions.toSorted((a, b) => b.events - a.events);
  if (most === undefined || events === 0) {
    return pages.some(({ hasMore }) => hasMore) ? undefined : 'There is nothing new.';
  }
  const seconds = most.events / EVENTS_PER_SECOND;
  const where =
    rounded(most.events) !== rounded(events)
      ? `, ${rounded(most.events).toLocaleString('en-US')} of them in ${most.region}`
      : '';
  return `As the newest of each region go, these are about ${counted(rounded(events), 'event')}${where}: ${durationText(seconds)}. What is read is kept: a run that is interrupted goes on where it stopped.`;
}

function expectedEvents({ events, seconds, askedSeconds, hasMore }: FirstPage): number {
  if (!hasMore) return events;
  return Math.max(events, (events * askedSeconds) / Math.max(1, seconds));
}

function hours(events: number): string {
  return (events / EVENTS_PER_SECOND / 3600).toFixed(1);
}

/** Two digits that count. */
function rounded(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.round(count / unit) * unit;
}

function durationText(seconds: number): string {
  if (seconds < 90) return 'a minute or so';
  if (seconds < 90 * 60) return `about ${Math.round(seconds / 60)} minutes`;
  return `about ${(seconds / 3600).toFixed(1)} hours`;
}
