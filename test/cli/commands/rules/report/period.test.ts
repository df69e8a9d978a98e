import { completeness, periodText } from '../../../../../cli/commands/rules/report/period.ts';
import type { HourStatus } from '../../../../../lambda/store/ledger/ledger-status.ts';

const SINCE = new Date('2026-11-18T00:00:00Z');
const UNTIL = new Date('2026-11-19T00:00:00Z');

function hour(members: Partial<HourStatus>): HourStatus {
  return {
    account: '111122223333',
    region: 'eu-central-1',
    hour: '2026-11-18T10:00:00Z',
    delivered: 4,
    processed: 4,
    failed: 0,
    open: 0,
    late: 0,
    missing: 0,
    records: 40,
    indexed: 40,
    rejected: 0,
    findings: 0,
    verified: 4,
    modified: 0,
    unvouched: 0,
    digest: 'valid',
    ...members,
  };
}

const wanting = (...hours: readonly HourStatus[]) => completeness(hours, SINCE, UNTIL).wanting;

describe('the completeness of a time', () => {
  test('is given where all was read and is proved by digests', () => {
    const whole = completeness(
      [hour({}), hour({ hour: '2026-11-18T11:00:00Z', delivered: 1, verified: 1 })],
      SINCE,
      UNTIL,
    );
    expect(whole).toMatchObject({ complete: true, logObjects: 5, verified: 5, wanting: [] });
    expect(periodText(whole)).toBe(
      'Records of 2026-11-18T00:00Z to 2026-11-19T00:00Z: complete. 5 log objects, 5 proved by digests.',
    );
  });

  test.each([
    [{ failed: 1, verified: 3 }, ['1 failed']],
    [{ missing: 2, modified: 1 }, ['2 missing', '1 modified']],
    [{ late: 1, open: 1 }, ['1 late', '1 under way']],
    [{ unvouched: 3 }, ['3 unvouched']],
    [{ digest: 'invalid' }, ['1 hour whose digest is invalid']],
    [{ verified: 3, digest: 'pending' }, ['1 not yet in a digest']],
  ] as const)('is wanting for %j: %j', (members, expected) => {
    expect(wanting(hour({}), hour(members))).toEqual(expected);
  });

  test('is not given where nothing was delivered: silence proves nothing', () => {
    expect(wanting()).toEqual(['nothing was delivered']);
    expect(periodText(completeness([], SINCE, UNTIL))).toContain('; nothing was delivered.');
  });
});
