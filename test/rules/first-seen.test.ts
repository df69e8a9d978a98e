import { createDetector } from '../../lambda/detection/index.ts';
import { derive, parsePack } from './pack.ts';
import { QUIET_DAY } from './quiet-day/day.ts';
import type { QuietRecord } from './quiet-day/record.ts';

const DAY = 86_400_000;
const { ruleSet } = parsePack();
const firstSeen = ruleSet.rules.flatMap((rule) =>
  rule.kind === 'correlation' && rule.type === 'first_seen' ? [rule.metadata] : [],
);
const ids = new Set(firstSeen.map(({ id }) => id));

/** The same day, some days later. */
function later(days: number): QuietRecord[] {
  return QUIET_DAY.map((record) => ({
    ...record,
    eventID: `${days}-${record.eventID}`,
    eventTime: new Date(Date.parse(record.eventTime) + days * DAY).toISOString().replace('.000', ''),
  }));
}

/** What rules of type first_seen find on days in a row, with what was learnt on the first of them. */
function found(days: readonly (readonly QuietRecord[])[]): string[] {
  const detector = createDetector(ruleSet, { derive, seenSince: Number.NEGATIVE_INFINITY });
  const [first = [], ...others] = days;
  for (const record of first) detector.teach(detector.memberships(record, Date.parse(record.eventTime)));
  return others
    .flat()
    .flatMap((record) =>
      detector
        .correlate(record, Date.parse(record.eventTime))
        .flatMap(({ ruleId, title }) => (ids.has(ruleId) ? [title] : [])),
    );
}

describe('rules about what was never seen', () => {
  test('are twenty at least', () => {
    expect(ids.size).toBeGreaterThanOrEqual(20);
  });

  test('all look at the ordinary day, or wait for what it does not have', () => {
    const detector = createDetector(ruleSet, { derive });
    const asked = new Set(
      QUIET_DAY.flatMap((record) => detector.memberships(record, 0)).flatMap(({ key }) =>
        ids.has(key.correlation) ? [key.correlation] : [],
      ),
    );
    expect(asked.size).toBeGreaterThanOrEqual(5);
  });

  test('are silent on an ordinary day that is like the one before', () => {
    expect(found([QUIET_DAY, later(1), later(2)])).toEqual([]);
  });

  test('are silent while they learn', () => {
    const detector = createDetector(ruleSet, { derive });
    const days = [QUIET_DAY, later(5), later(13)].flat();
    const firings = days.flatMap((record) => detector.correlate(record, Date.parse(record.eventTime)));
    expect(firings.filter(({ ruleId }) => ids.has(ruleId))).toEqual([]);
  });

  test('learn for a fortnight at most, so that a new deployment is told of what is new soon', () => {
    for (const rule of ruleSet.rules) {
      if (rule.kind === 'correlation' && rule.type === 'first_seen') expect(rule.learning).toBe(14 * DAY);
    }
  });
});
