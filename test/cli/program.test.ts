import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logObject, record } from '../support/records.ts';
import { runCommand } from './support/run-command.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

describe('the command line', () => {
  test('says what there is, with examples and exit codes', async () => {
    const { code, stdout } = await runCommand(['--help']);
    expect(code).toBe(0);
    for (const word of ['events', 'event', 'findings', 'Examples:', 'Exit codes:']) expect(stdout).toContain(word);
  });

  test.each([['events'], ['event'], ['findings']])('%s has help of its own, with examples', async (name) => {
    const { code, stdout } = await runCommand([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`$ trailwarden ${name}`);
    expect(stdout).toContain('--local');
  });

  test('names the nearest command to one that it doesn’t know', async () => {
    const { code, stderr } = await runCommand(['evnts']);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean events?');
  });

  test.each([
    [['redrive', 'range', '--nope'], 'trailwarden redrive range --help says more'],
    [['rules', 'check', '--nope'], 'trailwarden rules check --help says more'],
    [['events', '--nope'], 'trailwarden events --help says more'],
    [['nope'], 'trailwarden --help says more'],
  ])('says of %j, which is wrong, whose help to read', async (args, hint) => {
    const { code, stderr } = await runCommand(args);
    expect(code).toBe(2);
    expect(stderr).toContain(`(${hint})`);
  });

  test('says its version', async () => {
    expect(await runCommand(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test('names a command below another one by all its words', async () => {
    const { stderr } = await runCommand(['rules', 'check', '--nonsense']);
    expect(stderr).toContain('(trailwarden rules check --help says more)');
  });

  const script = join(import.meta.dirname, '../../bin/trailwarden.ts');

  test('says of a local folder that isn’t there what makes it', () => {
    const folder = join(import.meta.dirname, 'no-such-folder');
    const { status, stderr } = spawnSync(process.execPath, [script, 'events', '--data', folder], { encoding: 'utf8' });
    expect(stderr).toContain('npm start');
    expect(status).toBe(1);
  });

  test('runs as a process, and ends with the code', () => {
    const { status, stderr } = spawnSync(process.execPath, [script, 'events', '--kindd', 'root'], { encoding: 'utf8' });
    expect(stderr).toContain('--kind');
    expect(status).toBe(2);
  });

  test('writes its results before what it says of them, where both go to one file', async () => {
    const folder = await temporaryFolder();
    try {
      const create = (index: number) =>
        record({ eventSource: 'iam.amazonaws.com', eventName: 'CreateRole', eventID: `e-${index}` });
      const file = await folder.write(
        'log.json.gz',
        logObject(Array.from({ length: 300 }, (_, index) => create(index))),
      );
      const both = join(folder.path, 'both.txt');
      const descriptor = openSync(both, 'w');
      const { status } = spawnSync(process.execPath, [script, 'scan', file, '--format', 'jsonl'], {
        stdio: ['ignore', descriptor, descriptor],
      });
      closeSync(descriptor);
      const lines = readFileSync(both, 'utf8').trimEnd().split('\n');
      const findings = lines.filter((line) => line.startsWith('{"findingId"'));
      expect(status).toBe(0);
      expect(findings.length).toBeGreaterThanOrEqual(300);
      expect(lines.slice(0, findings.length)).toEqual(findings);
      expect(lines.at(-1)).toContain('300 events in 1 file judged');
    } finally {
      await folder.remove();
    }
  });
});
