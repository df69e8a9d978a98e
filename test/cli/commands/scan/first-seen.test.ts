import fc from 'fast-check';
import { gather } from '../../../../cli/commands/scan/gather-results.ts';
import { judgeRecords } from '../../../../cli/commands/scan/judge-file.ts';
import { createDetector, parseRules } from '../../../../lambda/detection/index.ts';
import { iamUser, logObject, record } from '../../../support/records.ts';
import { jsonLines, runCommand } from '../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

const RULE = `
title: A call
name: a_call
logsource: { product: aws, service: cloudtrail }
detection:
  call: { eventSource: iam.amazonaws.com }
  condition: call
---
title: First call of its kind by a user
id: 11111111-1111-4111-8111-111111111111
level: medium
correlation:
  type: first_seen
  rules: [a_call]
  group-by: [userIdentity.arn]
  fields: [eventName]
  timespan: 3d
`;

const call = (day: number, eventName: string, members: object = {}) =>
  record({
    eventSource: 'iam.amazonaws.com',
    eventName,
    eventID: `${day}-${eventName}`,
    eventTime: `2026-11-${String(day).padStart(2, '0')}T10:00:00Z`,
    userIdentity: iamUser('alice'),
    ...members,
  });

describe('first_seen over files', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
    await folder.write('rules/first.yml', RULE);
  });
  afterEach(() => folder.remove());

  const found = async (...args: string[]) => {
    const { stdout } = await runCommand([...args, '--rules', `${folder.path}/rules`, '--format', 'jsonl']);
    return jsonLines(stdout).map(({ eventIDs }) => String(eventIDs));
  };

  test('learns from the first event of the files on, whatever their order', async () => {
    await folder.write('logs/a.json', logObject([call(5, 'CreateUser'), call(4, 'DeleteUser')]));
    await folder.write('logs/b.json', logObject([call(1, 'ListUsers'), call(3, 'CreateUser')]));
    expect(await found('scan', `${folder.path}/logs`)).toEqual(['4-DeleteUser']);
  });

  test('learns from a history, which makes no findings of its own', async () => {
    await folder.write('logs/a.json', logObject([call(5, 'CreateUser'), call(5, 'DeleteUser')]));
    await folder.write('before/a.json', logObject([call(1, 'ListUsers'), call(4, 'CreateUser')]));
    expect(await found('scan', `${folder.path}/logs`)).toEqual([]);
    expect(await found('scan', `${folder.path}/logs`, '--history', `${folder.path}/before`)).toEqual(['5-DeleteUser']);
  });

  test('makes the same finding for the history and the file that an event is in as for none', async () => {
    await folder.write('logs/a.json', logObject([call(5, 'CreateUser')]));
    await folder.write('before/a.json', logObject([call(1, 'ListUsers'), call(5, 'CreateUser')]));
    expect(await found('scan', `${folder.path}/logs`, '--history', `${folder.path}/before`)).toEqual([]);
  });

  test('backtests with a history', async () => {
    await folder.write('logs/a.json', logObject([call(5, 'CreateUser'), call(5, 'DeleteUser')]));
    await folder.write('before/a.json', logObject([call(1, 'ListUsers'), call(4, 'CreateUser')]));
    const backtest = async (...args: string[]) => {
      const rule = `${folder.path}/rules/first.yml`;
      const { stdout } = await runCommand([
        ...['rules', 'backtest', rule, `${folder.path}/logs`, '--format', 'json'],
        ...args,
      ]);
      return JSON.parse(stdout).findings;
    };
    expect(await backtest()).toBe(0);
    expect(await backtest('--history', `${folder.path}/before`)).toBe(1);
  });

  test('refuses a history without any file', async () => {
    await folder.write('logs/a.json', logObject([call(5, 'CreateUser')]));
    const { code, stderr } = await runCommand(['scan', `${folder.path}/logs`, '--history', `${folder.path}/none`]);
    expect(code).toBe(2);
    expect(stderr).toContain('--history: there is no file of CloudTrail records in');
  });

  test('runs tests as if all was learnt, unless they say that nothing was', async () => {
    await folder.write(
      'rules/first.test.yml',
      `defaults: { eventSource: iam.amazonaws.com, eventName: CreateUser }
tests:
  - name: fires at once
    findings: 1
    events: [{ at: 2026-11-20T14:00:00Z, repeat: 2, every: 1m }]
  - name: learns
    learned: false
    findings: 1
    events:
      - { at: 2026-11-20T14:00:00Z }
      - { at: 2026-11-23T14:00:00Z }
      - { at: 2026-11-23T14:00:00Z, event: { eventName: DeleteUser } }
`,
    );
    const { code, stdout } = await runCommand(['rules', 'test', `${folder.path}/rules`]);
    expect({ code, stdout }).toMatchObject({ code: 0 });
  });

  test('finds the same in any number of files as in one', async () => {
    const { ruleSet } = parseRules([{ text: RULE }]);
    const drawn = fc.array(fc.record({ day: fc.integer({ min: 1, max: 12 }), name: fc.constantFrom('A', 'B', 'C') }), {
      minLength: 1,
      maxLength: 25,
    });
    const scanned = async (files: readonly (readonly object[])[]) => {
      const detector = createDetector(ruleSet);
      const results = async function* () {
        for (const [i, records] of files.entries()) {
          const body = (async function* () {
            yield logObject(records);
          })();
          const receiptOf = (index: number) => ({ bucket: '', key: `${i}`, version: '', index });
          yield { path: `${i}`, result: await judgeRecords(body, receiptOf, detector, {}) };
        }
      };
      const ids: string[] = [];
      for await (const { findingId } of gather(results(), ruleSet)) ids.push(findingId);
      return ids;
    };
    await fc.assert(
      fc.asyncProperty(drawn, fc.integer({ min: 1, max: 4 }), async (events, parts) => {
        const records = events.map(({ day, name }, n) => call(day, name, { eventID: `e${n}` }));
        const files = Array.from({ length: parts }, (_, part) => records.filter((__, n) => n % parts === part));
        expect(await scanned(files)).toEqual(await scanned([records]));
      }),
      { numRuns: 60 },
    );
  });
});
