import { createHash } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { summary } from '../../store/segments/summaries.ts';
import { NOW, writePages } from '../../support/index-events.ts';
import { packAll } from '../../support/segments-table.ts';
import { type AskedDeployment, startAskedDeployment } from '../support/asked-deployment.ts';
import { jsonLines, runCommand } from '../support/run-command.ts';

const FILE_SYSTEM = 'fs-0123456789abcdef0';

/** A text that compression makes half as long. */
const longText = (seed: number): string =>
  Array.from({ length: 6 }, (_, part) => createHash('sha512').update(`${seed}-${part}`).digest('hex')).join('');

/** Ten days of events that take some 400 bytes each. */
const EVENTS = Array.from({ length: 7_000 }, (_, index) =>
  summary({
    eventTime: `${new Date(Date.UTC(2026, 10, 10) + index * 120_000).toISOString().slice(0, 19)}Z`,
    resources: [FILE_SYSTEM],
    userAgent: longText(index),
  }),
);

describe('--max-reads', () => {
  let deployment: AskedDeployment;
  beforeAll(async () => {
    deployment = await startAskedDeployment();
    const { clients, resources } = deployment.aws;
    const documents = DynamoDBDocumentClient.from(clients.dynamodb);
    await writePages(documents, resources.tables.segments, EVENTS, new Date(NOW.getTime() - 3_600_000));
    await packAll(documents, resources.tables.segments, NOW);
  }, 60_000);
  afterAll(() => deployment.stop());

  const ask = (command: string, ...args: string[]) => runCommand([command, ...args, ...deployment.args]);

  test.each([
    ['events', '--all'],
    ['events', '--count', '--user-agent', 'nobody'],
    ['events', '--limit', '6500'],
    ['events', '--resource', FILE_SYSTEM, '--all'],
    ['events', '--user-agent', 'nobody'],
    ['events', '--by', 'action', '--user-agent', 'nobody'],
    ['timeline', FILE_SYSTEM],
  ])('says what all of it takes and prints no row: %s %s %s %s', async (command, ...args) => {
    const { code, stdout, stderr } = await ask(
      command,
      ...args.filter(Boolean),
      '--max-reads',
      '150',
      '--format',
      command === 'timeline' ? 'json' : 'csv',
    );
    expect(code).toBe(3);
    expect(stdout).toBe('');
    const [, read, whole] =
      /Stopped after (\d+) read units: --max-reads is 150\. The whole .* about (\d+)/.exec(stderr) ?? [];
    expect(Number(read)).toBeLessThanOrEqual(150);
    expect(Number(whole)).toBeGreaterThan(150);
    expect(Number(whole)).toBeLessThan(700);
  });

  test.each([
    ['events', '--all'],
    ['timeline', FILE_SYSTEM],
  ])('refuses before it reads what the answer is in: %s %s', async (command, argument) => {
    const { stderr } = await ask(command, argument, '--max-reads', '150');
    expect(Number(/Stopped after (\d+) read units/.exec(stderr)?.[1])).toBeLessThan(60);
  });

  test('does for what descriptors and dictionaries know', async () => {
    const { code, stdout } = await ask('events', '--count', '--max-reads', '150');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '7000\n' });
    const byAction = await ask('events', '--by', 'resource', '--by', 'day', '--max-reads', '150', '--format', 'jsonl');
    expect(jsonLines(byAction.stdout)[0]).toMatchObject({ by: 'resource', value: FILE_SYSTEM, count: 7_000 });
    expect((await ask('events', '--outcome', 'denied', '--max-reads', '150')).code).toBe(0);
  });

  test('does for as many events as a limit asks for, though it wouldn’t for all', async () => {
    const { code, stdout, stderr } = await ask('events', '--limit', '20', '--max-reads', '150', '--format', 'jsonl');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'There are more than these 20: --limit, --all, --since, --count.\n',
    });
    expect(jsonLines(stdout)).toHaveLength(20);
  });

  test('says so where it does for no answer', async () => {
    const { code, stdout, stderr } = await ask('events', '--all', '--max-reads', '2');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('fewer than 100 do for no answer');
  });

  test('says what a longer answer takes before it is read, and is silent about a short one', async () => {
    const long = await ask('events', '--all', '--explain', '--format', 'jsonl');
    expect(long.code).toBe(0);
    expect(long.stderr).toMatch(/^This takes about \d+ read units; --max-reads is 10,000\.\nTime/);
    const [, estimated, read] = /Estimate up to about (\d+) units[\s\S]*Read +([\d.]+) units/.exec(long.stderr) ?? [];
    expect(Number(read)).toBeGreaterThan(300);
    expect(Math.abs(Number(read) / Number(estimated) - 1)).toBeLessThan(0.25);
    const values = await ask('events', '--by', 'userAgent', '--top', '1', '--format', 'jsonl');
    expect(values.stderr).toMatch(/^This takes about \d+ read units; --max-reads is 10,000\.\n$/);
    const short = await ask('events', '--all', '--since', '2026-11-19', '--explain', '--format', 'jsonl');
    expect(short.stderr).toMatch(/^Time/);
  });
});
