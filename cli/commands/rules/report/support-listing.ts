import type { Listing } from '../../../output/listing.ts';
import { levelStyle } from '../../../output/text-style.ts';
import type { Zone } from '../../../time/time-zone.ts';
import type { PeriodCompleteness } from './period.ts';
import type { SupportRow } from './support-rows.ts';

/**
 * How the rules that support controls are listed.
 * @param tested when their tests ran.
 */
export function supportListing(zone: Zone, tested: Date, period: PeriodCompleteness): Listing<SupportRow> {
  const members = (row: SupportRow) => ({
    control: row.control,
    asks: row.asks,
    supports: row.ruleId !== undefined,
    beside: row.beside,
    ruleId: row.ruleId,
    title: row.title,
    level: row.level,
    tested: row.ruleId === undefined ? undefined : tested.toISOString(),
    testsPassed: row.testsPassed,
    testsFailed: row.testsFailed,
    lastFired: row.lastFired,
    since: period.since,
    until: period.until,
    recordsComplete: period.complete,
  });
  type Member = keyof ReturnType<typeof members>;
  const names: readonly Member[] = [
    ...(['control', 'asks', 'supports', 'beside', 'ruleId', 'title', 'level', 'tested'] as const),
    ...(['testsPassed', 'testsFailed', 'lastFired', 'since', 'until', 'recordsComplete'] as const),
  ];
  return {
    nothing: 'No controls.',
    columns: [
      {
        title: 'Control',
        parts: [
          { title: 'Control', text: ({ control }) => control, keep: 'always' },
          { title: 'Asks', text: ({ asks }) => asks, style: () => 'faint' },
        ],
      },
      {
        title: 'Rule',
        parts: [
          { title: 'Rule', text: ({ title }) => title ?? '' },
          { title: 'Level', text: ({ level }) => level ?? '', style: ({ level }) => levelStyle(level ?? '') },
        ],
      },
      {
        title: 'Tests',
        parts: [
          {
            title: 'Tests',
            text: testsText,
            style: ({ testsFailed = 0 }) => (testsFailed > 0 ? 'bad' : 'plain'),
          },
        ],
      },
      {
        title: 'Last fired',
        parts: [{ title: 'Last fired', text: ({ lastFired }) => firedText(lastFired, zone) }],
      },
    ],
    json: members,
    csv: Object.fromEntries(names.map((name) => [name, (row: SupportRow) => members(row)[name]])),
  };
}

function testsText({ testsPassed = 0, testsFailed = 0 }: SupportRow): string {
  return testsFailed > 0 ? `${testsFailed} failed` : `${testsPassed} passed`;
}

function firedText(lastFired: string | undefined, zone: Zone): string {
  return lastFired === undefined ? 'never' : zone.format(new Date(lastFired)).slice(0, 16);
}
