import type { Incident } from '../../../../lambda/store/questions/incident/incident.ts';
import { type AskedDeployment, startAskedDeployment } from '../../support/asked-deployment.ts';
import { runCommand } from '../../support/run-command.ts';
import {
  ALERT,
  at,
  BREAK_IN,
  FINDING,
  FINDINGS,
  LATER,
  NEW_KEY,
  ORDINARY,
  SESSION_KEY,
  STOLEN_KEY,
  STRANGER,
  THIEF,
} from './break-in.ts';

const ALICE = 'arn:aws:iam::111122223333:user/alice';
const DEPLOY = 'arn:aws:iam::111122223333:role/Deploy';
const SESSION = 'arn:aws:sts::111122223333:assumed-role/Deploy/ci-7';

describe('trailwarden incident', () => {
  let deployment: AskedDeployment;
  const ask = (...args: string[]) => runCommand(['incident', ...deployment.args, ...args]);
  const tell = async (...args: string[]): Promise<Incident> => {
    const { code, stdout, stderr } = await ask(...args, '--format', 'json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  };

  beforeAll(async () => {
    deployment = await startAskedDeployment();
    await deployment.put(BREAK_IN);
    await deployment.put(ORDINARY);
    for (const { finding, alertId } of FINDINGS) await deployment.record(finding, alertId);
  });
  afterAll(() => deployment.stop());

  describe('of a stolen key answers in one question', () => {
    let told: Incident;
    beforeAll(async () => {
      told = await tell(STOLEN_KEY);
    });

    test('who it was, session by session', () => {
      expect(told.identities.items.map(({ actor, session, events }) => [actor, session, events])).toEqual([
        [DEPLOY, 'ci-7', 12],
        [ALICE, undefined, 4],
        ['arn:aws:iam::111122223333:user/backdoor', undefined, 1],
      ]);
    });

    test('from where, and when first and last', () => {
      expect(told.addresses.items.map(({ address, first, last }) => [address, first, last])).toEqual([
        [THIEF, at('14:00'), at('15:12')],
        [LATER, at('16:00'), at('16:00')],
      ]);
    });

    test('with which keys, and how each was come by', () => {
      const keys = told.credentials.items.map(({ accessKeyId, cameBy }) => ({
        accessKeyId,
        how: cameBy.how,
        by: cameBy.event?.action ?? cameBy.steps?.map(({ event }) => `${event.action} ${event.accessKeyId}`),
      }));
      expect(keys).toEqual([
        { accessKeyId: SESSION_KEY, how: 'issued', by: [`sts:AssumeRole ${STOLEN_KEY}`] },
        { accessKeyId: STOLEN_KEY, how: 'unknown', by: undefined },
        { accessKeyId: NEW_KEY, how: 'made', by: 'iam:CreateAccessKey' },
      ]);
    });

    test('when it began and ended, and how busy each hour was', () => {
      expect(told.began).toMatchObject({ eventTime: at('14:00'), action: 'sts:GetCallerIdentity', address: THIEF });
      expect(told.ended).toMatchObject({ eventTime: at('16:00'), action: 'secretsmanager:GetSecretValue' });
      expect(told.activity).toEqual([
        { hour: '2026-11-20T14', events: 15, changes: 8, failures: 3 },
        { hour: '2026-11-20T15', events: 1, changes: 0, failures: 0 },
        { hour: '2026-11-20T16', events: 1, changes: 0, failures: 0 },
      ]);
    });

    test('what was touched, by what became of it', () => {
      const effects = told.effects.map(({ effect, actions }) => [
        effect,
        actions.items.map(({ action, resources }) => `${action} ${resources.items[0]}`),
      ]);
      expect(Object.fromEntries(effects)).toEqual({
        deleted: ['cloudtrail:DeleteTrail org-trail', 'iam:DeleteRole test'],
        shared: ['s3:PutBucketPolicy payroll'],
        created: expect.arrayContaining([
          'iam:CreateUser backdoor',
          'iam:CreateRole test',
          'eks:CreateAccessEntry prod',
        ]),
        changed: ['iam:UpdateAssumeRolePolicy Admin'],
      });
    });

    test('what was taken: objects, and bytes where records say', () => {
      expect(told.taken.items).toMatchObject([
        {
          action: 's3:GetObject',
          container: 'payroll',
          events: 3,
          objects: { total: 2, items: ['arn:aws:s3:::payroll/salaries.csv', 'arn:aws:s3:::payroll/bonus.csv'] },
          bytes: 7_000_000,
          bytesOfEvents: 3,
        },
        { action: 'secretsmanager:GetSecretValue', events: 1, objects: { total: 1 } },
      ]);
    });

    test('what was shared, and with whom', () => {
      const shared = told.effects.find(({ effect }) => effect === 'shared');
      expect(shared?.actions.items[0]?.sharedWith).toEqual([`arn:aws:iam::${STRANGER}:root`]);
    });

    test('what was destroyed', () => {
      const [deleted] = told.effects;
      expect(deleted).toMatchObject({ effect: 'deleted', events: 2, first: at('14:20'), last: at('14:26') });
    });

    test('what was denied', () => {
      expect(told.denied.items.map(({ action, errorCode, events }) => [action, errorCode, events])).toEqual([
        ['iam:ListUsers', 'AccessDenied', 2],
        ['ec2:TerminateInstances', 'Client.UnauthorizedOperation', 1],
      ]);
    });

    test('how they stay, and what they took back themselves', () => {
      const ways = told.persistence.items.map(({ kind, event, resources, lets, undone }) => ({
        kind,
        action: event.action,
        on: resources[0],
        lets,
        undone: undone?.action,
      }));
      expect(told.persistence).toMatchObject({ total: 5, standing: 4 });
      expect(ways).toEqual([
        { kind: 'key', action: 'iam:CreateAccessKey', on: 'backdoor' },
        { kind: 'user', action: 'iam:CreateUser', on: 'backdoor' },
        {
          kind: 'trust',
          action: 'iam:UpdateAssumeRolePolicy',
          on: 'Admin',
          lets: [`arn:aws:iam::${STRANGER}:root`],
        },
        {
          kind: 'access entry',
          action: 'eks:CreateAccessEntry',
          on: 'prod',
          lets: ['arn:aws:iam::111122223333:user/backdoor'],
        },
        { kind: 'role', action: 'iam:CreateRole', on: 'test', undone: 'iam:DeleteRole' },
      ]);
    });

    test('what was done with credentials that it issued, and that these issued', () => {
      expect(told).toMatchObject({ events: 17, askedEvents: 4 });
      expect(told.issued.items).toMatchObject([
        { accessKeyId: SESSION_KEY, by: { action: 'sts:AssumeRole' }, byKey: STOLEN_KEY, events: 12, changes: 8 },
        { accessKeyId: NEW_KEY, by: { action: 'iam:CreateAccessKey' }, byKey: SESSION_KEY, events: 1, changes: 0 },
      ]);
    });

    test('what rules found of it, by tactic', () => {
      expect(told.findings.tactics.map(({ tactic, level, rules }) => [tactic, level, rules])).toEqual([
        ['defense-impairment', 'high', ['Trail deleted']],
        ['collection', 'medium', ['Objects read']],
        ['exfiltration', 'medium', ['Objects read']],
      ]);
      expect(told.findings).toMatchObject({
        total: 2,
        rules: { items: [{ ruleId: 'rule-trail', alertId: ALERT }, {}] },
      });
    });

    test('what to ask next, in commands that work as they stand', async () => {
      expect(told.next.map(({ args }) => args)).toEqual([
        ['incident', 'user/backdoor'],
        ['trace', NEW_KEY],
        ['timeline', 'org-trail'],
      ]);
      for (const { args } of told.next) {
        expect((await runCommand([...args, ...deployment.args])).code).toBe(0);
      }
    });

    test('and leaves nothing out', () => {
      expect(told.leftOut).toEqual([]);
    });
  });

  test.each([
    ['an access key in small letters', [STOLEN_KEY.toLowerCase()], 'credential', 17],
    ['an actor', [ALICE], 'actor', 17],
    ['the name of an actor', ['alice'], 'actor', 17],
    ['a session’s ARN', [SESSION], 'session', 13],
    ['the name of a session', ['ci-7'], 'session', 13],
    ['an address', [THIEF], 'address', 17],
    ['a network', ['198.51.100.0/24'], 'address', 17],
    ['a resource', ['payroll'], 'resource', 4],
    ['a resource’s ARN', ['arn:aws:s3:::payroll/bonus.csv'], 'resource', 2],
    ['an event', ['DeleteTrail-14:20'], 'event', 13],
    ['a finding', [FINDING], 'finding', 13],
    ['what the text is said to be', ['payroll', '--as', 'resource'], 'resource', 4],
    ['a time', ['--since', '2026-11-20T14:30Z', '--until', '2026-11-20T14:41Z'], 'times', 4],
    ['a time and an account', ['--since', '2026-11-20', '--account', '4*'], 'times', 0],
    ['an actor within a time', ['alice', '--until', '2026-11-20T14:01:30Z'], 'actor', 2],
  ])('is asked by %s', async (_, args, kind, events) => {
    expect(await tell(...args)).toMatchObject({ subject: { kind }, events });
  });

  test('of an event tells a day before and after of what its actor did', async () => {
    const { subject } = await tell('DeleteTrail-14:20');
    expect(subject).toMatchObject({
      times: 'around',
      since: '2026-11-19T14:20:00.000Z',
      until: '2026-11-21T14:20:00.000Z',
      conditions: { actor: [DEPLOY], session: ['ci-7'] },
    });
  });

  test('of a time tells the findings of everybody, those about nobody too', async () => {
    expect((await tell('--since', '2026-11-20')).findings.total).toBe(3);
  });

  test('fits one screen as text, with commands that can be typed and what they ask', async () => {
    const { code, stdout } = await runCommand(['incident', ...deployment.args, STOLEN_KEY], { columns: 120 });
    expect(code).toBe(0);
    expect(stdout.split('\n').length).toBeLessThanOrEqual(70);
    for (const line of stdout.split('\n'))
      if (!line.startsWith('  trailwarden')) expect(line.length).toBeLessThanOrEqual(140);
    expect(stdout).toContain(`Incident of access key ${STOLEN_KEY}`);
    expect(stdout).toContain('17 events, 8 of them changes, 3 denied or failed; 13 with credentials that were issued');
    expect(stdout).toMatch(/2026-11-20 {2}·{14}█▁▁·{7} {2}15 | {2}17 /);
    expect(stdout).toContain(`  trailwarden trace ${NEW_KEY} --deployment ${deployment.args[1]}`);
  });

  test.each([60, 80, 100, 120, 160])('cuts no count and no way to a key at %i columns', async (columns) => {
    const { stdout } = await runCommand(['incident', ...deployment.args, STOLEN_KEY, '--limit', '1'], { columns });
    for (const count of ['(1 of 3)', '(1 of 2)', '(1 of 5, 4 still stand)']) expect(stdout).toContain(count);
    expect(stdout).toMatch(/sts:AssumeRole at \S+ by .*alice from [\d.]+(?: \(by \w+\))?(?:,|\n)/);
    expect(stdout).not.toMatch(/(Came by it|Did): .*…/);
    if (columns >= 120) expect(stdout).toMatch(/sts:AssumeRole of user\/alice/);
  });

  test('tells more lines of each part where they are wanted', async () => {
    const lines = async (...args: string[]) => (await ask(STOLEN_KEY, ...args)).stdout.split('\n').length;
    expect(await lines('--limit', '1')).toBeLessThan(await lines());
    const { stdout } = await ask(STOLEN_KEY, '--limit', '1');
    expect(stdout).toContain('Who (1 of 3)');
    expect(stdout).toContain('Way back (1 of 5, 4 still stand)');
  });

  test('makes Markdown for a ticket', async () => {
    const { stdout } = await ask(STOLEN_KEY, '--format', 'markdown');
    expect(stdout).toMatch(/^# `Incident of access key AKIASTOLENEXAMPLE000`\n/);
    expect(stdout).toContain('## How they may come back: 4 still stand\n');
    expect(stdout).toContain('| `s3:GetObject` | `payroll` | `3` | `2` | `7,000,000` |');
  });

  test('lets nothing in a record be obeyed, neither by a terminal nor by Markdown', async () => {
    const { eventID: _, ...first } = BREAK_IN[0] ?? {};
    const bait = 'x\u001b[31m` | </td><script>alert(1)</script>\n# heading';
    await deployment.put([
      {
        ...first,
        eventID: 'hostile',
        eventTime: '2026-10-01T00:00:00Z',
        userAgent: bait,
        userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/${bait}`, userName: bait },
      },
    ]);
    for (const format of ['text', 'markdown']) {
      const { stdout } = await ask('hostile', '--as', 'event', '--format', format);
      expect(stdout).not.toContain('\u001b');
      expect(stdout).not.toMatch(/^# heading/m);
      expect(stdout).not.toMatch(/(^|[^`\\]) \| <\/td>/m);
    }
  });

  test('asks nothing about what was named to look like an option', async () => {
    const [first] = BREAK_IN;
    await deployment.put([
      {
        ...first,
        eventID: 'looks-like-an-option',
        eventTime: '2026-10-02T00:00:00Z',
        eventSource: 'ec2.amazonaws.com',
        eventName: 'DeleteKeyPair',
        readOnly: false,
        requestParameters: { keyName: '--data=/tmp/x' },
        userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/carol', userName: 'carol' },
      },
    ]);
    const { effects, next } = await tell('looks-like-an-option');
    expect(effects[0]?.actions.items[0]?.resources.items).toEqual(['--data=/tmp/x']);
    expect(next.flatMap(({ args }) => args)).not.toContain('--data=/tmp/x');
  });

  test('says what it doesn’t know, with what it takes', async () => {
    const { code, stdout, stderr } = await ask('AKIANOBODYEXAMPLE000');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('The index knows nothing of AKIANOBODYEXAMPLE000.');
    expect(await ask()).toMatchObject({ code: 2, stderr: expect.stringContaining('--since') });
  });

  test('reads no record where none is wanted', async () => {
    const told = await tell(STOLEN_KEY, '--records', '0');
    expect(told.taken.items[0]).not.toHaveProperty('bytes');
    expect(told.persistence.items.some(({ lets }) => lets !== undefined)).toBe(false);
  });

  test('reads nothing where --max-reads is too little for the events that were asked for', async () => {
    const { code, stdout, stderr } = await ask(STOLEN_KEY, '--max-reads', '20');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('--max-reads is 20');
  });
});
