import { packDetector } from './pack.ts';
import { QUIET_DAY, SPOKEN_OF } from './quiet-day/day.ts';
import type { QuietRecord } from './quiet-day/record.ts';

/** What the pack alerts about, each rule once. */
function alertsAbout(records: readonly QuietRecord[]): string[] {
  const detector = packDetector();
  const alerts = new Set<string>();
  for (const record of records) {
    const at = Date.parse(record.eventTime);
    for (const { level, title } of [...detector.match(record), ...detector.correlate(record, at)]) {
      if (level !== 'informational') alerts.add(`${level}: ${title}`);
    }
  }
  for (const { level, title } of detector.settle(Date.UTC(2026, 10, 20))) {
    if (level !== 'informational') alerts.add(`${level}: ${title}`);
  }
  return [...alerts].sort();
}

describe('a quiet day', () => {
  test('is long enough to mean something', () => {
    expect(QUIET_DAY.length).toBeGreaterThan(1500);
  });

  test('raises no alert', () => {
    expect(alertsAbout(QUIET_DAY)).toEqual([]);
  });

  test('is still recorded, for the benchmark', () => {
    const detector = packDetector();
    const titles = new Set(QUIET_DAY.flatMap((record) => detector.match(record)).map(({ title }) => title));
    expect([...titles]).toEqual(
      expect.arrayContaining(['CIS 4.1: unauthorized API call', 'CIS 4.6: console sign-in failed', 'IAM role created']),
    );
  });

  test('raises the alerts that it should, and no other, when people do what is worth a look', () => {
    expect(alertsAbout([...QUIET_DAY, ...SPOKEN_OF].toSorted((a, b) => (a.eventTime < b.eventTime ? -1 : 1)))).toEqual([
      'low: Network ACL opened to the world',
      "low: Trailwarden's stacks deployed",
      'medium: Code of a function replaced',
      'medium: Session opened on an instance',
    ]);
  });
});
