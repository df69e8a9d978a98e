import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import type { Prepared } from '../../../../lambda/alerts/alert-store.ts';
import { UNTRIED } from '../../../../lambda/alerts/channels/channel-state.ts';
import { alertOf } from '../../../../lambda/alerts/messages/alert-content.ts';
import { alertMessageSchema } from '../../../../lambda/alerts/messages/message-schema.ts';
import { stormOf } from '../../../../lambda/alerts/noise/alert-storm.ts';
import { AlertDeliveries } from '../../../../lambda/store/alerts/alert-deliveries.ts';
import { AlertTable } from '../../../../lambda/store/alerts/alert-table.ts';
import type { ReceivedMessage } from '../../../support/deployment.ts';
import { finding } from '../../../support/findings.ts';
import { type AskedDeployment, startAskedDeployment } from '../../support/asked-deployment.ts';
import { jsonLines, runCommand } from '../../support/run-command.ts';

const sts = mockClient(STSClient);
const NOW = new Date('2026-11-20T14:10:00Z');
const PREPARED: Prepared = {
  publication: { kind: 'alert', level: 'high', attributes: {}, messages: { people: { subject: 'S', body: 'B' } } },
  channels: { people: UNTRIED },
};

let asked: AskedDeployment;
let sns: string | undefined;

beforeAll(async () => {
  asked = await startAskedDeployment();
  sns = process.env.AWS_ENDPOINT_URL_SNS;
  process.env.AWS_ENDPOINT_URL_SNS = asked.aws.endpoints.sns;
  sts.on(GetCallerIdentityCommand).resolves({
    Arn: 'arn:aws:iam::000000000000:user/alice',
    Account: '000000000000',
    UserId: 'AIDAEXAMPLE',
  });
});

afterAll(async () => {
  if (sns === undefined) delete process.env.AWS_ENDPOINT_URL_SNS;
  else process.env.AWS_ENDPOINT_URL_SNS = sns;
  await asked.stop();
});

const send = (...args: readonly string[]) =>
  runCommand(['alert', 'test', ...args, '--deployment', asked.aws.resources.deployment]);
const show = (id: string, ...args: readonly string[]) => runCommand(['alert', 'show', id, ...asked.args, ...args]);
const alerts = () =>
  new AlertTable(DynamoDBDocumentClient.from(asked.aws.clients.dynamodb), asked.aws.resources.tables.alerts, () => NOW);

async function received(): Promise<readonly ReceivedMessage[]> {
  const { clients, resources } = asked.aws;
  const { Messages = [] } = await clients.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: resources.queues.subscriber.url, MaxNumberOfMessages: 10 }),
  );
  return Messages.map(({ Body = '' }): ReceivedMessage => JSON.parse(Body));
}

describe('alert test', () => {
  test('sends a real message through the topics of the level and of programs, marked as a test', async () => {
    const { code, stdout, stderr } = await send('--level', 'high');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Sent, marked as a test, to:') });
    const messages = await received();
    expect(messages.map(({ TopicArn }) => TopicArn.split('-').at(-1)).sort()).toEqual(['alerts', 'high']);
    for (const { MessageAttributes } of messages) {
      expect(MessageAttributes).toMatchObject({ kind: { Value: 'test' }, level: { Value: 'high' } });
    }
    const text = messages.find(({ TopicArn }) => TopicArn.endsWith('-high'));
    expect(text?.Subject).toBe('[TEST] [HIGH] Test of the alert topics - 000000000000');
    expect(text?.Message).toMatch(/^This is a test of the alert topics\./);
    const json = messages.find(({ TopicArn }) => TopicArn.endsWith('-alerts'));
    expect(alertMessageSchema.parse(JSON.parse(json?.Message ?? ''))).toMatchObject({
      kind: 'test',
      level: 'high',
      alertId: stdout.trim(),
    });
  });

  test('sends another alert each time', async () => {
    const ids = [(await send('--level', 'low')).stdout, (await send('--level', 'low')).stdout];
    expect(new Set(ids).size).toBe(2);
    await received();
  });

  test('tries the topic for chat applications where it is asked to, and says how to have one', async () => {
    const without = await send('--level', 'low', '--chat');
    expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('no topic for chat applications') });
    expect(without.stderr).toContain('alerts.chat');
    expect(without.stderr).toContain('Sent, marked as a test, to:');
    const { clients, resources } = asked.aws;
    await received();
    const { TopicArn } = await clients.sns.send(new CreateTopicCommand({ Name: `${resources.deployment}-chat` }));
    await clients.sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: resources.queues.subscriber.arn }),
    );
    expect((await send('--level', 'low', '--chat')).code).toBe(0);
    const chat = (await received()).find((message) => message.TopicArn === TopicArn);
    expect(JSON.parse(chat?.Message ?? '')).toMatchObject({
      version: '1.0',
      source: 'custom',
      metadata: { eventType: 'trailwarden-test' },
    });
  });

  test('says what is wrong where there is no such deployment', async () => {
    expect(await runCommand(['alert', 'test', '--level', 'high', '--deployment', 'nobody'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Is --deployment right'),
    });
  });

  test('wants a level that has a topic', async () => {
    expect((await send()).code).toBe(2);
    expect((await send('--level', 'informational')).code).toBe(2);
  });
});

describe('alert show', () => {
  test('says what became of an alert', async () => {
    const alert = alertOf(finding(), 15);
    const { alertId } = alert;
    await alerts().create(alert, PREPARED, NOW);
    expect((await show(alertId)).stdout).toContain('not sent yet: sweep tries again');
    const leased = { alertId, leaseUntil: NOW.toISOString(), publication: PREPARED.publication };
    const channels = { people: { state: 'sent', tries: 1, at: NOW.toISOString() } } as const;
    await alerts().note(leased, { progress: { channels, summaryDueAt: NOW.toISOString() }, givenUp: [], sentAt: NOW });
    await alerts().noteSummary(
      leased,
      { progress: { channels }, givenUp: [] },
      { findings: 12, isClosed: true, wasSent: true },
    );
    expect((await show(alertId)).stdout).toContain('12 findings, summed up');
    expect(jsonLines((await show(alertId, '--format', 'jsonl')).stdout)).toEqual([
      expect.objectContaining({ alertId, kind: 'alert', findings: 12 }),
    ]);
  });

  test('shows the text as people got it, long after it was sent', async () => {
    const alert = alertOf(finding({ actor: 'shown' }), 15);
    const { alertId } = alert;
    const subject = '[HIGH] Trail deleted (user/bob, 11-20 14:03Z)';
    const body = 'bob deleted the trail.\nFirst: make it anew.\u001b[31m';
    const publication = {
      ...PREPARED.publication,
      messages: { people: { subject, body }, programs: { body: '{}' }, soc: { body: 'soc' } },
    };
    const sent = { state: 'sent', tries: 1, at: NOW.toISOString() } as const;
    const late = { state: 'pending', tries: 1, since: NOW.toISOString(), nextTry: NOW.toISOString() } as const;
    const channels = { people: UNTRIED, programs: UNTRIED, soc: UNTRIED };
    await alerts().create(alert, { publication, channels }, NOW);
    expect((await show(alertId)).stdout).not.toContain(subject);
    const leased = { alertId, leaseUntil: NOW.toISOString() };
    const note = (messages: typeof publication.messages | object, progress: typeof channels | object) =>
      alerts().note(
        { ...leased, publication: { ...publication, messages: { ...messages } } },
        { progress: { channels: { ...progress } }, givenUp: [], sentAt: NOW },
      );
    // People have it at once; the other channel has it later, when nothing of the first message is at hand.
    await note(publication.messages, { people: sent, programs: sent, soc: late });
    await alerts().takeLease({ alertId, dueAt: NOW.toISOString() }, 'pending', NOW);
    await note({ soc: publication.messages.soc }, { people: sent, programs: sent, soc: sent });
    const { stdout } = await show(alertId);
    expect(stdout).toContain(`\n${subject}\n\nbob deleted the trail.\nFirst: make it anew.`);
    expect(stdout).not.toContain('\u001b');
    expect(jsonLines((await show(alertId, '--format', 'jsonl')).stdout)).toMatchObject([
      { message: { subject, body } },
    ]);
  });

  test('says which channels have it in their queues, as no receiver has answered yet', async () => {
    const alert = alertOf(finding({ actor: 'queued' }), 15);
    const { alertId } = alert;
    await alerts().create(alert, PREPARED, NOW);
    const sent = { state: 'sent', tries: 1, at: NOW.toISOString() } as const;
    const leased = { alertId, leaseUntil: NOW.toISOString(), publication: PREPARED.publication };
    const progress = { channels: { people: sent, soc: sent }, summaryDueAt: NOW.toISOString() };
    await alerts().note(leased, { progress, givenUp: [], sentAt: NOW });
    const { stdout } = await show(alertId);
    expect(stdout).toMatch(/^people +alert +sent +2026-11-20 14:10:00/m);
    expect(stdout).toMatch(/^soc +alert +in its queue +2026-11-20 14:10:00/m);
  });

  test('says what the receiver of each channel answered', async () => {
    const alert = alertOf(finding({ actor: 'answered' }), 15);
    const { alertId } = alert;
    await alerts().create(alert, PREPARED, NOW);
    const { clients, resources } = asked.aws;
    const deliveries = new AlertDeliveries(DynamoDBDocumentClient.from(clients.dynamodb), resources.tables.alerts);
    const common = { at: NOW.toISOString(), tries: 3 };
    await deliveries.note(alertId, {
      channel: 'soc',
      notice: 'first',
      state: 'failing',
      answer: 'HTTP 500',
      nextTry: '2026-11-20T14:25:00.000Z',
      ...common,
    });
    await deliveries.note(alertId, {
      channel: 'night',
      notice: 'first',
      state: 'waiting',
      answer: 'It waits for the end of the quiet hours.',
      nextTry: '2026-11-21T05:30:00.000Z',
      ...common,
    });
    await deliveries.note(alertId, {
      channel: 'pager',
      notice: 'summary',
      state: 'delivered',
      answer: 'HTTP 202',
      ...common,
    });
    const { stdout } = await show(alertId);
    expect(stdout).toContain('soc late; night waiting');
    expect(stdout).toMatch(/^soc +alert +not taken +2026-11-20 14:10:00 +2026-11-20 14:25:00 +3 tries +HTTP 500/m);
    expect(stdout).toMatch(/^night +alert +waiting +2026-11-20 14:10:00 +2026-11-21 05:30:00 .*quiet hours/m);
    expect(stdout).toMatch(/^pager +summary +taken +2026-11-20 14:10:00 +3 tries +HTTP 202/m);
    expect(stdout).toMatch(/^people +alert +not tried yet/m);
    const [line] = jsonLines((await show(alertId, '--format', 'jsonl')).stdout);
    expect(line?.deliveries).toHaveLength(3);
  });

  test('says which channel is late with it and why, and which was given up', async () => {
    const alert = alertOf(finding({ actor: 'late' }), 15);
    const { alertId } = alert;
    await alerts().create(alert, PREPARED, NOW);
    const leased = { alertId, leaseUntil: NOW.toISOString(), publication: PREPARED.publication };
    const since = NOW.toISOString();
    const people = { state: 'pending', tries: 3, since, nextTry: since, error: 'AuthorizationError: no' } as const;
    const programs = { notice: 'first', channel: 'programs', at: since, tries: 31, error: 'NotFound: gone' } as const;
    await alerts().note(leased, { progress: { channels: { people } }, givenUp: [programs] });
    const [row] = jsonLines((await show(alertId, '--format', 'jsonl')).stdout);
    expect(row).toMatchObject({ channels: { people }, givenUp: [programs] });
    const { stdout } = await show(alertId);
    expect(stdout).toContain('people late; programs given up');
    expect(stdout).toMatch(/^people +alert +failed +\S+ \S+ +2026-11-20 14:10:00 +3 tries +AuthorizationError: no/m);
    expect(stdout).toMatch(/^programs +alert +given up +\S+ \S+ +31 tries +NotFound: gone/m);
  });

  test('of a storm shows the alerts that it stands for', async () => {
    const storm = stormOf('high', NOW, 30);
    const alert = alertOf(finding({ actor: 'another' }), 15);
    await alerts().createStorm(storm, PREPARED, NOW);
    await alerts().create(alert, PREPARED, NOW);
    await alerts().collapse(alert.alertId, storm.alertId);
    const rows = jsonLines((await show(storm.alertId, '--format', 'jsonl')).stdout);
    expect(rows.map(({ kind, alertId }) => [kind, alertId])).toEqual([
      ['storm', storm.alertId],
      ['alert', alert.alertId],
    ]);
    expect((await show(storm.alertId)).stdout).toContain(`the storm ${storm.alertId} stands for it`);
  });

  test('ends with 1 where there is none', async () => {
    expect(await show('none')).toMatchObject({ code: 1, stderr: 'There is no alert none.\n' });
  });
});

describe('alert list', () => {
  const list = (...args: readonly string[]) => runCommand(['alert', 'list', ...asked.args, ...args]);

  test('has each alert once, where the newest of its findings stands', async () => {
    const make = async (ruleId: string, level: 'high' | 'low', ...days: readonly number[]) => {
      const found = days.map((day) =>
        finding({ findingId: `${ruleId}-${day}`, ruleId, level, eventTime: `2026-11-0${day}T10:00:00Z` }),
      );
      const [first] = found;
      if (first === undefined) throw new Error('a day');
      const alert = alertOf(first, 15);
      await alerts().create(alert, PREPARED, NOW);
      for (const each of found) await asked.record(each, alert.alertId);
      return alert.alertId;
    };
    const old = await make('list-1', 'high', 1, 4);
    const young = await make('list-2', 'low', 2, 3);
    const ids = async (...args: readonly string[]) =>
      jsonLines((await list('--until', '2026-11-09', '--format', 'jsonl', ...args)).stdout).map(
        ({ alertId }) => alertId,
      );
    expect(await ids()).toEqual([old, young]);
    expect(await ids('--level', 'LOW')).toEqual([young]);
    expect(await ids('--rule', 'list-1')).toEqual([old]);
    const { stdout, stderr } = await list('--until', '2026-11-09', '--limit', '1');
    expect(stdout).toContain(old);
    expect(stderr).toContain('There are more than these 1');
    expect((await list('--since', '2020-01-01', '--until', '2020-01-02')).stderr).toContain('No alerts.');
  });
});
