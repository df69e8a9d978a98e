import { ACCOUNT, record } from '../support/records.ts';
import { assumeRole, keyOf, sessionOf } from '../support/sessions.ts';
import { type AskedDeployment, startAskedDeployment } from './support/asked-deployment.ts';
import { jsonLines, runCommand } from './support/run-command.ts';

const FILE_SYSTEM = 'fs-0123456789abcdef0';
const USER_KEY = 'AKIAALICEEXAMPLE0000';
const SESSION_KEY = 'ASIAFIRSTEXAMPLE0000';
const ALICE = keyOf('alice', USER_KEY);
const DEPLOY = sessionOf('Deploy', 'ci-7', SESSION_KEY);

const onFileSystem = (eventName: string, members = {}) =>
  record({
    eventSource: 'elasticfilesystem.amazonaws.com',
    eventName,
    readOnly: eventName.startsWith('Describe'),
    requestParameters: { fileSystemId: FILE_SYSTEM },
    ...members,
  });

describe('stories', () => {
  let deployment: AskedDeployment;
  beforeAll(async () => {
    deployment = await startAskedDeployment();
    await deployment.put([
      assumeRole(
        ALICE,
        { role: 'Deploy', session: 'ci-7', accessKeyId: SESSION_KEY },
        { eventID: 'a-1', eventTime: '2026-11-20T08:00:00Z' },
      ),
      onFileSystem('DescribeFileSystems', { eventTime: '2026-11-20T08:01:00Z', userIdentity: DEPLOY }),
      onFileSystem('DescribeFileSystems', { eventTime: '2026-11-20T08:02:00Z', userIdentity: DEPLOY }),
      onFileSystem('DeleteTags', { eventID: 'd-1', eventTime: '2026-11-20T08:03:00Z', userIdentity: DEPLOY }),
      onFileSystem('DeleteFileSystem', {
        eventID: 'd-2',
        eventTime: '2026-11-20T08:04:00Z',
        userIdentity: DEPLOY,
        errorCode: 'AccessDenied',
      }),
    ]);
  });
  afterAll(() => deployment.stop());

  test('the status of App Mesh’s connections stands in tables of events, and is asked for as an error', async () => {
    await deployment.put([
      record({
        eventSource: 'appmesh.amazonaws.com',
        eventName: 'StreamAggregatedResources',
        eventType: 'AwsServiceEvent',
        serviceEventDetails: { eventStatus: 'ConnectionTerminated', failureReason: 'no such node' },
      }),
    ]);
    const { stdout } = await ask('events', '--error', 'ConnectionTerminated');
    expect(stdout).toContain('error: ConnectionTerminated');
    expect(stdout).toContain('appmesh:StreamAggregatedResources');
  });

  test('trailwarden timeline folds runs of the same, and shows the last --limit lines', async () => {
    const BUSY = 'fs-0aaaaaaaaaaaaaaaa';
    const tag = (minute: number, eventName = 'CreateTags') =>
      onFileSystem(eventName, {
        eventTime: `2026-11-20T09:0${minute}:00Z`,
        requestParameters: { fileSystemId: BUSY },
        userIdentity: keyOf('bob', 'AKIABOBEXAMPLE000000'),
      });
    await deployment.put([tag(1), tag(2), tag(3), tag(4, 'DeleteTags'), tag(5), tag(6)]);
    const { stdout } = await ask('timeline', BUSY);
    expect(stdout.match(/CreateTags/g)).toHaveLength(2);
    expect(stdout).toContain('x 3, 09:01 to 09:03');
    expect(stdout).toContain('x 2, 09:05 to 09:06');
    const last = await ask('timeline', BUSY, '--limit', '1');
    expect(last.stdout).not.toContain('x 3');
    expect(last.stdout).toContain('x 2');
    expect(last.stderr).toContain('These are 1 of 3 lines of changes');
    expect(jsonLines((await ask('timeline', BUSY, '--limit', '1', '--format', 'jsonl')).stdout)).toHaveLength(6);
  });

  const ask = (...args: string[]) => runCommand([...args, ...deployment.args]);

  test('trailwarden timeline tells changes apart from reads', async () => {
    const { code, stdout } = await ask('timeline', FILE_SYSTEM);
    expect(code).toBe(0);
    const [changes = '', reads = ''] = stdout.split('\nReads\n');
    expect(changes).toMatch(/DeleteTags[\s\S]*DeleteFileSystem/);
    expect(changes).not.toContain('Describe');
    expect(reads).toMatch(/2 +role\/Deploy +elasticfilesystem:DescribeFileSystems/);
    const json = JSON.parse((await ask('timeline', FILE_SYSTEM, '--format', 'json')).stdout);
    expect(json.changes.map(({ eventID }: { eventID: string }) => eventID)).toEqual(['d-1', 'd-2']);
    expect(json.reads).toEqual([
      expect.objectContaining({ count: 2, first: '2026-11-20T08:01:00Z', last: '2026-11-20T08:02:00Z' }),
    ]);
    expect(jsonLines((await ask('timeline', FILE_SYSTEM, '--format', 'jsonl')).stdout)).toHaveLength(2);
  });

  test('trailwarden trace draws the way from the first identity, with times', async () => {
    const { code, stdout } = await ask('trace', 'd-1');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'Times in UTC',
      `user/alice, iam-user, ${USER_KEY}, from 203.0.113.10`,
      `└─ 2026-11-20 08:00:00 sts:AssumeRole arn:aws:iam::${ACCOUNT}:role/Deploy +2`,
      `   └─ ${SESSION_KEY}: 4 events, 1 of them denied or failed`,
      `      ├─ 2026-11-20 08:01:00 elasticfilesystem:DescribeFileSystems ${FILE_SYSTEM}`,
      `      ├─ 2026-11-20 08:02:00 elasticfilesystem:DescribeFileSystems ${FILE_SYSTEM}`,
      `      ├─ 2026-11-20 08:03:00 elasticfilesystem:DeleteTags ${FILE_SYSTEM}`,
      `      └─ 2026-11-20 08:04:00 elasticfilesystem:DeleteFileSystem ${FILE_SYSTEM} denied: AccessDenied`,
      '',
    ]);
  });

  test('trailwarden trace gives programs a tree, or a line an event', async () => {
    const [tree] = JSON.parse((await ask('trace', USER_KEY, '--format', 'json')).stdout);
    expect(tree.credential.issued[0].credential).toMatchObject({ accessKeyId: SESSION_KEY, eventCount: 4 });
    const lines = jsonLines((await ask('trace', SESSION_KEY, '--format', 'jsonl')).stdout);
    expect(lines.map(({ stage, depth, action }) => `${stage} ${depth} ${action}`)).toEqual([
      'origin -1 sts:AssumeRole',
      'activity 0 elasticfilesystem:DescribeFileSystems',
      'activity 0 elasticfilesystem:DescribeFileSystems',
      'activity 0 elasticfilesystem:DeleteTags',
      'activity 0 elasticfilesystem:DeleteFileSystem',
    ]);
  });

  test('neither invents a story', async () => {
    expect(await ask('timeline', 'fs-unknown')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('The index knows nothing of fs-unknown. '),
    });
    expect(await ask('trace', 'AKIANOBODYEXAMPLE000')).toMatchObject({ code: 1, stdout: '' });
    expect((await ask('trace', USER_KEY, '--max-reads', '1')).code).toBe(3);
  });
});
