import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sourcesOfFiles } from '../../../../cli/commands/incident/incident-of-files.ts';
import { fileReceipt } from '../../../../cli/commands/scan/report/scan-finding.ts';
import type { Incident } from '../../../../lambda/store/questions/incident/incident.ts';
import { NOW } from '../../../support/index-events.ts';
import { logObject } from '../../../support/records.ts';
import { type AskedDeployment, startAskedDeployment } from '../../support/asked-deployment.ts';
import { runCommand } from '../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { BREAK_IN, NEW_KEY, ORDINARY, STOLEN_KEY } from './break-in.ts';

const SILENT = { write: () => undefined, isTerminal: false, columns: undefined, colours: false };
const QUIET = { stdout: SILENT, stderr: SILENT };

describe('trailwarden incident --file', () => {
  let folder: TemporaryFolder;
  let deployment: AskedDeployment;
  const ask = (...args: string[]) => runCommand(['incident', ...args, '--zone', 'UTC']);
  const tell = async (...args: string[]): Promise<Incident> => {
    const { code, stdout, stderr } = await ask(...args, '--format', 'json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    await folder.write('a/break-in.json.gz', logObject(BREAK_IN));
    await folder.write('b/ordinary.jsonl', ORDINARY.map((record) => JSON.stringify(record)).join('\n'));
    // What was delivered twice counts once.
    await folder.write('b/again.json', JSON.stringify({ Records: BREAK_IN.slice(0, 5) }));
    deployment = await startAskedDeployment();
    await deployment.put(BREAK_IN);
    await deployment.put(ORDINARY);
  });
  afterAll(async () => {
    await folder.remove();
    await deployment.stop();
  });

  test.each([[STOLEN_KEY], ['alice'], ['198.51.100.0/24'], ['payroll'], ['DeleteTrail-14:20']])(
    'tells of %s what a deployment tells that has read the same',
    async (subject) => {
      const { findings: _, next: __, reads, ...told } = await tell(subject, '--file', folder.path);
      const { findings: ___, next: ____, reads: _____, ...expected } = await tell(subject, ...deployment.args);
      expect(told).toEqual(expected);
      expect(reads).toEqual({ units: 0, rows: 0, requests: 0 });
    },
  );

  test('tells where addresses are, as far as --known says it', async () => {
    const known = await folder.write('trailwarden.yaml', "networks: { ranges: { 'Café wifi': [198.51.100.0/24] } }");
    const { addresses } = await tell(STOLEN_KEY, '--file', `${folder.path}/a`, '--known', known);
    expect(addresses.items).toContainEqual(expect.objectContaining({ place: 'Café wifi' }));
    expect((await ask(STOLEN_KEY, '--file', `${folder.path}/a`, '--known', known)).stdout).toMatch(
      /Place[\s\S]*Café wifi/,
    );
    expect((await ask(STOLEN_KEY, '--file', `${folder.path}/a`)).stdout).not.toContain('Place');
  });

  test('tells what the rules find, of credentials that were issued too', async () => {
    const { findings } = await tell(STOLEN_KEY, '--file', folder.path);
    expect(findings.rules.items.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['Trail deleted', 'IAM user created']),
    );
    const ordinary = (await tell('bob', '--file', folder.path)).findings.rules.items.map(({ level }) => level);
    expect(new Set(ordinary)).toEqual(new Set(['informational']));
  });

  test('asks next what files can answer, in commands that work as they stand', async () => {
    const { next } = await tell(STOLEN_KEY, '--file', folder.path);
    expect(next.map(({ args }) => args)).toEqual([
      ['incident', 'user/backdoor'],
      ['incident', NEW_KEY],
      ['incident', 'org-trail'],
    ]);
    for (const { args } of next) expect((await runCommand([...args, '--file', folder.path])).code).toBe(0);
    expect((await ask(STOLEN_KEY, '--file', folder.path)).stdout).toContain(
      `  trailwarden incident ${NEW_KEY} --file ${folder.path}\n`,
    );
  });

  test('takes a region in capital letters', async () => {
    const { events } = await tell(STOLEN_KEY, '--file', folder.path, '--region', 'EU-WEST-1');
    expect(events).toBeGreaterThan(0);
    expect(await tell(STOLEN_KEY, '--file', folder.path, '--region', 'eu-west-1')).toMatchObject({ events });
  });

  test('names its rules in the commands that follow', async () => {
    const rules = join(import.meta.dirname, '../../../../rules');
    const { stdout } = await ask(STOLEN_KEY, '--file', folder.path, '--rules', rules);
    expect(stdout).toContain(`incident ${NEW_KEY} --file ${folder.path} --rules ${rules}\n`);
  });

  test('tells what can be read, and names what can’t', async () => {
    const broken = await temporaryFolder();
    await broken.write('sound.json', JSON.stringify({ Records: [...BREAK_IN, 'no record', { eventName: 'x' }] }));
    await broken.write('cut.json.gz', logObject(BREAK_IN).subarray(0, 40));
    const { code, stdout, stderr } = await ask(STOLEN_KEY, '--file', broken.path, '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ events: 17 });
    expect(stderr).toContain('cut.json.gz: the gzip data is cut');
    expect(stderr).toContain('are left out: 2.');
    await broken.remove();
  });

  test('reads what records say of every other file where one is gone on the way', async () => {
    const some = await temporaryFolder();
    const gone = await some.write('a.json', JSON.stringify({ Records: BREAK_IN.slice(0, 8) }));
    await some.write('b.json', JSON.stringify({ Records: BREAK_IN }));
    const io = { ...QUIET, env: {}, now: () => NOW };
    const { records } = await sourcesOfFiles([some.path], {}, io);
    await rm(gone);
    const receipts = ['a.json', 'b.json'].map((name) => ({ ...fileReceipt(join(some.path, name), 0) }));
    const read: unknown[] = [];
    const reading = async () => {
      for await (const { record } of records?.read(receipts) ?? []) read.push(record.eventID);
    };
    await expect(reading()).rejects.toThrow('ENOENT');
    expect(read).toEqual([BREAK_IN[0]?.eventID]);
    await some.remove();
  });

  test.each([
    [['--file', 'nowhere'], 'There is no file'],
    [['--file', '-'], 'standard input only once'],
    [['--file', '.', '--local'], 'cannot be used with'],
  ])('refuses %j', async (args, reason) => {
    const { code, stderr } = await ask(STOLEN_KEY, ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(reason);
  });
});
