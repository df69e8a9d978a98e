import type { IndexedEvent } from '../../../lambda/store/questions/indexed-event.ts';
import type { Column } from '../../output/table.ts';
import type { Zone } from '../../time/time-zone.ts';

/** The same done again and again, with nothing else in between. */
export interface Run {
  readonly first: IndexedEvent;
  readonly last: IndexedEvent;
  readonly count: number;
}

/** Folds events that follow each other and differ in nothing but time and ids. Their order stays. */
export function foldRuns(events: readonly IndexedEvent[]): readonly Run[] {
  const runs: Run[] = [];
  for (const event of events) {
    const run = runs.at(-1);
    if (run !== undefined && sameness(run.first) === sameness(event)) {
      runs[runs.length - 1] = { ...run, last: event, count: run.count + 1 };
    } else runs.push({ first: event, last: event, count: 1 });
  }
  return runs;
}

function sameness(event: IndexedEvent): string {
  const { actor, session, action, account, awsRegion, outcome, errorCode, resource, address, accessKeyId } = event;
  return JSON.stringify([
    ...[actor, session, action, account, awsRegion, outcome, errorCode],
    ...[resource, address ?? event.sourceIPAddress, accessKeyId],
  ]);
}

/** The columns of events for runs: of each its first event, and how often it was done, from when to when. */
export function runColumns(columns: readonly Column<IndexedEvent>[], zone: Zone): readonly Column<Run>[] {
  return columns.map(({ title, parts }, index) => ({
    title,
    parts: [
      ...parts.map(({ text, style, ...part }) => ({
        ...part,
        text: (run: Run) => text(run.first),
        ...(style && { style: (run: Run) => style(run.first) }),
      })),
      ...(index === 0 ? [{ title: 'Times', text: (run: Run) => timesText(run, zone), keep: 'first' as const }] : []),
    ],
  }));
}

/** `x 212, 13:02 to 13:09`, with the day where it is another one; undefined for what was done once. */
function timesText({ first, last, count }: Run, zone: Zone): string | undefined {
  if (count === 1) return undefined;
  const [from, to] = [first, last].map(({ eventTime }) => zone.format(new Date(eventTime)).slice(0, 16));
  if (from === undefined || to === undefined) return undefined;
  const isSameDay = from.slice(0, 10) === to.slice(0, 10);
  return `x ${count}, ${from.slice(11)} to ${isSameDay ? to.slice(11) : to}`;
}
