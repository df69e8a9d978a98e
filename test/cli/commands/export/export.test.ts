import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { exportRows } from '../../../../cli/commands/export/export-rows.ts';
import { exportedEvents } from '../../../../cli/commands/export/exported-event.ts';
import { readZone } from '../../../../cli/time/time-zone.ts';
import { eventDetail } from '../../../../lambda/store/questions/indexed-event.ts';
import { summaryOf } from '../../../../lambda/store/segments/summary.ts';
import { ocsfFaults } from '../../../ocsf/ocsf-schema.ts';
import { finding } from '../../../support/findings.ts';
import { NOW } from '../../../support/index-events.ts';
import { event, record } from '../../../support/records.ts';
import { type AskedDeployment, startAskedDeployment } from '../../support/asked-deployment.ts';
import { jsonLines, runCommand } from '../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

const WHOLE_FILE = pathToFileURL(join(import.meta.dirname, '../../../../cli/commands/export/whole-file.ts')).href;
const ALICE = 'arn:aws:iam::111122223333:user/alice';
const FIRST = { eventID: 'e-1', eventTime: '2026-11-20T14:00:00Z', userAgent: '=HYPERLINK("https://evil.example")' };
const SECOND = {
  eventID: 'e-2',
  eventTime: '2026-11-20T14:05:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'DeleteObjects',
  readOnly: false,
  errorCode: 'AccessDenied',
  resources: [{ ARN: 'arn:aws:s3:::one' }, { ARN: 'arn:aws:s3:::two' }],
};

let deployment: AskedDeployment;
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  deployment = await startAskedDeployment();
  await deployment.put([record(SECOND), record(FIRST)]);
  await deployment.record(finding({ findingId: 'f-2', eventTime: '2026-11-20T14:05:00Z' }), 'alert-1');
  await deployment.record(finding({ findingId: 'f-1', title: '@SUM(1)', actor: ALICE, level: 'low' }));
});
afterAll(async () => {
  await deployment.stop();
  await folder.remove();
});

const ask = (what: string, ...args: string[]) => runCommand(['export', what, ...deployment.args, ...args]);
const file = (name: string) => join(folder.path, name);

test('events go out as JSON lines, the oldest first, each with all of its resources', async () => {
  const { stdout, code } = await ask('events');
  expect(code).toBe(0);
  expect(jsonLines(stdout).map(({ eventID, resources }) => [eventID, resources])).toEqual([
    ['e-1', []],
    ['e-2', ['arn:aws:s3:::one', 'arn:aws:s3:::two']],
  ]);
  expect(jsonLines(stdout)[0]).toMatchObject({ actor: ALICE, receipt: { index: 1 } });
});

test('the conditions and times of events hold', async () => {
  const ids = async (...args: string[]) =>
    jsonLines((await ask('events', ...args)).stdout).map(({ eventID }) => eventID);
  expect(await ids('--outcome', 'denied')).toEqual(['e-2']);
  expect(await ids('--until', '2026-11-20T14:04Z')).toEqual(['e-1']);
  expect(await ids('--actor', 'bob')).toEqual([]);
});

test('a cell of CSV that a spreadsheet would run has an apostrophe before it', async () => {
  const { stdout } = await ask('events', '--format', 'csv');
  const [header, first] = stdout.split('\r\n');
  expect(header).toMatch(/^eventID,.*,resources$/);
  expect(first).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
  expect((await ask('findings', '--format', 'csv')).stdout).toContain(",'@SUM(1),");
});

test('events of Parquet are read back as they were, and so is a file of none', async () => {
  const output = file('events.parquet');
  const { stderr, code } = await ask('events', '--format', 'parquet', '--output', output);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('2 rows in') });
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(output) });
  expect(rows).toMatchObject([
    { eventID: 'e-1', eventTime: new Date(FIRST.eventTime), resources: [], errorCode: null, mfa: null, index: 1 },
    { eventID: 'e-2', errorCode: 'AccessDenied', resources: ['arn:aws:s3:::one', 'arn:aws:s3:::two'], index: 0 },
  ]);
  const none = file('none.parquet');
  await ask('events', '--actor', 'bob', '--format', 'parquet', '--output', none);
  expect(await parquetReadObjects({ file: await asyncBufferFromFile(none) })).toEqual([]);
});

test('findings of Parquet are read back as they were', async () => {
  const output = file('findings.parquet');
  await ask('findings', '--format', 'parquet', '--output', output);
  expect(await parquetReadObjects({ file: await asyncBufferFromFile(output) })).toMatchObject([
    { findingId: 'f-1', level: 'low', tags: ['attack.t1078.004'], alertId: null },
    { findingId: 'f-2', alertId: 'alert-1', matched: [{ field: 'userIdentity.type', value: 'Root' }] },
  ]);
});

test('the same answer makes the same bytes', async () => {
  const written = async (name: string, format: string) => {
    await ask('events', '--format', format, '--output', file(name));
    return readFile(file(name), 'base64');
  };
  for (const format of ['jsonl', 'csv', 'ocsf', 'parquet']) {
    expect(await written(`a.${format}`, format)).toBe(await written(`b.${format}`, format));
  }
});

test('events and findings of OCSF are valid', async () => {
  const events = jsonLines((await ask('events', '--format', 'ocsf')).stdout);
  const findings = jsonLines((await ask('findings', '--format', 'ocsf')).stdout);
  expect([...events, ...findings].flatMap(ocsfFaults)).toEqual([]);
  expect(events.map(({ class_uid }) => class_uid)).toEqual([6003, 6003]);
  expect(findings).toMatchObject([
    { class_uid: 2004, severity: 'Low', is_alert: false },
    { metadata: { uid: 'f-2', correlation_uid: 'alert-1' }, finding_info: { attacks: [{}] }, is_alert: true },
  ]);
});

test('Parquet without a file is refused, and so is a file that cannot be written', async () => {
  expect(await ask('events', '--format', 'parquet')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('--output'),
  });
  const { code, stderr } = await ask('events', '--output', file('missing/events.jsonl'));
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("can't be written") });
});

test('an answer that is too dear leaves no file, and the file that was there as it was', async () => {
  const output = await folder.write('kept.jsonl', 'before');
  const { code } = await ask('events', '--output', output, '--max-reads', '1');
  expect(code).toBe(3);
  expect(await readFile(output, 'utf8')).toBe('before');
  expect(readdirSync(folder.path).filter((name) => name.includes('partial'))).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s leaves no file, and the file that was there as it was',
  async (signal) => {
    const output = await folder.write(`stopped-by-${signal}.jsonl`, 'before');
    const script = `const { writeWhole } = await import(${JSON.stringify(WHOLE_FILE)});
    await writeWhole(${JSON.stringify(output)}, async () => {
      console.log('open');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    expect(readdirSync(folder.path).filter((name) => name.includes('partial'))).toHaveLength(1);
    child.kill(signal);
    expect(await ended).toEqual([null, signal]);
    expect(await readFile(output, 'utf8')).toBe('before');
    expect(readdirSync(folder.path).filter((name) => name.includes('partial'))).toEqual([]);
  },
);

describe('of many rows', () => {
  const io = {
    stdout: { write: () => undefined, isTerminal: false, columns: undefined, colours: false },
    stderr: { write: () => undefined, isTerminal: false, columns: undefined, colours: false },
    env: {},
    now: () => NOW,
  };
  const form = exportedEvents(readZone('UTC'), NOW);
  const one = eventDetail(summaryOf(event()));

  test('Parquet holds ten thousand at once', async () => {
    const output = file('many.parquet');
    async function* rows() {
      for (let index = 0; index < 25_000; index++) yield { ...one, eventID: `e-${index}` };
    }
    await exportRows(rows(), form, { format: 'parquet', output }, io);
    const { row_groups } = await parquetMetadataAsync(await asyncBufferFromFile(output));
    expect(row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([10_000, 10_000, 5_000]);
  });

  test('a time that is none is left out of Parquet, and stops no other row', async () => {
    const output = file('times.parquet');
    async function* rows() {
      yield { ...one, eventTime: 'whenever' };
      yield one;
    }
    await exportRows(rows(), form, { format: 'parquet', output }, io);
    const read = await parquetReadObjects({ file: await asyncBufferFromFile(output) });
    expect(read.map(({ eventTime }) => eventTime)).toEqual([null, new Date(one.eventTime)]);
  });

  test.each(['jsonl', 'parquet'] as const)('%s that fails on the way leaves nothing', async (format) => {
    const output = file(`failed.${format}`);
    async function* rows() {
      yield one;
      throw new Error('throttled');
    }
    await expect(exportRows(rows(), form, { format, output }, io)).rejects.toThrow('throttled');
    expect(existsSync(output)).toBe(false);
    expect(readdirSync(folder.path).filter((name) => name.includes('partial'))).toEqual([]);
  });
});
