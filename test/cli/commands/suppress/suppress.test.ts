import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { createEventQueries } from '../../../../lambda/store/questions/event-queries.ts';
import { finding } from '../../../support/findings.ts';
import { type AskedDeployment, startAskedDeployment } from '../../support/asked-deployment.ts';
import { jsonLines, runCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { USER_CREATED } from '../rules/support/user-created.ts';

const sts = mockClient(STSClient);
const RULE = finding().ruleId;
const ALICE = 'arn:aws:iam::111122223333:user/alice';

let asked: AskedDeployment;

beforeAll(async () => {
  asked = await startAskedDeployment();
  await asked.record(finding());
});

afterAll(() => asked.stop());

beforeEach(() => {
  sts.reset();
  sts.on(GetCallerIdentityCommand).resolves({ Arn: ALICE, Account: '111122223333', UserId: 'AIDAEXAMPLE' });
});

const suppress = (...args: readonly string[]) => runCommand(['suppress', ...args, ...asked.args]);
const reason = ['--reason', 'Migration, CHG-1234'];

async function make(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await suppress(RULE, '--until', '4h', ...reason, ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
  return stdout.trim();
}

async function list(...args: readonly string[]) {
  return jsonLines((await suppress('list', '--format', 'jsonl', ...args)).stdout);
}

test('a suppression is made with an id, a sentence and a note of a rule that never found anything', async () => {
  const title = 'Envoy lost its connection to App Mesh';
  const { code, stdout, stderr } = await suppress(title, '--until', '4h', ...reason, '--account', '111122223333');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^sup-[0-9a-f]{10}\n$/);
  expect(stderr).toMatch(/^Findings of 2330b77e-9d64-429e-8ded-3ffc2907b5be in 111122223333 raise no alert until /);
  expect(stderr).toContain('No finding of this rule is recorded so far.');
  expect((await suppress(RULE, '--until', '4h', ...reason)).stderr).not.toContain('No finding');
});

test('a rule that there is not is refused with the nearest, and nothing is suppressed', async () => {
  const before = (await list('--all')).length;
  const refused = await suppress('Trail deletd', '--until', '4h', ...reason);
  expect(refused).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining("Did you mean 'Trail deleted'"),
  });
  expect(await list('--all')).toHaveLength(before);
});

test('a rule of one’s own is known by its folder, and by the title of its findings', async () => {
  const folder = await temporaryFolder();
  const file = await folder.write('own.yml', USER_CREATED.replace('IAM user created', 'Helper made'));
  const own = await suppress('helper m', '--until', '4h', ...reason, '--rules', file);
  await folder.remove();
  expect(own).toMatchObject({ code: 0, stderr: expect.stringContaining('Findings of 11111111-') });
  expect(await suppress('root credentials CHANGED tags', '--until', '4h', ...reason)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Findings of '),
  });
});

test('the list has those that are in force, with who made them and why; --all has those that are over', async () => {
  const id = await make('--actor', 'arn:aws:iam::111122223333:role/Deploy');
  expect((await list()).find(({ suppressionId }) => suppressionId === id)).toMatchObject({
    state: 'active',
    ruleId: RULE,
    actor: 'arn:aws:iam::111122223333:role/Deploy',
    reason: 'Migration, CHG-1234',
    createdBy: ALICE,
  });
  expect((await suppress('list')).stdout).toContain(id);
  expect((await suppress('end', id)).code).toBe(0);
  expect((await list()).map(({ suppressionId }) => suppressionId)).not.toContain(id);
  expect((await list('--all')).find(({ suppressionId }) => suppressionId === id)).toMatchObject({
    state: 'ended',
    endedBy: ALICE,
  });
});

test('one that is over can’t be ended, nor one that isn’t there, and two that end it at once end it once', async () => {
  const id = await make();
  const codes = await Promise.all([suppress('end', id), suppress('end', id)]);
  expect(codes.map(({ code }) => code).sort()).toEqual([0, 1]);
  expect(await suppress('end', id)).toMatchObject({ code: 1, stderr: `${id} is over already.\n` });
  expect(await suppress('end', 'sup-none')).toMatchObject({ code: 1, stderr: 'There is no suppression sup-none.\n' });
});

test('making and ending it are events of their own, which every index finds, with their records', async () => {
  const id = await make();
  await suppress('end', id);
  const documents = DynamoDBDocumentClient.from(asked.aws.clients.dynamodb);
  const queries = createEventQueries(documents, asked.aws.resources.tables);
  const eventsBy = async (field: string, value: string) => {
    const found: string[] = [];
    for await (const event of queries.search({ conditions: { [field]: [value] }, order: 'oldest-first' })) {
      if (event.receipt.key === id) found.push(event.eventName);
    }
    return found;
  };
  const both = ['CreateSuppression', 'EndSuppression'];
  expect((await eventsBy('actor', ALICE)).sort()).toEqual(both);
  expect((await eventsBy('resource', id)).sort()).toEqual(both);
  expect((await eventsBy('resource', RULE)).sort()).toEqual(both);
  expect((await eventsBy('credential', 'embedded')).sort()).toEqual(both);
  expect((await eventsBy('account', '111122223333')).sort()).toEqual(both);
  expect(await eventsBy('action', 'trailwarden:CreateSuppression')).toEqual(['CreateSuppression']);

  const [created] = jsonLines(
    (
      await runCommand([
        'events',
        '--resource',
        id,
        '--action',
        'trailwarden:CreateSuppression',
        '--format',
        'jsonl',
        ...asked.args,
      ])
    ).stdout,
  );
  const shown = await runCommand(['event', String(created?.eventID), '--format', 'jsonl', ...asked.args]);
  expect(shown.code).toBe(0);
  expect(jsonLines(shown.stdout)[0]).toMatchObject({
    actor: ALICE,
    outcome: 'success',
    access: 'write',
    record: { eventName: 'CreateSuppression', requestParameters: { ruleId: RULE, reason: 'Migration, CHG-1234' } },
  });
  const table = await runCommand(['event', String(created?.eventID), ...asked.args]);
  expect(table).toMatchObject({ code: 0, stdout: expect.stringContaining(`suppression ${id} in the table `) });
});

test('a role is named by its ARN, with its session', async () => {
  sts.on(GetCallerIdentityCommand).resolves({
    Arn: 'arn:aws:sts::111122223333:assumed-role/Ops/bob',
    Account: '111122223333',
    UserId: 'AROAEXAMPLE:bob',
  });
  const id = await make();
  expect((await list()).find(({ suppressionId }) => suppressionId === id)).toMatchObject({
    createdBy: 'arn:aws:iam::111122223333:role/Ops (session bob)',
  });
});

test.each([
  [['--reason', 'x'], 'Say with --until when it ends.'],
  [['--until', '4h'], 'Give a --reason'],
  [['--until', '4h', '--reason', ' '], 'Give a --reason'],
  [['--until', '2020-01-01', '--reason', 'x'], 'is over already'],
  [['--until', '400d', '--reason', 'x'], 'exclude it with a Sigma filter'],
  [['--until', 'soon', '--reason', 'x'], 'soon is not a time'],
  [['--until', '4h', '--reason', 'x', '--account', '12'], 'is not an account id'],
])('%j is a wrong command line', async (args, message) => {
  expect(await suppress(RULE, ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
});
