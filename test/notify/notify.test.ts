import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { BatchImportFindingsCommand } from '@aws-sdk/client-securityhub';
import { PublishCommand } from '@aws-sdk/client-sns';
import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { webhookSignature } from '../../lambda/notify/receivers/webhook.ts';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import { alertJson, stormsJson, summaryJson } from './alert-messages.ts';
import { answerWith, type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import {
  mocks,
  notifyBed,
  PROGRAMS,
  QUEUE_PREFIX,
  queued,
  ROUTING_KEY,
  SIGNING_KEY,
  TOPIC_ARN,
  useSecrets,
} from './notify-bed.ts';

const SENT = new Date('2026-11-20T14:10:00Z');
const DAY = 24 * 60 * 60_000;

const HOOK = { name: 'hook', type: 'webhook', secret: { secretsManager: 'webhook' } };
const TEAM = { name: 'team', type: 'slack', secret: { secretsManager: 'url' } };
const CARDS = { name: 'cards', type: 'teams', secret: { secretsManager: 'url' } };
const PAGER = { name: 'pager', type: 'pagerduty', secret: { parameter: '/routing-key' } };
const BUS_ARN = 'arn:aws:events:eu-central-1:111122223333:event-bus/security';
const BUS = { name: 'bus', type: 'eventbridge', bus: BUS_ARN };
const OCSF = { name: 'ocsf', type: 'eventbridge', bus: BUS_ARN, format: 'ocsf' };
const HUB = { name: 'hub', type: 'securityhub' };
const ALL = [HOOK, TEAM, CARDS, PAGER, BUS, OCSF, HUB];

let server: LoopbackServer;
let now: Date;

beforeEach(async () => {
  server = await startLoopbackServer();
  useSecrets(server.port);
  now = SENT;
});

afterEach(() => server.stop());

const bed = (channels: readonly object[] = ALL, attemptMilliseconds?: number) =>
  notifyBed({
    channels,
    port: server.port,
    now: () => now,
    ...(attemptMilliseconds !== undefined && { attemptMilliseconds }),
  });
const message = (channel: string, receives = 1) =>
  queued(channel, alertJson(), { id: channel, sentAt: SENT, receives });
const invisible = (): Record<string, number> =>
  Object.fromEntries(
    mocks.sqs
      .commandCalls(ChangeMessageVisibilityCommand)
      .map(({ args: [{ input }] }) => [input.QueueUrl?.slice(QUEUE_PREFIX.length), input.VisibilityTimeout]),
  );

describe('each type', () => {
  test('webhook: the published JSON, signed over time and body, with the headers of the secret', async () => {
    const { failedOf, noted } = bed();
    expect(await failedOf(message('hook'))).toEqual([]);
    const [request] = server.requests;
    expect(request?.body).toBe(alertJson());
    const timestamp = String(SENT.getTime() / 1000);
    expect(request?.headers).toMatchObject({
      'trailwarden-timestamp': timestamp,
      'trailwarden-signature': webhookSignature(SIGNING_KEY, timestamp, alertJson()),
      'trailwarden-alert-id': JSON.parse(alertJson()).alertId,
      'trailwarden-kind': 'alert',
      'x-team': 'blue-team-key',
    });
    expect(noted()).toEqual([
      ['delivery#hook', { state: 'delivered', at: SENT.toISOString(), tries: 1, answer: 'HTTP 200: ok' }],
    ]);
  });

  test('Slack: the message for an incoming webhook', async () => {
    expect(await bed().failedOf(message('team'))).toEqual([]);
    const body = JSON.parse(server.requests[0]?.body ?? '');
    expect(body.text).toMatch(/^\[HIGH\]/);
    expect(body.blocks.length).toBeGreaterThan(3);
  });

  test('Teams: a message with an Adaptive Card, which its workflow answers with 202', async () => {
    server.answer = answerWith(202);
    const { failedOf, noted } = bed();
    expect(await failedOf(message('cards'))).toEqual([]);
    expect(JSON.parse(server.requests[0]?.body ?? '').attachments[0].content.type).toBe('AdaptiveCard');
    expect(noted()[0]?.[1]).toMatchObject({ state: 'delivered', answer: 'HTTP 202' });
  });

  test('PagerDuty: an event with the routing key, and the alert id as its key', async () => {
    expect(await bed().failedOf(message('pager'))).toEqual([]);
    expect(server.requests[0]?.url).toBe('/v2/enqueue');
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      routing_key: ROUTING_KEY,
      event_action: 'trigger',
      dedup_key: JSON.parse(alertJson()).alertId,
    });
  });

  test('EventBridge: the published JSON, or OCSF', async () => {
    mocks.events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
    expect(await bed().failedOf(message('bus'), message('ocsf'))).toEqual([]);
    const entries = mocks.events.commandCalls(PutEventsCommand).map(({ args: [{ input }] }) => input.Entries?.[0]);
    expect(entries[0]).toEqual({
      EventBusName: BUS_ARN,
      Source: 'trailwarden',
      DetailType: 'Trailwarden Alert',
      Detail: alertJson(),
    });
    expect(JSON.parse(entries[1]?.Detail ?? '')).toMatchObject({ class_uid: 2004 });
  });

  test('the topic for programs: OCSF, with the attributes that filter policies ask for', async () => {
    const { failedOf, noted } = bed([PROGRAMS]);
    expect(await failedOf(message('programs'))).toEqual([]);
    const [published] = mocks.sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input);
    expect(published?.TopicArn).toBe(TOPIC_ARN);
    expect(published?.MessageStructure).toBeUndefined();
    expect(JSON.parse(published?.Message ?? '')).toMatchObject({ class_uid: 2004 });
    const attributes = Object.entries(published?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [
      name,
      StringValue,
    ]);
    const { rule, finding, account, region } = JSON.parse(alertJson());
    expect(Object.fromEntries(attributes)).toEqual({
      kind: 'alert',
      ruleId: rule.id,
      level: 'high',
      account,
      region,
      action: finding.action,
      actorKind: finding.actorKind,
    });
    expect(noted()[0]).toMatchObject(['delivery#programs', { state: 'delivered', answer: 'SNS: published as OCSF' }]);
    mocks.sns.on(PublishCommand).rejects(Object.assign(new Error('x'), { name: 'ThrottlingException' }));
    expect(await failedOf(message('programs'))).toEqual(['programs']);
  });

  test('an entry that EventBridge refuses in an answer of success is a failure', async () => {
    mocks.events
      .on(PutEventsCommand)
      .resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] });
    const { failedOf, noted } = bed();
    expect(await failedOf(message('bus'))).toEqual(['bus']);
    expect(noted()[0]?.[1]).toMatchObject({ answer: 'EventBridge refused the event (ThrottlingException).' });
  });

  test('Security Hub: a finding is imported, and one that is refused is a failure', async () => {
    mocks.hub.on(BatchImportFindingsCommand).resolvesOnce({ SuccessCount: 1, FailedCount: 0 });
    const { failedOf, noted } = bed();
    expect(await failedOf(message('hub'))).toEqual([]);
    mocks.hub.on(BatchImportFindingsCommand).resolves({
      SuccessCount: 0,
      FailedCount: 1,
      FailedFindings: [
        { Id: `trailwarden/${JSON.parse(alertJson()).alertId}`, ErrorCode: 'InvalidInput', ErrorMessage: 'No' },
      ],
    });
    expect(await failedOf(message('hub'))).toEqual(['hub']);
    expect(noted().at(-1)?.[1]).toMatchObject({ answer: 'Security Hub refused the finding (InvalidInput).' });
    mocks.hub.on(BatchImportFindingsCommand).resolves({ SuccessCount: 0, FailedCount: 1 });
    expect(await failedOf(message('hub'))).toEqual(['hub']);
    expect(noted().at(-1)?.[1]).toMatchObject({ answer: 'Security Hub refused the finding (no reason given).' });
  });
});

describe.each(['hook', 'team', 'cards', 'pager'])('the server of the channel %s', (channel) => {
  test.each<[string, LoopbackServer['answer'], string, number | undefined]>([
    ['times out', () => undefined, 'The server did not answer in time.', undefined],
    [
      'resets the connection',
      (_r, _q, socket) => socket.destroy(),
      'The server could not be reached (ECONNRESET).',
      undefined,
    ],
    ['answers 429 with Retry-After', answerWith(429, '', { 'retry-after': '1800' }), 'HTTP 429', 1800],
    ['answers 500', answerWith(500), 'HTTP 500', undefined],
    [
      'redirects to a private address',
      answerWith(308, '', { location: 'https://10.0.0.1/' }),
      'HTTP 308: redirects are not followed.',
      undefined,
    ],
  ])('%s: the message is kept, and comes once it is up again, under the same id', async (_, answer, said, wait) => {
    server.answer = answer;
    const { failedOf, noted } = bed(ALL, 250);
    expect(await failedOf(message(channel))).toEqual([channel]);
    expect(noted()).toMatchObject([[`delivery#${channel}`, { state: 'failing', tries: 1 }]]);
    expect([said, 'No answer within 0.25 seconds.']).toContain(noted()[0]?.[1]?.answer);
    if (wait !== undefined) expect(invisible()).toEqual({ [channel]: wait });
    server.answer = answerWith(202);
    expect(await failedOf(message(channel, 2))).toEqual([]);
    expect(noted().at(-1)).toMatchObject([`delivery#${channel}`, { state: 'delivered', tries: 2, answer: 'HTTP 202' }]);
    const { alertId } = JSON.parse(alertJson());
    const sent = server.requests.map(({ body }) => body);
    expect(sent).toHaveLength(2);
    expect(sent.every((body) => body.includes(alertId))).toBe(true);
  });
});

describe('a receiver that fails', () => {
  test.each<[string, LoopbackServer['answer'], string]>([
    ['answers 500', answerWith(500, 'broken'), 'HTTP 500: broken'],
    [
      'redirects',
      answerWith(302, '', { location: 'https://169.254.169.254/' }),
      'HTTP 302: redirects are not followed.',
    ],
    ['resets the connection', (_r, _q, socket) => socket.destroy(), 'The server could not be reached (ECONNRESET).'],
  ])('and %s gets the message again later', async (_, answer, said) => {
    server.answer = answer;
    const { failedOf, noted, metrics } = bed();
    expect(await failedOf(message('team'))).toEqual(['team']);
    const nextTry = new Date(SENT.getTime() + (invisible().team ?? 0) * 1000).toISOString();
    expect(noted()).toEqual([
      ['delivery#team', { state: 'failing', at: SENT.toISOString(), tries: 1, answer: said, nextTry }],
    ]);
    expect(invisible().team).toBeGreaterThanOrEqual(15);
    expect(metrics.last(METRICS.ChannelMessagesFailed.name)).toBe(1);
  });

  test('and never answers holds up no other of the batch, and is left after its time', async () => {
    mocks.events.on(PutEventsCommand).resolves({ Entries: [{ EventId: 'e-1' }] });
    server.answer = () => undefined;
    const { failedOf, noted } = bed(ALL, 150);
    expect(await failedOf(message('team'), message('bus'))).toEqual(['team']);
    expect(noted().map(([attribute, { state }]) => `${attribute} ${state}`)).toEqual([
      'delivery#bus delivered',
      'delivery#team failing',
    ]);
  });

  test('and asks to wait with Retry-After is left alone for so long', async () => {
    server.answer = answerWith(429, '', { 'retry-after': '7200' });
    expect(await bed().failedOf(message('team'))).toEqual(['team']);
    expect(invisible()).toEqual({ team: 7200 });
  });

  test('waits longer with each try, up to a quarter of an hour', async () => {
    server.answer = answerWith(500);
    await bed().failedOf(message('team', 30));
    expect(invisible().team).toBeGreaterThanOrEqual(675);
    expect(invisible().team).toBeLessThanOrEqual(900);
  });

  test('has its last try a day after the message was sent, whatever it asks for', async () => {
    server.answer = answerWith(429, '', { 'retry-after': '999999' });
    now = new Date(SENT.getTime() + DAY - 60_000);
    expect(await bed().failedOf(message('team', 90))).toEqual(['team']);
    expect(invisible()).toEqual({ team: 60 });
  });

  test('is given up after a day: with a metric, an error, a line in the row, and the message in the other queue', async () => {
    server.answer = answerWith(500);
    now = new Date(SENT.getTime() + DAY);
    const { failedOf, noted, metrics, lines } = bed();
    expect(await failedOf(message('team', 100))).toEqual([]);
    expect(metrics.last(METRICS.ChannelMessagesGivenUp.name)).toBe(1);
    expect(noted()[0]?.[1]).toMatchObject({ state: 'given-up', tries: 100, answer: 'HTTP 500' });
    expect(lines.join()).toContain('was given up');
    const [dead] = mocks.sqs.commandCalls(SendMessageCommand);
    expect(dead?.args[0].input).toMatchObject({
      QueueUrl: 'https://sqs/dead-letters',
      MessageBody: message('team').body,
      MessageAttributes: { Reason: { StringValue: 'team: HTTP 500' } },
    });
  });

  test('stays in its queue where the other one takes nothing', async () => {
    server.answer = answerWith(500);
    now = new Date(SENT.getTime() + DAY);
    mocks.sqs.on(SendMessageCommand).rejects(new Error('down'));
    expect(await bed().failedOf(message('team'))).toEqual(['team']);
  });
});

describe('killed at any step', () => {
  test('before the answer: the message is still in the queue, and goes out with the next call', async () => {
    const { failedOf } = bed();
    server.answer = (_r, _q, socket) => socket.destroy();
    expect(await failedOf(message('hook'))).toEqual(['hook']);
    server.answer = answerWith(200);
    expect(await failedOf(message('hook', 2))).toEqual([]);
    expect(server.requests).toHaveLength(2);
  });

  test('after the answer and before the message is deleted: it is sent again under the same id', async () => {
    await bed().failedOf(message('hook'));
    await bed().failedOf(message('hook', 2));
    const ids = server.requests.map(({ headers }) => headers['trailwarden-alert-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  test('a row that cannot be written sends nothing twice', async () => {
    mocks.documents.on(UpdateCommand).rejects(new Error('throttled'));
    expect(await bed().failedOf(message('hook'))).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test('a visibility that cannot be set leaves the message to come back by itself', async () => {
    mocks.sqs.on(ChangeMessageVisibilityCommand).rejects(new Error('down'));
    server.answer = answerWith(500);
    expect(await bed().failedOf(message('hook'))).toEqual(['hook']);
  });
});

describe('quiet hours', () => {
  const QUIET = { ...TEAM, quietHours: { from: '22:00', to: '06:30', timeZone: 'Europe/Berlin' } };
  const at23 = new Date('2026-11-20T22:00:00Z');

  test('keep a message until they end', async () => {
    now = at23;
    const { failedOf, noted } = bed([QUIET]);
    expect(await failedOf(queued('team', alertJson(), { sentAt: at23 }))).toEqual(['m-1']);
    expect(noted()).toMatchObject([
      ['delivery#team', { state: 'waiting', tries: 0, nextTry: '2026-11-21T05:30:00.000Z' }],
    ]);
    expect(server.requests).toEqual([]);
    expect(invisible()).toEqual({ team: 7.5 * 60 * 60 });
  });

  test('let a critical alert pass', async () => {
    now = at23;
    const record = queued('team', alertJson({ level: 'critical' }), { sentAt: at23 });
    expect(await bed([QUIET]).failedOf(record)).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test('put off the last try of a message until they end', async () => {
    server.answer = answerWith(500);
    const { failedOf, metrics } = bed([QUIET]);
    const record = queued('team', alertJson(), { sentAt: at23 });
    now = new Date(at23.getTime() + DAY);
    expect(await failedOf(record)).toEqual(['m-1']);
    expect(server.requests).toEqual([]);
    now = new Date(at23.getTime() + DAY + 7.5 * 60 * 60_000);
    expect(await failedOf(record)).toEqual([]);
    expect(server.requests).toHaveLength(1);
    expect(metrics.last(METRICS.ChannelMessagesGivenUp.name)).toBe(1);
  });
});

describe('secrets', () => {
  test('are read once in some minutes, and anew after a failure', async () => {
    const { failedOf } = bed();
    const reads = () => mocks.secrets.commandCalls(GetSecretValueCommand).length;
    await failedOf(message('team'));
    await failedOf(message('team'));
    expect(reads()).toBe(1);
    now = new Date(SENT.getTime() + 5 * 60_000);
    await failedOf(message('team'));
    expect(reads()).toBe(2);
    server.answer = answerWith(403);
    await failedOf(message('team'));
    server.answer = answerWith(200);
    await failedOf(message('team'));
    expect(reads()).toBe(3);
  });

  test('that cannot be read keep the message, and the error names the secret and no value', async () => {
    mocks.secrets.on(GetSecretValueCommand).rejects(Object.assign(new Error('x'), { name: 'AccessDeniedException' }));
    const { failedOf, noted } = bed();
    expect(await failedOf(message('team'))).toEqual(['team']);
    expect(noted()[0]?.[1]).toMatchObject({ answer: 'The secret "url" could not be read (AccessDeniedException).' });
  });

  test('that stand in a parameter which many may read are not used', async () => {
    mocks.ssm.on(GetParameterCommand).resolves({ Parameter: { Type: 'String', Value: ROUTING_KEY } });
    const { failedOf, noted } = bed();
    expect(await failedOf(message('pager'))).toEqual(['pager']);
    expect(noted()[0]?.[1]).toMatchObject({
      answer: 'The parameter "/routing-key" is no SecureString: it may be read by many.',
    });
    expect(server.requests).toEqual([]);
  });

  test.each([
    ['hook', '{"url":"https://verysecretpart.example/"}'],
    ['hook', 'verysecretpart'],
    ['team', '{"uri":"verysecretpart"}'],
    ['team', 'verysecretpart'],
  ])('of a wrong form keep the message of %s, and are not repeated (%s)', async (channel, SecretString) => {
    mocks.secrets.on(GetSecretValueCommand).resolves({ SecretString });
    const { failedOf, noted, lines } = bed();
    expect(await failedOf(message(channel))).toEqual([channel]);
    expect(noted()[0]?.[1]?.answer).toMatch(/^The secret /);
    expect(JSON.stringify([noted(), lines])).not.toContain('verysecretpart');
  });

  test('stand in no log line, row, metric or dead letter, though the server repeats all that it gets', async () => {
    server.answer = (response, { url, headers, body }) =>
      response.writeHead(400).end(`${url} ${headers['x-team']} ${body.slice(0, 60)} ${headers.host}${url}`);
    const { failedOf, noted, lines } = bed();
    const records = ['hook', 'team', 'cards', 'pager'].map((channel) => message(channel));
    expect(await failedOf(...records)).toHaveLength(4);
    now = new Date(SENT.getTime() + DAY);
    await failedOf(...records);
    expect(noted()).toHaveLength(8);
    const dead = mocks.sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);
    expect(dead).toHaveLength(4);
    const told = JSON.stringify([noted(), lines, dead]);
    for (const secret of ['verysecretpart', 'blue-team-key', SIGNING_KEY, ROUTING_KEY])
      expect(told).not.toContain(secret);
  });
});

describe('the row of an alert', () => {
  test.each([
    ['a summary', summaryJson(7), 'delivery#team#summary'],
    ["a storm's second message", stormsJson(), 'delivery#team#summary'],
    ['a first message', alertJson(), 'delivery#team'],
  ])('has the state of %s in an attribute of its own', async (_, json, attribute) => {
    const { failedOf, noted } = bed();
    await failedOf(queued('team', json, { sentAt: SENT }));
    expect(noted().map(([name]) => name)).toEqual([attribute]);
  });
});

describe('what is none of our messages', () => {
  test.each([
    'no JSON',
    '{"version":2}',
    JSON.stringify({ version: 1, alertId: 'a', kind: 'alert', level: 'high', message: '{}' }),
  ])('%s is sent nowhere, stops no other, and ends in the dead-letter queue after a day', async (body) => {
    const { failedOf } = bed();
    const odd = { ...message('team'), body };
    expect(await failedOf(odd, message('hook'))).toEqual(['team']);
    expect(server.requests).toHaveLength(1);
    now = new Date(SENT.getTime() + DAY);
    expect(await failedOf(odd)).toEqual([]);
    expect(mocks.sqs.commandCalls(SendMessageCommand)).toHaveLength(1);
  });

  test('a queue of no channel keeps its messages', async () => {
    expect(await bed([TEAM]).failedOf(message('hook'))).toEqual(['hook']);
    expect(server.requests).toEqual([]);
  });
});

describe('a test', () => {
  test('is sent at once, and says what the other side answered', async () => {
    const { handler, noted } = bed();
    expect(await handler({ test: { channel: 'team', message: alertJson() } })).toEqual({
      isTaken: true,
      answer: 'HTTP 200: ok',
    });
    expect(noted()).toEqual([]);
    server.answer = answerWith(404, 'no_service');
    expect(await handler({ test: { channel: 'team', message: alertJson() } })).toEqual({
      isTaken: false,
      answer: 'HTTP 404: no_service',
    });
  });

  test('of a channel that is not there names those that are', async () => {
    expect(await bed([TEAM, HUB]).handler({ test: { channel: 'tema', message: alertJson() } })).toEqual({
      isTaken: false,
      answer: 'There is no channel "tema". Those of this deployment: team, hub.',
    });
  });
});
