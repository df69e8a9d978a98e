import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../../../lambda/shared/json.ts';
import { ACCOUNT, iamUser, logObject, logObjectKey, record, root } from '../../../support/records.ts';
import { jsonLines, runCommand } from '../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

const ROOT = `
title: Root was used
id: 11111111-1111-4111-8111-111111111111
level: high
logsource: { product: aws, service: cloudtrail }
detection:
  root: { trailwarden.actor.kind: root }
  condition: root
`;

const PASSWORD = `
title: Password set
id: 22222222-2222-4222-8222-222222222222
level: low
logsource: { product: aws, service: cloudtrail }
detection:
  set: { eventName: CreateLoginProfile, requestParameters.password|exists: true }
  condition: set
`;

const FAILURES = `
title: Failed call
id: 33333333-3333-4333-8333-333333333333
name: failed_call
logsource: { product: aws, service: cloudtrail }
detection:
  failed: { errorCode: AccessDenied }
  condition: failed
---
title: Many failed calls
id: 44444444-4444-4444-8444-444444444444
level: medium
correlation:
  type: event_count
  rules: [failed_call]
  group-by: [userIdentity.arn]
  timespan: 10m
  condition: { gte: 3 }
`;

const failure = (minute: number, members: JsonObject = {}): JsonObject =>
  record({ errorCode: 'AccessDenied', eventTime: `2026-11-20T14:${String(minute).padStart(2, '0')}:00Z`, ...members });

describe('trailwarden scan', () => {
  let folder: TemporaryFolder;
  let rules: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    rules = (await folder.write('rules/root.yml', ROOT)).replace('/root.yml', '');
    await folder.write('rules/password.yml', PASSWORD);
    await folder.write('rules/failures.yml', FAILURES);
  });
  afterEach(() => folder.remove());

  const scan = (...args: string[]) => runCommand(['scan', `${folder.path}/logs`, '--rules', rules, ...args]);
  const scanLines = async (...args: string[]) => jsonLines((await scan('--format', 'jsonl', ...args)).stdout);

  test('knows what the networks of --known say of addresses', async () => {
    const known = await folder.write('trailwarden.yaml', 'networks: { ranges: { office: [203.0.113.0/24] } }');
    await folder.write(
      'rules/elsewhere.yml',
      ROOT.replaceAll('1111', '5555').replace(
        'root: { trailwarden.actor.kind: root }',
        'root: { trailwarden.network: other }',
      ),
    );
    const user = (eventID: string, sourceIPAddress: string) => record({ eventID, sourceIPAddress });
    const file = await folder.write(
      'one.json',
      JSON.stringify([user('e-office', '203.0.113.7'), user('e-elsewhere', '198.51.100.7')]),
    );
    const found = jsonLines(
      (await runCommand(['scan', file, '--rules', rules, '--known', known, '--format', 'jsonl'])).stdout,
    );
    expect(found).toEqual([expect.objectContaining({ eventID: 'e-elsewhere', network: 'other' })]);
    expect((await runCommand(['scan', file, '--rules', rules, '--format', 'jsonl'])).stdout).toBe('');
  });

  test('says what is wrong with the settings of --known, or with a file that they name', async () => {
    const file = await folder.write('one.json', JSON.stringify([record()]));
    const scanWith = async (yaml: string) => {
      const known = await folder.write('trailwarden.yaml', yaml);
      return await runCommand(['scan', file, '--rules', rules, '--known', known]);
    };
    expect(await scanWith('networks: { ranges: { office: [office] } }')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(':1:32: networks.ranges.office.0: "office" is no range of addresses'),
    });
    expect(await scanWith('networks: { databases: [gone.mmdb] }')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('gone.mmdb: no such file'),
    });
  });

  test('writes a line a finding, with the members that programs rely on', async () => {
    const file = await folder.write(
      'logs/a.json.gz',
      logObject([record(), record({ eventID: 'e-1', userIdentity: root(), eventName: 'RunInstances' })]),
    );
    expect(await scanLines()).toEqual([
      {
        findingId: expect.stringMatching(/^[0-9a-f]{32}$/),
        ruleId: '11111111-1111-4111-8111-111111111111',
        title: 'Root was used',
        level: 'high',
        eventID: 'e-1',
        eventTime: '2026-11-20T14:03:00Z',
        actor: `arn:aws:iam::${ACCOUNT}:root`,
        actorKind: 'root',
        address: '203.0.113.10',
        outcome: 'success',
        resources: [],
        action: 'ec2:RunInstances',
        account: ACCOUNT,
        region: 'eu-west-1',
        receipt: { file, index: 1 },
        matched: [{ field: 'trailwarden.actor.kind', value: 'root' }],
      },
    ]);
  });

  test('writes the group, the window and the events of a correlation, and its last event', async () => {
    const events = [1, 4, 6].map((minute) => failure(minute, { eventID: `e-${minute}` }));
    await folder.write('logs/late.json', JSON.stringify({ Records: [events[2], events[0]] }));
    await folder.write('logs/later.json', JSON.stringify({ Records: [events[1]] }));
    const arn = `arn:aws:iam::${ACCOUNT}:user/alice`;
    expect(await scanLines()).toEqual([
      {
        findingId: expect.stringMatching(/^[0-9a-f]{32}$/),
        ruleId: '44444444-4444-4444-8444-444444444444',
        title: 'Many failed calls',
        level: 'medium',
        group: { 'userIdentity.arn': arn },
        from: '2026-11-20T14:01:00Z',
        to: '2026-11-20T14:06:00Z',
        eventIDs: ['e-1', 'e-4', 'e-6'],
        value: 3,
        atLeast: false,
        eventTime: '2026-11-20T14:06:00Z',
        actor: arn,
        actorKind: 'iam-user',
        address: '203.0.113.10',
        outcome: 'denied',
        errorCode: 'AccessDenied',
        resources: [],
        action: 'ec2:DescribeInstances',
        account: ACCOUNT,
        region: 'eu-west-1',
        receipt: { file: `${folder.path}/logs/late.json`, index: 0 },
        matched: [{ field: 'userIdentity.arn', value: arn }],
      },
    ]);
  });

  test('prints a finding once, and counts an event once, however often it was delivered', async () => {
    const records = [record({ eventID: 'e-1', userIdentity: root() }), failure(1), failure(2)];
    await folder.write('logs/a.json.gz', logObject(records));
    await folder.write('logs/b/a-again.jsonl', records.map((one) => JSON.stringify(one)).join('\n'));
    const { stdout, stderr } = await scan('--format', 'jsonl');
    expect(jsonLines(stdout).map(({ eventID }) => eventID)).toEqual(['e-1']);
    expect(stderr).toContain('1 finding again, of events that came more than once');
  });

  test('tells events apart that share an eventID', async () => {
    const shared = { eventID: 'shared', userIdentity: root() };
    await folder.write('logs/a.json.gz', logObject([record(shared), record({ ...shared, eventName: 'RunInstances' })]));
    const ids = (await scanLines()).map(({ findingId }) => findingId);
    expect(new Set(ids).size).toBe(2);
  });

  test('names and counts on stderr what can’t be read, and judges the rest', async () => {
    const good = record({ eventID: 'e-1', userIdentity: root() });
    await folder.write('logs/a.json', JSON.stringify({ Records: [7, good] }));
    await folder.write('logs/b.json.gz', logObject([good]).subarray(0, 100));
    await folder.write('logs/c.json', '{"Records":[{"eventID": “1”},');
    const { code, stdout, stderr } = await scan('--format', 'jsonl');
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toHaveLength(1);
    expect(stderr).toContain(`unreadable record: ${folder.path}/logs/a.json#0: the record is a number`);
    expect(stderr).toContain(`unreadable: ${folder.path}/logs/b.json.gz: the gzip data is cut`);
    expect(stderr).toContain(`unreadable: ${folder.path}/logs/c.json: `);
    expect(stderr).toContain('2 files unreadable, or not to the end');
  });

  test('names five unreadable records of a file, and counts the others', async () => {
    await folder.write('logs/a.json', JSON.stringify(Array.from({ length: 12 }, () => 1)));
    const { stderr } = await scan();
    expect(stderr.match(/unreadable record:/g)).toHaveLength(5);
    expect(stderr).toContain('… and 7 unreadable records more');
    expect(stderr).toContain('12 records unreadable');
  });

  test('judges records that lack a time or an account, and tells them apart', async () => {
    const { eventTime: _, recipientAccountId: __, ...undated } = failure(1, { userIdentity: { type: 'Root' } });
    const { eventID: ___, ...unnamed } = record({ userIdentity: root() });
    await folder.write('logs/a.jsonl', [undated, undated, unnamed].map((one) => JSON.stringify(one)).join('\n'));
    await folder.write('logs/b.jsonl', [1, 2].map((minute) => JSON.stringify(failure(minute))).join('\n'));
    const { code, stdout, stderr } = await scan('--format', 'jsonl', '--since', '2026-11-01');
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toEqual([
      expect.objectContaining({ title: 'Root was used', eventTime: null, account: 'unknown' }),
      expect.objectContaining({ title: 'Root was used', eventTime: '2026-11-20T14:03:00Z', eventID: null }),
    ]);
    expect(stderr).toContain('incomplete record: ');
    expect(stderr).toContain('a.jsonl#0: eventTime is missing');
    expect(stderr).toContain('3 records incomplete: judged as far as they go');
    expect(stderr).toContain('2 events without a time');
    expect(stderr).toContain('5 events in 2 files judged');
    const table = await scan();
    expect(table.stdout).toContain('no time');
    expect((await scan('--fail-on', 'critical')).code).toBe(1);
  });

  test('counts an incomplete record with a time for correlations', async () => {
    const records = [1, 2, 3].map((minute) => {
      const { recipientAccountId: _, ...rest } = failure(minute, {
        userIdentity: { type: 'IAMUser', arn: 'somebody' },
      });
      return rest;
    });
    await folder.write('logs/a.json', JSON.stringify(records));
    expect(await scanLines()).toEqual([expect.objectContaining({ title: 'Many failed calls', account: 'unknown' })]);
  });

  test('reads what lookup-events prints from standard input, beside files', async () => {
    const events = [record({ eventID: 'e-1', userIdentity: root() }), record({ eventID: 'e-2' })].map((one) => ({
      EventId: one.eventID ?? null,
      EventName: 'DescribeInstances',
      EventTime: '2026-11-20T15:03:00+01:00',
      Resources: [],
      CloudTrailEvent: JSON.stringify(one),
    }));
    const file = await folder.write('logs/a.json', JSON.stringify([record({ eventID: 'e-3', userIdentity: root() })]));
    const input = Object.getOwnPropertyDescriptor(process, 'stdin');
    const stdin = Readable.from([Buffer.from(JSON.stringify({ Events: events }, null, 4))]);
    Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
    try {
      const { stdout } = await runCommand(['scan', '-', file, '--rules', rules, '--format', 'jsonl']);
      expect(jsonLines(stdout).map(({ eventID, receipt }) => [eventID, receipt])).toEqual([
        ['e-1', { file: '-', index: 0 }],
        ['e-3', { file, index: 0 }],
      ]);
    } finally {
      if (input !== undefined) Object.defineProperty(process, 'stdin', input);
    }
  });

  test('masks secrets, and obeys no control character of a record', async () => {
    const requestParameters = { userName: 'bob\u001b[31m', password: 'hunter2' };
    const members = { eventName: 'CreateLoginProfile', eventSource: 'iam.amazonaws.com', requestParameters };
    await folder.write('logs/a.json.gz', logObject([record({ ...members, userIdentity: iamUser('\u001b[31malice') })]));
    for (const format of ['jsonl', 'json', 'table']) {
      const { stdout } = await scan('--format', format);
      expect(stdout).toContain('Password set');
      expect(stdout).not.toContain('hunter2');
      expect(stdout).not.toContain('\u001b');
    }
  });

  test('shows a table by time, and a summary by rule and level', async () => {
    const at = (day: number) => record({ userIdentity: root(), eventTime: `2026-11-${day}T00:00:00Z` });
    await folder.write('logs/a.json.gz', logObject([at(21), at(19)]));
    await folder.write('logs/b.json.gz', logObject([at(20), failure(1), failure(2), failure(3)]));
    const { stdout, stderr } = await scan('--zone', 'UTC');
    const lines = stdout.split('\n');
    expect(lines.slice(1, 4).map((line) => line.slice(0, 10))).toEqual(['2026-11-21', '2026-11-20', '2026-11-20']);
    expect(lines.findLast((line) => line.startsWith('high'))).toMatch(/^high\s+3\s+Root was used\s+[0-9a-f-]{36}$/);
    expect(lines.findLast((line) => line.startsWith('medium'))).toMatch(
      /^medium\s+1\s+Many failed calls\s+[0-9a-f-]{36}$/,
    );
    expect(stderr).toBe('6 events in 2 files judged by 4 rules: 4 findings (3 high, 1 medium)\n');
  });

  test('writes JSON as one list, also where there is nothing', async () => {
    await folder.write('logs/a.json.gz', logObject([record()]));
    expect(JSON.parse((await scan('--format', 'json')).stdout)).toEqual([]);
    await folder.write('logs/b.json.gz', logObject([record({ userIdentity: root() })]));
    expect(JSON.parse((await scan('--format', 'json')).stdout)).toHaveLength(1);
  });

  test('writes CSV that no spreadsheet takes for formulas', async () => {
    await folder.write('rules/root.yml', ROOT.replace('Root was used', "'=cmd|calc'"));
    await folder.write('logs/a.json.gz', logObject([record({ userIdentity: root() })]));
    const [header, line] = (await scan('--format', 'csv')).stdout.split('\r\n');
    expect(header).toMatch(
      /^findingId,ruleId,title,level,eventID,eventTime,actor,actorKind,action,account,region,resources,address,outcome,errorCode,receipt,matched/,
    );
    expect(line).toContain(",'=cmd|calc,");
  });

  test('judges the events of a time', async () => {
    const at = (day: number) =>
      record({ eventID: `e-${day}`, userIdentity: root(), eventTime: `2026-11-${day}T12:00:00Z` });
    await folder.write('logs/a.json.gz', logObject([at(17), at(18), at(19), at(20)]));
    const found = await scanLines('--since', '2026-11-18', '--until', '2026-11-19', '--zone', 'UTC');
    expect(found.map(({ eventID }) => eventID)).toEqual(['e-18', 'e-19']);
    expect((await scan('--since', '2026-11-19', '--zone', 'UTC')).stderr).toContain('2 events outside of the time');
  });

  test('takes levels in any case', async () => {
    await folder.write('logs/a.json.gz', logObject([record({ userIdentity: root() })]));
    expect(await scanLines('--min-level', 'HIGH')).toHaveLength(1);
    expect((await scan('--fail-on', 'High')).code).toBe(1);
  });

  test('shows no findings below --min-level', async () => {
    await folder.write(
      'logs/a.json.gz',
      logObject([record({ userIdentity: root() }), failure(1), failure(2), failure(3)]),
    );
    expect((await scanLines('--min-level', 'high')).map(({ level }) => level)).toEqual(['high']);
    expect((await scanLines('--min-level', 'medium')).map(({ level }) => level)).toEqual(['high', 'medium']);
  });

  test.each<[string, number]>([
    ['critical', 0],
    ['high', 1],
    ['low', 1],
  ])('ends with its code on --fail-on %s where the worst finding is high', async (level, expected) => {
    await folder.write('logs/a.json.gz', logObject([record({ userIdentity: root() })]));
    const { code, stdout } = await scan('--fail-on', level, '--format', 'jsonl');
    expect(code).toBe(expected);
    expect(jsonLines(stdout)).toHaveLength(1);
  });

  test('fails on findings that --min-level hides', async () => {
    await folder.write('logs/a.json.gz', logObject([record({ userIdentity: root() })]));
    expect((await scan('--fail-on', 'high', '--min-level', 'critical')).code).toBe(1);
  });

  test('does not pass with --fail-on where it couldn’t look at everything', async () => {
    await folder.write('logs/a.json.gz', logObject([record()]));
    await folder.write('logs/b.json.gz', 'no gzip, no JSON');
    expect((await scan()).code).toBe(0);
    const { code, stderr } = await scan('--fail-on', 'low');
    expect(code).toBe(1);
    expect(stderr).toContain('not everything could be read and judged');
  });

  test('names the problems of rules, and judges by the others', async () => {
    await folder.write('rules/broken.yml', 'title: Broken\ndetection: { a: { b|contian: c }, condition: a }\n');
    await folder.write('logs/a.json.gz', logObject([record({ userIdentity: root() })]));
    const { code, stdout, stderr } = await scan('--format', 'jsonl');
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toHaveLength(1);
    expect(stderr).toMatch(/rules\/broken\.yml:2:\d+: .*contian/);
    expect((await scan('--fail-on', 'critical')).code).toBe(1);
  });

  test('leaves digest files and other files in a folder alone', async () => {
    const key = logObjectKey();
    await folder.write(`logs/${key}`, logObject([record({ userIdentity: root() })]));
    const digest = key.replaceAll('/CloudTrail/', '/CloudTrail-Digest/').replace('_CloudTrail_', '_CloudTrail-Digest_');
    await folder.write(`logs/${digest}`, gzipSync('{"logFiles":[]}'));
    await folder.write('logs/README.md', '# Logs');
    const { stdout, stderr } = await scan('--format', 'jsonl');
    expect(jsonLines(stdout)).toHaveLength(1);
    expect(stderr).toContain('1 event in 1 file judged');
  });

  test('reads a file that is named, whatever it is called, and once', async () => {
    const file = await folder.write('export.log', JSON.stringify([record({ userIdentity: root() })]));
    const { stdout } = await runCommand(['scan', file, file, folder.path, '--rules', rules, '--format', 'jsonl']);
    expect(jsonLines(stdout)).toHaveLength(1);
  });

  test.each<[string, string[], number, RegExp]>([
    ['a path that isn’t there', ['scan', '/nowhere/at/all'], 2, /nowhere\/at\/all: there is no such file or folder/],
    ['rules that aren’t there', ['scan', '.', '--rules', '/nowhere/at/all'], 2, /there is no such file or folder/],
    ['no path', ['scan'], 2, /missing required argument/],
    ['a mistyped option', ['scan', '.', '--min-levle', 'high'], 2, /Did you mean --min-level/],
    ['an unknown level', ['scan', '.', '--fail-on', 'severe'], 2, /It is one of informational, low, medium/],
    ['an unknown format', ['scan', '.', '--format', 'xml'], 2, /Allowed choices are table, json, jsonl, csv/],
  ])('refuses %s', async (_what, args, expected, message) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect(code).toBe(expected);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });
});
