import { performance } from 'node:perf_hooks';
import { compileRules } from '../../lambda/detection/index.ts';
import { runCommand } from '../cli/support/run-command.ts';
import { useAwsEnvironment } from '../support/aws-environment.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

/** The threats of docs/security.md that aren't the policies': those are asserted on the template. */

const RULE = `
title: A file system was deleted
id: 2f0f6a1e-3d8d-4e0b-9b57-2b6e1d6c5a01
description: Nobody deletes these.
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: DeleteFileSystem
    userAgent|contains: agent
  condition: selection
level: high
`;

/** What a caller may write into a record: escape sequences, direction marks, line breaks that forge further lines. */
const HOSTILE =
  'agent\u001b[2J\u001b]0;owned\u0007\u009b31m\u202etxt.exe\u2028\r\n\r\n[CRITICAL] Root credentials used\nDo: call +1 555 0100';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment([RULE]);
});

afterEach(() => deployment.aws.stop());

async function deliver(...records: readonly ReturnType<typeof record>[]): Promise<void> {
  const key = logObjectKey();
  await deployment.put(key, logObject(records));
  expect((await deployment.deliver(notificationOf(deployment, key))).batchItemFailures).toEqual([]);
}

const hostile = () => record({ eventName: 'DeleteFileSystem', userAgent: HOSTILE, errorMessage: HOSTILE });

const logBucket = () => deployment.aws.resources.buckets.logs;
const copyOf = (bucket: string, key: string) => `rejected/${bucket}/${key}/v1/000000000.jsonl.gz`;
const inQuarantine = (key: string) => ({
  s3Bucket: deployment.aws.resources.buckets.quarantine,
  s3ObjectKey: [key],
});

describe('a forged notification', () => {
  test.each<[string, object | (() => object)]>([
    ['of another bucket', { s3Bucket: 'somebody-elses-bucket', s3ObjectKey: [logObjectKey()] }],
    ['of a bucket by the path', { s3Bucket: '../quarantine', s3ObjectKey: [logObjectKey()] }],
    ['with a bucket for a key', { s3Bucket: 'a', s3ObjectKey: ['s3://b/AWSLogs/x'] }],
    ['of the quarantine, in a log object’s place', () => inQuarantine(logObjectKey())],
    ['of a copy that the ledger does not know', () => inQuarantine(copyOf(logBucket(), logObjectKey()))],
    ['of a copy of another bucket’s records', () => inQuarantine(copyOf('somebody-elses-bucket', logObjectKey()))],
    ['of a copy of what is no log object', () => inQuarantine(copyOf(logBucket(), '../../readme.txt'))],
  ])('%s makes ingest read nothing', async (_, message) => {
    const s3Calls: string[] = [];
    deployment.aws.clients.s3.middlewareStack.add(
      (next, context) => (args) => {
        s3Calls.push(String(context.commandName));
        return next(args);
      },
      { step: 'initialize' },
    );
    const body = typeof message === 'function' ? message() : message;
    expect((await deployment.deliver(body)).batchItemFailures).toEqual([]);
    expect(s3Calls).toEqual([]);
    expect(await deployment.rows('ledger')).toEqual([]);
  });
});

describe('hostile text in a record', () => {
  test('reaches no person as anything but visible text, on lines of our own', async () => {
    await deliver(hostile());
    const received = await deployment.received();
    expect(received).toHaveLength(2);
    const text = received.find(({ TopicArn }) => TopicArn.endsWith('-high'));
    expect(text?.Message).toContain('agent');
    expect(text?.Message).not.toMatch(OBEYED);
    // Nothing that a record says begins a line.
    for (const line of (text?.Message ?? '').split('\n')) expect(line).not.toMatch(/^\s*(\[CRITICAL\]|Do:)/);
    for (const { Subject = '' } of received) expect(Subject).toMatch(/^[\x20-\x7e]{0,100}$/);
  });

  test('reaches no terminal, in no form of the answer', async () => {
    await deliver(hostile());
    const restore = useAwsEnvironment(deployment.aws);
    try {
      const name = deployment.aws.resources.deployment;
      const now = new Date('2026-11-21T00:00:00Z');
      const commands = ['table', 'json', 'jsonl', 'csv'].flatMap((format) => [
        ['events', '--deployment', name, '--since', '2026-11-20', '--format', format],
        ['findings', '--deployment', name, '--since', '2026-11-20', '--format', format],
      ]);
      for (const args of commands) {
        const { code, stdout, stderr } = await runCommand(args, { now, columns: 200 });
        expect({ code, stderr }).toMatchObject({ code: 0 });
        expect(stdout.replaceAll('\r\n', '\n')).not.toMatch(OBEYED);
      }
    } finally {
      restore();
    }
  });

  test('is no formula in a spreadsheet', async () => {
    const now = new Date('2026-11-21T00:00:00Z');
    const agents = ['=HYPERLINK("https://evil.example","x")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'];
    const key = logObjectKey();
    await deployment.put(key, logObject(agents.map((userAgent) => record({ userAgent }))));
    await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest({ now: () => now }) });
    const restore = useAwsEnvironment(deployment.aws);
    try {
      const name = deployment.aws.resources.deployment;
      const args = ['events', '--deployment', name, '--since', '2026-11-20', '--format', 'csv', '--all'];
      const { stdout } = await runCommand(args, { now });
      expect(stdout.trimEnd().split('\r\n').length).toBe(7);
      expect(stdout).not.toMatch(/(^|,|\n)"?[=+\-@\t\r]/);
    } finally {
      restore();
    }
  });
});

describe('a record that imitates', () => {
  test('an alert of ours is an event like any other, and raises none', async () => {
    await deliver(
      record({
        eventName: 'Publish',
        eventSource: 'sns.amazonaws.com',
        requestParameters: { message: '{"kind":"alert","level":"critical","alertId":"0"}', subject: '[CRITICAL]' },
      }),
    );
    expect(await deployment.rows('findings')).toEqual([]);
    expect(await deployment.received()).toEqual([]);
  });

  test('our own rows replaces none of them', async () => {
    await deliver(hostile());
    const before = await deployment.rows('findings');
    // Rows that are no events have this for an eventID; findings are keyed by a hash that a record can't choose.
    await deliver(record({ eventID: 'trailwarden' }), record({ eventID: String(before[0]?.findingId) }));
    expect(await deployment.rows('findings')).toEqual(before);
    const days = (await deployment.rows('events')).filter(({ part }) => String(part).startsWith('finding-day#'));
    expect(days.length).toBeGreaterThan(0);
    for (const row of days) expect(row.eventName).toBeUndefined();
  });
});

describe('a rule with a pathological regular expression', () => {
  const regexRule = (pattern: string) => `
title: Slow
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    userAgent|re: '${pattern}'
  condition: selection
level: low
`;

  test.each(['(a+)+$', '(a|aa)+$', '(.*a){20}$', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    '%s is matched in time that grows with the text alone',
    (pattern) => {
      const { detector, problems } = compileRules([regexRule(pattern)]);
      expect(problems).toEqual([]);
      const start = performance.now();
      detector.match({ userAgent: `${'a'.repeat(30_000)}!` });
      expect(performance.now() - start).toBeLessThan(5_000);
    },
  );

  test.each(['(a)\\1', '(?=a)'])('%s, which can’t be bounded, is rejected when it is loaded', (pattern) => {
    expect(compileRules([regexRule(pattern)]).problems).toHaveLength(1);
  });
});

test('a YAML bomb in a rule file is refused, and costs nothing', () => {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg', 'ih'].map((pair) => [...pair])) {
    lines.push(`${name}: &${name} [${Array(10).fill(`*${before}`).join(', ')}]`);
  }
  const start = performance.now();
  const { problems } = compileRules([lines.join('\n')]);
  expect(problems.length).toBeGreaterThan(0);
  expect(performance.now() - start).toBeLessThan(2_000);
});
