import type { DetectorOptions } from '../../../lambda/detection/detector.ts';
import type { CorrelationFinding, Detector } from '../../../lambda/detection/index.ts';
import { detectorOf, rulesOfNames } from '../support.ts';

/** A rule that matches events named `a`, and another for `b`. */
export const BASES = rulesOfNames('a', 'b');

export const SECTION = `type: first_seen
rules: [a]
group-by: [user]
fields: [call]
timespan: 3d
learning: 0d`;

export function ruleOf(section: string, extra = 'title: First\nid: first-id\nlevel: high\n'): string {
  const lines = section.split('\n').map((line) => `  ${line}`);
  return `${extra}correlation:\n${lines.join('\n')}\n`;
}

export interface Sent {
  /** Days after 2026-01-01, at noon; with a part of a day, later or earlier on it. */
  readonly day: number;
  readonly id?: string;
  readonly name?: string;
  readonly [field: string]: unknown;
}

export function timeOf(day: number): number {
  return Date.UTC(2026, 0, 1, 12) + day * 86_400_000;
}

export function eventOf({ day, id = `e${day}`, name = 'a', ...rest }: Sent): object {
  return {
    eventID: id,
    eventTime: new Date(timeOf(day)).toISOString(),
    eventName: name,
    user: 'u',
    call: 'c',
    ...rest,
  };
}

export function seenDetector(section = SECTION, options: DetectorOptions = {}): Detector {
  return detectorOf([BASES, ruleOf(section)], options);
}

/** What fires for each event: its id, and the group and values. */
export function play(events: readonly Sent[], section = SECTION, options: DetectorOptions = {}): string[] {
  const detector = seenDetector(section, options);
  return events.flatMap((sent) => detector.correlate(eventOf(sent), timeOf(sent.day)).map(brief));
}

export function brief({ eventIDs, group }: CorrelationFinding): string {
  return `${eventIDs.join()}: ${Object.values(group).join(' ')}`;
}
