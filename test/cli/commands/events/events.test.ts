import { iamUser, record, root } from '../../../support/records.ts';
import { type AskedDeployment, startAskedDeployment } from '../../support/asked-deployment.ts';
import { jsonLines, runCommand, type Surroundings } from '../../support/run-command.ts';

const FILE_SYSTEM = 'fs-0123456789abcdef0';
const tagging = (members = {}) =>
  record({ eventSource: 'fsx.amazonaws.com', eventName: 'TagResource', readOnly: false, ...members });

describe('trailwarden events', () => {
  let deployment: AskedDeployment;
  beforeAll(async () => {
    deployment = await startAskedDeployment();
    await deployment.put([
      tagging({ eventID: 'e-1', eventTime: '2026-11-20T08:00:00Z', requestParameters: { fileSystemId: FILE_SYSTEM } }),
      tagging({
        eventID: 'e-2',
        eventTime: '2026-11-20T09:00:00Z',
        userIdentity: root(),
        sourceIPAddress: '203.0.113.99',
      }),
      record({ eventID: 'e-3', eventTime: '2026-11-20T10:00:00Z', errorCode: 'AccessDenied', userAgent: '=1+1' }),
      record({ eventID: 'e-4', eventTime: '2026-11-21T11:00:00Z', recipientAccountId: '444455556666' }),
    ]);
  });
  afterAll(() => deployment.stop());

  const ask = (args: readonly string[], surroundings?: Surroundings) =>
    runCommand(['events', ...deployment.args, ...args], surroundings);
  const found = async (...args: string[]) => {
    const { code, stdout } = await ask([...args, '--format', 'jsonl']);
    expect(code).toBe(0);
    return jsonLines(stdout).map(({ eventID }) => eventID);
  };

  test('lists everything, the newest first, without any condition', async () => {
    expect(await found()).toEqual(['e-4', 'e-3', 'e-2', 'e-1']);
  });

  test.each([
    [['--actor', 'arn:aws:iam::111122223333:root'], ['e-2']],
    [
      ['--action', 'fsx:TagResource'],
      ['e-2', 'e-1'],
    ],
    [
      ['--action', 'fsx:*', '--oldest-first'],
      ['e-1', 'e-2'],
    ],
    [['--resource', FILE_SYSTEM], ['e-1']],
    [['--address', '203.0.113.64/26'], ['e-2']],
    [['--credential', 'ASIAIOSFODNN7EXAMPLE'], ['e-2']],
    [['--error', '*'], ['e-3']],
    [['--access', 'tagging', '--kind', 'iam-user'], ['e-1']],
    [['--outcome', 'denied', '--outcome', 'error'], ['e-3']],
    [['--account', '444455556666'], ['e-4']],
    [['--account', '4444*'], ['e-4']],
    [['--actor', 'root'], ['e-2']],
    [
      ['--not', 'address=203.0.113.99', '--not', 'account=444455556666'],
      ['e-3', 'e-1'],
    ],
    [
      ['--not', 'error=AccessDenied', '--not', 'actor=root'],
      ['e-4', 'e-1'],
    ],
    [
      ['--not', `resource=${FILE_SYSTEM}`],
      ['e-4', 'e-3', 'e-2'],
    ],
    [['--actor', 'user/alice', '--error', 'AccessDenied'], ['e-3']],
    [['--actor', 'alice', '--error', 'AccessDenied'], ['e-3']],
    [['--actor', 'role/alice'], []],
    [['--actor', 'ice'], []],
    [['--region', 'us-*'], []],
    [['--category', 'data'], []],
    [
      ['--category', 'management', '--kind', 'iam-user'],
      ['e-4', 'e-3', 'e-1'],
    ],
    [['--user-agent', 'AWS-CLI', '--since', '2026-11-21'], ['e-4']],
    [['--since', '4h'], ['e-4']],
    [
      ['--since', '2026-11-20 09:00', '--until', '2026-11-20'],
      ['e-3', 'e-2'],
    ],
    [['--around', '2026-11-20T09:05Z', '--within', '5m'], ['e-2']],
    [['--around', '2026-11-20 10:05', '--zone', '+01:00'], ['e-2']],
  ])('answers %j', async (args, expected) => {
    expect(await found(...args)).toEqual(expected);
  });

  test.each([
    ['fsx:tagresource', 'fsx:TagResource'],
    ['FSx:TagResource', 'fsx:TagResource'],
    ['fsx:TagResorce', 'fsx:TagResource'],
  ])(
    'says of an action that no event has what was probably meant: %s',
    async (asked, meant) => {
      const { code, stderr } = await ask(['--action', asked, '--since', '2026-11-20', '--until', '2026-11-20']);
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: `No events.\nNo event has the action ${asked}. Did you mean ${meant}?\n`,
      });
    },
    60_000,
  );

  test.each([
    [['--credential', 'asiaiosfodnn7example'], ['e-2']],
    [['--resource', FILE_SYSTEM.toUpperCase()], ['e-1']],
    [['--region', 'EU-WEST-1', '--access', 'TAGGING', '--kind', 'Root'], ['e-2']],
  ])('takes ids and closed words in any case: %j', async (args, expected) => {
    expect(await found(...args)).toEqual(expected);
  });

  test('says how many there are, and that there are more than were shown', async () => {
    expect((await ask(['--count'])).stdout).toBe('4\n');
    expect((await ask(['--count', '--format', 'json'])).stdout).toBe('{"count":4}\n');
    const { stdout, stderr } = await ask(['--limit', '2', '--format', 'jsonl']);
    expect(jsonLines(stdout)).toHaveLength(2);
    expect(stderr).toContain('There are more than these 2');
    expect((await ask(['--limit', '4'])).stderr).toBe('');
  });

  test('gives JSON with the same members in the same order, however it was asked for', async () => {
    const [byActor] = jsonLines((await ask(['--kind', 'root', '--format', 'jsonl'])).stdout);
    const { stdout } = await ask(['--credential', 'ASIAIOSFODNN7EXAMPLE', '--format', 'json']);
    expect(JSON.stringify(JSON.parse(stdout)[0])).toBe(JSON.stringify(byActor));
    expect(Object.keys(byActor ?? {}).slice(0, 4)).toEqual(['eventID', 'identity', 'eventTime', 'actor']);
    expect(byActor).not.toHaveProperty('expiresAt');
    expect(byActor).not.toHaveProperty('accountDay');
  });

  test('gives CSV that no spreadsheet runs', async () => {
    const { stdout } = await ask(['--error', 'AccessDenied', '--format', 'csv']);
    const [header = '', row = '', end] = stdout.split('\r\n');
    expect(end).toBe('');
    expect(row.split(',')[header.split(',').indexOf('userAgent')]).toBe("'=1+1");
  });

  test('gives a table that fits the terminal', async () => {
    for (const columns of [60, 80, 132, 400]) {
      const { stdout } = await ask([], { columns });
      const lines = stdout.split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(stdout).toContain('fsx:TagResource');
    }
  });

  test('cuts nothing where nobody looks, and paints only where colours are wanted', async () => {
    const plain = await ask([]);
    expect(plain.stdout).toContain('e-1');
    expect(plain.stdout).not.toContain('…');
    expect(plain.stdout).not.toContain('\u001b[');
    expect((await ask([], { columns: 200, colours: true })).stdout).toContain('\u001b[');
  });

  test('explains what was read of the index, and what it took', async () => {
    const { stderr } = await ask(['--action', 'fsx:TagResource', '--action', 'fsx:Un*', '--kind', 'root', '--explain']);
    expect(stderr).toMatch(/Asked +action: fsx:TagResource or fsx:Un\* \(patterns\)\nAsked +actorKind: root \(exact\)/);
    expect(stderr).toMatch(
      /Pages +1, 4 events\nSegments 0 opened of 0\n[\s\S]*Read +[\d.]+ units, \d+ rows, \d+ requests/,
    );
  });

  describe('--by', () => {
    test('draws a bar a row on a terminal, and the hours without events between those that have some', async () => {
      const { stdout } = await ask(['--by', 'hour', '--until', '2026-11-20', '--region', 'eu-west-1'], {
        columns: 100,
      });
      expect(stdout).toMatch(/2026-11-20T08 │ █+/);
      const piped = await ask(['--by', 'hour', '--until', '2026-11-20']);
      expect(piped.stdout).not.toContain('█');
      const gap = await ask(['--by', 'hour', '--access', 'tagging', '--count'], { columns: 100 });
      expect(gap.code).toBe(2);
      const days = (await ask(['--by', 'hour', '--action', 'ec2:*'], { columns: 100 })).stdout;
      expect(days).toMatch(/│ 0 +│ 0\.0% +│ 2026-11-20T23 │ +│/);
    });

    test('counts by several things in tables of their own', async () => {
      const { stdout, stderr } = await ask(['--by', 'actorKind', '--by', 'hour', '--by', 'error']);
      expect(stderr).toBe('');
      const [byKind = '', byHour = '', byError = ''] =
        stdout.split('\n\n').length > 2 ? stdout.split('\n\n') : stdout.split(/(?=By )/);
      expect(byKind).toMatch(
        /By actorKind, 2 values, 4 events[\s\S]*3 +75\.0% +iam-user +2026-11-20 08:00:00 +2026-11-21 11:00:00[\s\S]*1 +25\.0% +root/,
      );
      expect(byHour).toMatch(/2026-11-20T08[\s\S]*2026-11-20T09[\s\S]*2026-11-20T10[\s\S]*2026-11-21T11/);
      expect(byError).toMatch(/By error, 1 value, 4 events[\s\S]*25\.0% +AccessDenied/);
    });

    test('gives programs a line a value', async () => {
      const by = ['--by', 'account', '--by', 'day'];
      const { stdout } = await ask([...by, '--format', 'jsonl']);
      expect(jsonLines(stdout)).toEqual([
        expect.objectContaining({ by: 'account', value: '111122223333', count: 3, share: 0.75 }),
        {
          by: 'account',
          value: '444455556666',
          count: 1,
          share: 0.25,
          first: '2026-11-21T11:00:00Z',
          last: '2026-11-21T11:00:00Z',
        },
        expect.objectContaining({ by: 'day', value: '2026-11-20', count: 3 }),
        expect.objectContaining({ by: 'day', value: '2026-11-21', count: 1 }),
      ]);
      expect((await ask([...by, '--format', 'csv'])).stdout).toMatch(/^by,value,count,share,first,last\r\naccount,/);
      expect(JSON.parse((await ask([...by, '--format', 'json'])).stdout)).toMatchObject({
        total: 4,
        facets: [
          { by: 'account', distinct: 2, values: [{ value: '111122223333' }, { value: '444455556666' }] },
          { by: 'day', distinct: 2 },
        ],
      });
    });

    test('counts what meets conditions, and says how many values --top left out', async () => {
      const { stdout } = await ask(['--by', 'action', '--top', '1', '--account', '111122223333']);
      expect(stdout).toMatch(/By action, the first 1 of 2 values, 3 events[\s\S]*2 +66\.7% +fsx:TagResource/);
      expect((await ask(['--by', 'action', '--account', '999999999999'])).stderr).toBe('No events.\n');
    });
  });

  test.each([
    [['--since', 'lunch'], 'lunch is not a time'],
    [['--since', '1h', '--until', '2h'], 'is not before'],
    [['--address', '203.0.113.0/99'], 'is not a network'],
    [['--kind', 'rot'], 'It is one of root'],
    [['--limit', '0'], 'whole number from 1'],
    [['--zone', 'Mars'], 'Europe/Berlin'],
    [['--resource', ''], 'is empty'],
    [['--account', '123'], 'An account id has 12 digits'],
    [['--recource', 'x'], 'Did you mean --resource?'],
    [['--all', '--limit', '3'], 'cannot be used with'],
    [['--by', 'colour'], 'It is one of actor, action'],
    [['--by', 'actor', '--count'], 'cannot be used with'],
    [['--top', '3'], '--top goes with --by'],
    [['--category', 'dta'], 'It is one of management'],
  ])('refuses %j with a word that helps', async (args, word) => {
    const { code, stdout, stderr } = await ask(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(word);
  });

  test.each(['table', 'jsonl', 'csv'])(
    'says how actions are written where none was found, beside a %s',
    async (format) => {
      const { code, stderr } = await ask(['--action', 'TagResource', '--format', format]);
      expect(code).toBe(0);
      expect(stderr).toContain('Actions are written service:Name');
    },
  );

  test('says how actions are written where none was counted, and only there', async () => {
    expect((await ask(['--action', 'TagResource', '--count'])).stderr).toContain('service:Name');
    expect((await ask(['--action', 'fsx:Nothing'])).stderr).not.toContain('service:Name');
    expect((await ask(['--action', '*TagResource'])).stderr).toBe('');
  });

  test('says that there is no such deployment, and what may be wrong', async () => {
    const { code, stderr } = await runCommand(['events', '--deployment', 'nobody']);
    expect(code).toBe(1);
    expect(stderr).toContain('--deployment');
  });

  test('never cuts what other commands take, on a terminal of 80 columns', async () => {
    const eventID = '8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e';
    const arn = `arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/${'x'.repeat(60)}`;
    await deployment.put([
      tagging({
        eventID,
        eventTime: '2026-11-19T08:00:00Z',
        eventName: 'Whole',
        userIdentity: { ...iamUser('path/to/somebody-with-a-long-name'), accessKeyId: 'ASIAWHOLEWHOLEWHOLE1' },
        requestParameters: { resourceArn: arn },
      }),
    ]);
    const asked = ['--action', 'fsx:Whole'];
    const { stdout } = await ask(asked, { columns: 80 });
    for (const text of [eventID, 'ASIAWHOLEWHOLEWHOLE1', '2026-11-19 08:00:00']) expect(stdout).toContain(text);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect((await ask(asked, { columns: 45 })).stdout).toContain(eventID);
    expect((await ask(asked, { columns: 0 })).stdout).toContain(arn);
  });

  test('lets nothing through to a terminal that it would obey', async () => {
    await deployment.put([
      record({ eventID: 'e-5', eventTime: '2026-11-21T11:30:00Z', eventName: 'Evil\u001b[31m\u202e' }),
    ]);
    for (const format of ['table', 'json', 'jsonl', 'csv']) {
      const { stdout } = await ask(['--action', 'ec2:Evil*', '--format', format], { columns: 300 });
      expect(stdout).toContain('Evil');
      for (const character of ['\u001b', '\u202e']) expect(stdout).not.toContain(character);
    }
  });

  test('gives values whole as CSV on a terminal, however long they are', async () => {
    const userAgent = `\u001b[31m${'x'.repeat(1500)}`;
    await deployment.put([record({ eventID: 'e-6', eventTime: '2026-11-19T07:00:00Z', eventName: 'Long', userAgent })]);
    const asked = ['--action', 'ec2:Long', '--format', 'csv'];
    const [onTerminal, inFile] = [await ask(asked, { columns: 80 }), await ask(asked)];
    expect(onTerminal.stdout).toBe(inFile.stdout.replaceAll('\u001b', '\ufffd'));
  });
});
