import type { DetectorOptions } from '../../../lambda/detection/detector.ts';
import type { CorrelationFinding, Detector } from '../../../lambda/detection/index.ts';
import { detectorOf, rulesOfNames } from '../support.ts';

const START = Date.UTC(2026, 0, 1);
export const MINUTE = 60_000;

/** Rules `a`, `b` and `c` that match events of these names. */
export const BASE = rulesOfNames('a', 'b', 'c');

/** A correlation from the lines of its section. */
export function correlationOf(section: string, extra = 'title: C\nid: c-id\n'): string {
  const indented = section
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  return `${extra}correlation:\n${indented}\n`;
}

export interface Sent {
  /** Minutes after the start. */
  t: number;
  name?: string;
  user?: string | undefined;
  id?: string;
  /** Minutes after the start by the clock; `t` where it isn't given. */
  at?: number;
  [field: string]: unknown;
}

export function eventOf(sent: Sent): object {
  const { t, name = 'a', at: _at, user: _user, id: _id, ...rest } = sent;
  const user = 'user' in sent ? sent.user : 'u';
  return {
    eventID: sent.id ?? `e${t}-${name}-${user}`,
    eventTime: new Date(START + t * MINUTE).toISOString(),
    eventName: name,
    ...(user === undefined ? {} : { user }),
    ...rest,
  };
}

export function clockOf(minutes: number): number {
  return START + minutes * MINUTE;
}

/** A finding as the minutes from which to which it is, with what was counted. */
export function brief({ from, to, value }: CorrelationFinding): string {
  const minutes = (time: string): number => (Date.parse(time) - START) / MINUTE;
  return `${minutes(from)}-${minutes(to)}: ${value}`;
}

/** What fires for each event, in minutes, and `end:` what fires when all is over. */
export function play(
  section: string | readonly string[],
  events: readonly Sent[],
  options: DetectorOptions = {},
): string[] {
  const correlations = typeof section === 'string' ? [correlationOf(section)] : section;
  const detector = detectorOf([BASE, ...correlations], options);
  return feed(detector, events);
}

export function feed(detector: Detector, events: readonly Sent[]): string[] {
  const fired = events.flatMap((sent) => {
    const at = sent.at ?? sent.t;
    return detector.correlate(eventOf(sent), clockOf(at)).map((finding) => `at ${at}: ${brief(finding)}`);
  });
  return [...fired, ...detector.settle(Number.POSITIVE_INFINITY).map((finding) => `end: ${brief(finding)}`)];
}

/** Events of one rule at these minutes. */
export const at = (...minutes: number[]): Sent[] => minutes.map((t) => ({ t }));
