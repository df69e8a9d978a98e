import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { UNTRIED } from '../../../../lambda/alerts/channels/channel-state.ts';
import { alertOf } from '../../../../lambda/alerts/messages/alert-content.ts';
import { stormOf } from '../../../../lambda/alerts/noise/alert-storm.ts';
import type { Finding } from '../../../../lambda/findings/finding.ts';
import { AlertTable } from '../../../../lambda/store/alerts/alert-table.ts';
import { FindingMarks } from '../../../../lambda/store/findings/finding-marks.ts';
import { finding } from '../../../support/findings.ts';
import { type AskedDeployment, startAskedDeployment } from '../../support/asked-deployment.ts';
import { jsonLines, runCommand } from '../../support/run-command.ts';

const sts = mockClient(STSClient);
const lambda = mockClient(LambdaClient);
const NOW = new Date('2026-11-20T14:10:00Z');
const ARN = 'arn:aws:iam::000000000000:user/alice';

let asked: AskedDeployment;
let count = 0;

beforeAll(async () => {
  asked = await startAskedDeployment();
  sts.on(GetCallerIdentityCommand).resolves({ Arn: ARN, Account: '000000000000', UserId: 'AIDAEXAMPLE' });
});

afterAll(() => asked.stop());

beforeEach(() => {
  lambda.reset();
  const json = JSON.stringify({ queued: ['pager'] });
  const Payload = Object.assign(new Uint8Array(Buffer.from(json)), { transformToString: () => json });
  lambda.on(InvokeCommand).resolves({ Payload });
});

const mark = (id: string, verdict: string, ...args: readonly string[]) =>
  runCommand(['findings', 'mark', id, verdict, ...asked.args.slice(0, 2), ...args], { now: NOW });
const why = ['--reason', 'CHG-1'] as const;
const documents = () => DynamoDBDocumentClient.from(asked.aws.clients.dynamodb);
const markOf = async (id: string) =>
  (await new FindingMarks(documents(), asked.aws.resources.tables.findings).get(id))?.mark;
const resolvedAlerts = () =>
  lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => JSON.parse(String(input.Payload)));

/** An alert of a channel of its own, with findings. */
async function alertWith(findings: number, channels: readonly string[] = ['people', 'pager']) {
  const actor = `actor-${count++}`;
  const members = (n: number): Partial<Finding> => ({ actor, findingId: `${actor}-${n}` });
  const alert = alertOf(finding(members(0)), 15);
  const publication = { kind: 'alert', level: 'high', attributes: {}, messages: {} } as const;
  const alerts = new AlertTable(documents(), asked.aws.resources.tables.alerts, () => NOW);
  const states = Object.fromEntries(channels.map((name) => [name, UNTRIED]));
  await alerts.create(alert, { publication, channels: states }, NOW);
  const ids = Array.from({ length: findings }, (_, n) => `${actor}-${n}`);
  for (const [n] of ids.entries()) await asked.record(finding(members(n)), alert.alertId);
  return { alertId: alert.alertId, ids, alerts };
}

test('a finding is marked with who, when and why, and shown with it', async () => {
  const { alertId, ids } = await alertWith(1);
  const [id = ''] = ids;
  expect(await mark(id, 'true', ...why)).toMatchObject({ code: 0, stderr: '1 finding marked as true.\n' });
  const expected = { verdict: 'true', reason: 'CHG-1', by: ARN, at: NOW.toISOString() };
  expect(await markOf(id)).toEqual(expected);
  const { stdout } = await runCommand(['findings', '--alert', alertId, ...asked.args, '--format', 'jsonl']);
  expect(jsonLines(stdout)).toMatchObject([{ findingId: id, mark: expected }]);
  expect(resolvedAlerts()).toEqual([]);
});

test('an alert is resolved once its last finding is marked as false, and again if it is marked again', async () => {
  const { alertId, ids } = await alertWith(2);
  const [first = '', second = ''] = ids;
  expect((await mark(first, 'false', ...why)).stderr).toContain(
    `Alert ${alertId} stays open: 1 finding of it not marked as false.`,
  );
  expect(resolvedAlerts()).toEqual([]);
  expect((await mark(second, 'false', ...why)).stderr).toContain(`Alert ${alertId} is being resolved in pager.`);
  expect(resolvedAlerts()).toEqual([
    { resolve: { version: 1, kind: 'resolved', alertId, level: 'high', findings: 2 } },
  ]);
  await mark(first, 'false', ...why);
  expect(resolvedAlerts()).toHaveLength(2);
});

test('with the id of an alert all of its findings are marked', async () => {
  const { alertId, ids } = await alertWith(3);
  expect((await mark(alertId, 'false', ...why)).stderr).toContain('3 findings marked as false.');
  for (const id of ids) expect(await markOf(id)).toMatchObject({ verdict: 'false' });
  expect(resolvedAlerts()).toHaveLength(1);
});

test('nobody is asked where the alert went to topics alone, or a storm stands for it', async () => {
  const topics = await alertWith(1, ['people', 'programs', 'chat']);
  expect(await mark(topics.alertId, 'false', ...why)).toMatchObject({ code: 0 });
  const collapsed = await alertWith(1);
  await collapsed.alerts.collapse(collapsed.alertId, stormOf('high', NOW, 30).alertId);
  expect(await mark(collapsed.alertId, 'false', ...why)).toMatchObject({ code: 0 });
  expect(resolvedAlerts()).toEqual([]);
});

test('a function that cannot be asked leaves the mark, and says what to do', async () => {
  lambda.on(InvokeCommand).rejects(Object.assign(new Error('not you'), { name: 'AccessDeniedException' }));
  const { alertId, ids } = await alertWith(1);
  const { code, stderr } = await mark(alertId, 'false', ...why);
  expect(code).toBe(1);
  expect(stderr).toContain('Mark it again to try again.');
  expect(await markOf(ids[0] ?? '')).toMatchObject({ verdict: 'false' });
});

test('what is not there, no reason and another verdict are refused', async () => {
  expect(await mark('none', 'false', ...why)).toMatchObject({
    code: 1,
    stderr: 'There is no finding none, and no alert of that id has findings.\n',
  });
  expect(await mark('none', 'false')).toMatchObject({ code: 2, stderr: expect.stringContaining('--reason') });
  expect(await mark('none', 'perhaps', ...why)).toMatchObject({ code: 2 });
  expect(await mark('none', 'false', '--reason', 'x'.repeat(1001))).toMatchObject({ code: 2 });
});
