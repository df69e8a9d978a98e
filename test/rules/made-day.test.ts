import { createDetector, LEVELS } from '../../lambda/detection/index.ts';
import { packPlaceholders } from '../../rules/placeholders.ts';
import { derive, parsePack } from './pack.ts';
import { ACCOUNT, CLOUDFORMATION } from './quiet-day/callers.ts';
import { HABITS, PARTNER } from './quiet-day/habits.ts';
import { madeDay, ROOT_PAGES, ROOT_SIGN_IN } from './quiet-day/made-day.ts';
import { type QuietRecord, record } from './quiet-day/record.ts';

/** What an account says of itself: who deploys, who scans, and with whom it works. */
const placeholders = packPlaceholders({
  placeholders: {
    deployment_roles: ['*:role/cdk-*-cfn-exec-role-*', `arn:aws:iam::${ACCOUNT}:role/infrastructure`],
    scanner_roles: [`arn:aws:iam::${ACCOUNT}:role/security-audit`],
    trusted_accounts: [PARTNER],
  },
});
const { ruleSet } = parsePack({ placeholders });
const deployments = HABITS.find(({ caller }) => caller === CLOUDFORMATION) ?? { caller: CLOUDFORMATION, calls: [] };
const MEDIUM = LEVELS.indexOf('medium');

/** Rules of medium or above that speak about records, each once. */
function alertsAbout(records: readonly QuietRecord[]): string[] {
  const detector = createDetector(ruleSet, { derive });
  const alerts = new Set<string>();
  for (const one of records) {
    const at = Date.parse(one.eventTime);
    for (const { level, title } of [...detector.match(one), ...detector.correlate(one, at)]) {
      if (LEVELS.indexOf(level) >= MEDIUM) alerts.add(`${title}: ${String(one.eventSource)} ${String(one.eventName)}`);
    }
  }
  for (const { level, title } of detector.settle(Date.UTC(2026, 10, 20))) {
    if (LEVELS.indexOf(level) >= MEDIUM) alerts.add(title);
  }
  return [...alerts].sort();
}

describe('an ordinary day', () => {
  test.each([1, 20261118, 77])(
    'that is made of seed %d raises nothing of medium or above',
    (seed) => {
      expect(alertsAbout(madeDay(seed, 3000))).toEqual([]);
    },
    60_000,
  );

  test('is silent in each of its calls, whether they were drawn or not', () => {
    const each = HABITS.flatMap(({ caller, calls }) => calls.map((call, i) => record((i * 7) % 1440, caller, call)));
    expect(alertsAbout(each.toSorted((a, b) => (a.eventTime < b.eventTime ? -1 : 1)))).toEqual([]);
  });

  test('is the same for the same seed', () => {
    const calls = (seed: number) => madeDay(seed, 50).map(({ eventName, eventTime }) => [eventName, eventTime]);
    expect(calls(5)).toEqual(calls(5));
    expect(calls(5)).not.toEqual(calls(6));
  });

  test('of root alerts at the sign-in, and not again at the pages of the console', () => {
    expect(alertsAbout([ROOT_SIGN_IN])).toEqual(['Root signed in to the console: signin.amazonaws.com ConsoleLogin']);
    expect(alertsAbout(ROOT_PAGES)).toEqual([]);
  });

  test('would not be silent if somebody unknown did what deployments do', () => {
    const stranger = {
      ...deployments.caller,
      userIdentity: {
        type: 'IAMUser',
        arn: `arn:aws:iam::${ACCOUNT}:user/mallory`,
        accountId: ACCOUNT,
        userName: 'mallory',
        accessKeyId: 'AKIAEXAMPLEQUIETDAY7',
      },
      sourceIPAddress: '203.0.113.99',
      userAgent: 'aws-cli/2.31.4',
    };
    const calls = deployments.calls;
    expect(alertsAbout(calls.map((call, i) => record(i, stranger, call))).length).toBeGreaterThan(20);
  });
});
