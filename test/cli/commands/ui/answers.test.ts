import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localCaller } from '../../../../cli/aws/caller.ts';
import { type Connection, connected } from '../../../../cli/aws/connection.ts';
import { eventQuestions } from '../../../../cli/aws/event-questions.ts';
import { allAnswers } from '../../../../cli/commands/ui/answers/all-answers.ts';
import { keptFile } from '../../../../cli/commands/ui/context/kept-file.ts';
import { SessionReads } from '../../../../cli/commands/ui/context/session-reads.ts';
import { explainPageError } from '../../../../cli/commands/ui/explain-page-error.ts';
import type { Io } from '../../../../cli/output/process-io.ts';
import { UNTRIED } from '../../../../lambda/alerts/channels/channel-state.ts';
import { alertOf } from '../../../../lambda/alerts/messages/alert-content.ts';
import { AlertTable } from '../../../../lambda/store/alerts/alert-table.ts';
import { ReadLimitReached } from '../../../../lambda/store/dynamo/queries/read-meter.ts';
import { createFindingQueries } from '../../../../lambda/store/findings/finding-query.ts';
import { AccountRegions } from '../../../../lambda/store/ledger/account-regions.ts';
import type { EventQueries } from '../../../../lambda/store/questions/event-queries.ts';
import type { Answers, Told } from '../../../../ui/protocol/answers.ts';
import type { Asked, QuestionName } from '../../../../ui/protocol/asked.ts';
import { finding } from '../../../support/findings.ts';
import { NOW } from '../../../support/index-events.ts';
import { iamUser, record, root } from '../../../support/records.ts';
import { type AskedDeployment, startAskedDeployment } from '../../support/asked-deployment.ts';
import { jsonLines, runCommand } from '../../support/run-command.ts';

const RANGE = { since: '2026-11-20T00:00:00Z', until: '2026-11-21T00:00:00Z' };
const FILE_SYSTEM = 'fs-0123456789abcdef0';
const silent = { write: () => undefined, isTerminal: false, columns: undefined, colours: false };
const io: Io = { stdout: silent, stderr: silent, env: {}, now: () => NOW };

let deployment: AskedDeployment;
let connection: Connection;
let end: () => void;

beforeAll(async () => {
  deployment = await startAskedDeployment();
  await deployment.put([
    ...Array.from({ length: 30 }, (_, number) =>
      record({
        eventID: `e-${String(number).padStart(2, '0')}`,
        eventTime: `2026-11-20T10:00:${String(number).padStart(2, '0')}Z`,
        userIdentity: { ...iamUser('alice'), accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
      }),
    ),
    record({
      eventID: '8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e',
      eventTime: '2026-11-20T14:03:07Z',
      eventSource: 'fsx.amazonaws.com',
      eventName: 'TagResource',
      readOnly: false,
      userIdentity: root(),
      sourceIPAddress: '203.0.113.99',
      requestParameters: { fileSystemId: FILE_SYSTEM, tags: [{ key: 'a*b', value: '\u202eexe' }] },
    }),
  ]);
  await deployment.record(
    finding({ ruleId: 'rule-1', eventTime: '2026-11-20T14:03:07Z', tags: ['attack.persistence'] }),
  );
  connection = await new Promise<Connection>((resolve, reject) => {
    connected({ deployment: deployment.aws.resources.deployment }, async (opened) => {
      resolve(opened);
      await new Promise<void>((over) => {
        end = over;
      });
    }).catch(reject);
  });
});
afterAll(async () => {
  end();
  await deployment.stop();
});

/** The answers of a page that was just opened. */
function pageOf({
  maxReads = 10_000,
  env = {},
  events = eventQuestions(connection, io),
}: {
  maxReads?: number;
  env?: Record<string, string>;
  events?: EventQueries;
} = {}) {
  const { documents, tables } = connection;
  const answers = allAnswers({
    connection: { ...connection, caller: async () => localCaller() },
    options: { deployment: 'of-the-test' },
    io,
    events,
    findings: createFindingQueries(documents, tables, io.now),
    session: new SessionReads(maxReads),
    kept: keptFile('of/the test', env),
    command: (args) => args.join(' '),
  });
  return async <Name extends QuestionName>(
    name: Name,
    asked: Asked<Name>,
    isGone?: AbortSignal,
  ): Promise<Told<Answers[Name]>> => (await answers[name]?.(asked, isGone)) as Told<Answers[Name]>;
}

test('the rows of a table are those of trailwarden events, piece by piece and in order, from wherever they are asked', async () => {
  const ask = pageOf();
  const filter = { ...RANGE, only: {}, not: {} };
  const ids = async (from: number, count: number) => {
    const { answer } = await ask('events', { ...filter, from, count });
    return { ids: answer.rows.map(({ eventID }) => eventID), isEnd: answer.isEnd };
  };
  const args = ['--since', RANGE.since, '--until', RANGE.until, '--all', '--format', 'jsonl'];
  const { stdout } = await runCommand(['events', ...deployment.args, ...args]);
  const all = jsonLines(stdout).map(({ eventID }) => eventID);
  expect(all).toHaveLength(31);
  expect(await ids(0, 10)).toEqual({ ids: all.slice(0, 10), isEnd: false });
  expect(await ids(10, 10)).toEqual({ ids: all.slice(10, 20), isEnd: false });
  // Another window begins anew, and one that was left is gone on with.
  expect(await ids(0, 5)).toEqual({ ids: all.slice(0, 5), isEnd: false });
  expect(await ids(20, 100)).toEqual({ ids: all.slice(20), isEnd: true });
  expect(await ids(40, 10)).toEqual({ ids: [], isEnd: true });
  const both = await Promise.all([ids(0, 3), ids(3, 3)]);
  expect(both.flatMap((piece) => piece.ids)).toEqual(all.slice(0, 6));
});

test('filters take values and leave them out, and the command that is told asks the same', async () => {
  const ask = pageOf();
  const asked = { ...RANGE, only: { actor: ['user/alice'] }, not: { action: ['fsx:*'], userAgent: ['nobody'] } };
  const { answer } = await ask('facets', asked);
  expect(answer.total).toBe(30);
  expect(answer.command).toBe(
    'events --actor user/alice --not action=fsx:* --not user-agent=nobody --since 2026-11-20T00:00:00Z --until 2026-11-21T00:00:00Z',
  );
  const { code, stdout } = await runCommand([...answer.command.split(' '), ...deployment.args, '--count']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '30\n' });
  const [actors, actions] = answer.facets;
  expect(actors?.values).toEqual([{ value: 'arn:aws:iam::111122223333:user/alice', name: 'user/alice', count: 30 }]);
  expect(actions?.values).toEqual([{ value: 'ec2:DescribeInstances', count: 30 }]);
});

test('bars are as wide as the range asks for, and hold every event', async () => {
  const ask = pageOf();
  const sum = async (since: string, until: string) => {
    const { answer } = await ask('facets', { since, until });
    return [answer.barSeconds, answer.bars.reduce((total, { count }) => total + count, 0), answer.total];
  };
  expect(await sum('2026-11-20T10:00:00Z', '2026-11-20T10:01:00Z')).toEqual([1, 30, 30]);
  expect(await sum('2026-11-20T00:00:00Z', '2026-11-20T12:00:00Z')).toEqual([600, 30, 30]);
  expect(await sum(RANGE.since, RANGE.until)).toEqual([3_600, 31, 31]);
  expect(await sum('2026-11-01T00:00:00Z', '2026-11-21T00:00:00Z')).toEqual([86_400, 31, 31]);
});

test('an event has its record, its receipt and what stands for it; marks that nobody sees are escaped', async () => {
  const { answer } = await pageOf()('event', {
    eventID: '8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e',
    time: '2026-11-20T14:03:07Z',
  });
  const [event] = answer.events;
  expect(event).toMatchObject({
    proof: { content: 'same', digest: 'none' },
    receipt: { index: 30 },
    row: { who: 'root', action: 'fsx:TagResource', outcome: 'success' },
  });
  expect(event?.record).toContain('"fileSystemId": "fs-0123456789abcdef0"');
  expect(event?.record).not.toContain('\u202e');
  expect(event?.facts).toContainEqual({ name: 'Resource', value: FILE_SYSTEM, filter: 'resource', isSubject: true });
});

test.each([
  [
    '8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e',
    'event',
    /^\/explore\?since=.*&event=8a2f61c4-.*&at=2026-11-20T14%3A03%3A07Z$/,
  ],
  ['akiaiosfodnn7example', 'credential', /^\/explore\?.*&credential=AKIAIOSFODNN7EXAMPLE$/],
  ['203.0.113.99', 'address', /^\/explore\?.*&address=203.0.113.99$/],
  ['arn:aws:iam::111122223333:user/alice', 'actor', /^\/explore\?.*&actor=arn/],
  ['alice', 'actor', /^\/explore\?.*&actor=alice$/],
  [FILE_SYSTEM, 'resource', /^\/explore\?.*&resource=fs-0123456789abcdef0$/],
])('the box takes %s as %s, and goes where it leads', async (text, kind, path) => {
  const { answer } = await pageOf()('lead', { text });
  expect(answer).toEqual({ kind, path: expect.stringMatching(path) });
});

test('the box says what it takes where the index knows nothing of a text', async () => {
  await expect(pageOf()('lead', { text: 'nobody' })).rejects.toThrow('The index knows nothing of nobody. It takes');
});

test('findings are counted by level, rule, actor and tactic', async () => {
  const { answer } = await pageOf()('findings', RANGE);
  expect(answer.groups.map(({ by, values }) => [by, values.map(({ value, count }) => [value, count])])).toMatchObject([
    ['level', [[expect.any(String), 1]]],
    ['rule', [['rule-1', 1]]],
    ['actor', [[expect.any(String), 1]]],
    ['tactic', [['persistence', 1]]],
  ]);
  expect((await pageOf()('findings', { ...RANGE, tactic: 'impact' })).answer.rows).toEqual([]);
});

test('new findings are those that a list doesn’t have', async () => {
  const ask = pageOf();
  const [row] = (await ask('findings', RANGE)).answer.rows;
  const after = '2026-11-20T13:03:07Z';
  expect((await ask('newer-findings', { after, seen: [] })).answer).toEqual({ count: 1 });
  expect((await ask('newer-findings', { after, seen: [row?.findingId ?? ''] })).answer).toEqual({ count: 0 });
});

describe('--max-reads holds for all that a page reads', () => {
  test('what each answer took is told, and adds up', async () => {
    const ask = pageOf();
    const one = await ask('facets', RANGE);
    const other = await ask('facets', RANGE);
    expect(one.reads.units).toBeGreaterThan(0);
    expect(other.reads).toEqual({ units: one.reads.units, session: 2 * one.reads.units, limit: 10_000 });
  });

  test('an answer beyond it is refused in words, until a person allows more', async () => {
    const ask = pageOf({ maxReads: 1 });
    const refusal = await ask('facets', RANGE).then(
      () => undefined,
      (error: unknown) => explainPageError(error),
    );
    expect(refusal).toMatchObject({ kind: 'read-limit', message: expect.stringContaining('--max-reads') });
    await ask('allow-reads', { units: 1_000 });
    const { answer, reads } = await ask('facets', RANGE);
    expect({ total: answer.total, limit: reads.limit }).toEqual({ total: 31, limit: 1_001 });
  });

  test('the ledger counts, too', async () => {
    const { documents, tables } = connection;
    await new AccountRegions(documents, tables.ledger).note({ account: '111122223333', region: 'eu-west-1' });
    const { reads } = await pageOf()('completeness', RANGE);
    expect(reads.units).toBeGreaterThan(0);
    await expect(pageOf({ maxReads: 1 })('completeness', RANGE)).rejects.toThrow(/1 are allowed/);
  });

  test('stories count, too', async () => {
    const ask = pageOf();
    const { reads, answer } = await ask('story', { subject: 'user/alice' });
    expect(answer.incident.events).toBe(30);
    expect(reads.units).toBeGreaterThan(0);
    expect(reads.session).toBe(reads.units);
  });
});

test.each([
  ['events', { ...RANGE, only: {}, not: {}, from: -1, count: 10 }],
  ['events', { ...RANGE, only: { nothing: ['x'] }, not: {}, from: 0, count: 10 }],
  ['facets', { since: 'yesterday', until: RANGE.until }],
  ['facets', { ...RANGE, only: { address: ['203.0.113.0/99'] } }],
  ['allow-reads', { units: 1e12 }],
  ['suppress', { ruleId: 'rule-1', until: '4h', reason: '  ' }],
  ['mark', { findingId: 'f0', verdict: 'maybe', reason: 'x' }],
  ['mark', { findingId: 'f0', verdict: 'true', reason: ' ' }],
  ['event', {}],
] as const)('a question that makes no sense is refused before anything is read: %s %j', async (name, asked) => {
  const refusal = await pageOf()(name, asked as never).then(
    () => undefined,
    (error: unknown) => explainPageError(error),
  );
  expect(refusal).toMatchObject({ kind: 'bad-question' });
});

test('marking a finding says who it was, and the finding has it from then on', async () => {
  const ask = pageOf();
  const { findingId } = finding();
  const { answer: given } = await ask('mark', { findingId, verdict: 'false', reason: ' A migration, CHG-1 ' });
  expect(given).toEqual({
    verdict: 'false',
    reason: 'A migration, CHG-1',
    by: expect.stringMatching(/./),
    at: NOW.toISOString(),
  });
  const { answer } = await ask('finding', { findingId, ruleId: 'rule-1', time: '2026-11-20T14:03:07Z' });
  expect(answer.mark).toEqual(given);
  await expect(ask('mark', { findingId: 'gone', verdict: 'true', reason: 'x' })).rejects.toThrow('no finding gone');
});

describe('denied actions', () => {
  /** Questions over an index in which telling denied actions apart fails so. */
  const failing = (error: (maxUnits: number) => Error): EventQueries => {
    const all = eventQuestions(connection, io);
    return {
      ...all,
      atOneMoment: (meter) => {
        const moment = all.atOneMoment(meter);
        return {
          ...moment,
          facets: async (query, by, options, own) => {
            if (query.conditions !== undefined) throw error(own?.maxUnits ?? Number.POSITIVE_INFINITY);
            return moment.facets(query, by, options, own);
          },
        };
      },
    };
  };

  test('are left out where they would take most of what a session may read: all else is told', async () => {
    let allowed = 0;
    const events = failing((maxUnits) => {
      allowed = maxUnits;
      return new ReadLimitReached(maxUnits, { units: 0, rows: 0, requests: 0 }, 51_120);
    });
    const { answer } = await pageOf({ events })('overview-events', RANGE);
    expect(answer).not.toHaveProperty('deniedActions');
    expect(answer).toMatchObject({ events: { now: 31 }, denied: { now: 0 } });
    expect(allowed).toBe(1_000);
    expect((await pageOf()('overview-events', RANGE)).answer.deniedActions).toEqual([]);
  });

  test('fail as everything does where they can’t be read', async () => {
    const events = failing(() => new Error('the table is gone'));
    await expect(pageOf({ events })('overview-events', RANGE)).rejects.toThrow('the table is gone');
  });
});

test('an answer that nobody waits for any more reads nothing; a piece of a table is read to its end', async () => {
  const ask = pageOf();
  const gone = AbortSignal.abort();
  await expect(ask('facets', { ...RANGE }, gone)).rejects.toThrow('aborted');
  const { answer, reads } = await ask('events', { ...RANGE, only: {}, not: {}, from: 0, count: 10 }, gone);
  expect(answer.rows).toHaveLength(10);
  expect(reads.units).toBe(reads.session);
});

describe('what is kept on the machine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trailwarden-state-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const PIN = { kind: 'event' as const, id: 'e-1', time: '2026-11-20T10:00:00Z', title: 'alice', note: 'why' };

  test('is there the next time, for the user alone to read', async () => {
    const env = { XDG_STATE_HOME: folder };
    await pageOf({ env })('keep', { rowHeight: 28, zone: 'local', pins: [PIN] });
    const { answer } = await pageOf({ env })('start', {});
    expect(answer.kept).toEqual({ version: 1, rowHeight: 28, zone: 'local', pins: [PIN] });
    const file = join(folder, 'trailwarden', 'page-of%2Fthe%20test.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8')).pins).toEqual([PIN]);
  });

  test('is nothing where the file is broken, or there is no such place', async () => {
    const env = { XDG_STATE_HOME: folder };
    await pageOf({ env })('keep', { pins: [PIN] });
    await writeFile(join(folder, 'trailwarden', 'page-of%2Fthe%20test.json'), '{"version":7');
    expect((await pageOf({ env })('start', {})).answer.kept.pins).toEqual([]);
    const ask = pageOf();
    await ask('keep', { pins: [PIN] });
    expect((await ask('start', {})).answer.kept.pins).toEqual([PIN]);
  });
});

test('the page says whose index it is, and up to when it goes', async () => {
  expect((await pageOf()('start', {})).answer).toMatchObject({
    deployment: 'of-the-test',
    isLocal: false,
    newest: '2026-11-20T14:03:07Z',
    now: NOW.toISOString(),
  });
});

test('the report of a page is one file, named by when it was made', async () => {
  const { answer } = await pageOf()('report', { story: { subject: 'user/alice' }, pins: [] });
  expect(answer.fileName).toBe('trailwarden-20261121-1200.html');
  expect(answer.leftOut).toEqual([]);
  expect(answer.html).toContain('<code>incident user/alice</code>');
});

test('incident --format html is the same file', async () => {
  const { code, stdout } = await runCommand(['incident', 'user/alice', ...deployment.args, '--format', 'html']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^<!doctype html>/);
  expect(stdout).toContain('<td class="number">30</td>');
});

test('an alert tells how far each channel is', async () => {
  const alert = alertOf(finding({ actor: 'told' }), 15);
  const { alertId } = alert;
  const alerts = new AlertTable(connection.documents, connection.tables.alerts, () => NOW);
  const publication = { kind: 'alert', level: 'high', attributes: {}, messages: {} } as const;
  await alerts.create(alert, { publication, channels: { people: UNTRIED, soc: UNTRIED } }, NOW);
  const at = NOW.toISOString();
  const channels = {
    people: { state: 'sent', tries: 1, at },
    soc: { state: 'pending', tries: 2, since: at, nextTry: at, error: 'no such host' },
  } as const;
  await alerts.note({ alertId, leaseUntil: at, publication }, { progress: { channels }, givenUp: [] });
  const { answer } = await pageOf()('alert', { alertId });
  expect(answer.channels).toEqual([
    { channel: 'people', message: 'alert', state: 'sent', tries: 1, at },
    { channel: 'soc', message: 'alert', state: 'failed', tries: 2, at, nextTry: at, answer: 'no such host' },
  ]);
});
