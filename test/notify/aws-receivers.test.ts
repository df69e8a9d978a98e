import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { eventBusReceiver } from '../../lambda/notify/receivers/event-bus.ts';
import { FindingBatches } from '../../lambda/notify/receivers/finding-batches.ts';
import { securityHubFinding, securityHubReceiver } from '../../lambda/notify/receivers/security-hub.ts';
import { alertJson, alertMessage, everyKind, HOSTILE } from './alert-messages.ts';
import { apiModel, faultsOf } from './api-models/api-model.ts';
import { type ModelServer, startModelServer } from './api-models/model-server.ts';

const ACCOUNT = '999988887777';
const NOW = new Date('2026-11-20T14:10:00Z');
const PLACE = { deployment: 'trailwarden', account: ACCOUNT, region: 'eu-central-1', partition: 'aws' };
const BUS = 'arn:aws:events:eu-central-1:111122223333:event-bus/security';
const CREDENTIALS = { accessKeyId: 'made-up', secretAccessKey: 'made-up' };

let server: ModelServer;
let refused: string[];

beforeEach(async () => {
  refused = [];
  server = await startModelServer({ account: ACCOUNT, refuses: (id) => refused.includes(id) });
});

afterEach(() => server.stop());

const client = () => ({
  endpoint: server.endpoint,
  region: 'eu-central-1',
  credentials: CREDENTIALS,
  maxAttempts: 1,
});
const soon = () => AbortSignal.timeout(10_000);
const delivery = (json: string) => ({ message: alertMessage(), json });

/** The name of the alert of an actor, as Security Hub gets it. */
const idOf = (actor: string): string => `trailwarden/${alertMessage({ actor }).alertId}`;

describe('EventBridge, after the model of its API', () => {
  const bus = (format?: 'ocsf') =>
    eventBusReceiver({ events: new EventBridgeClient(client()), bus: BUS, ...(format && { format }) });

  test('takes the published JSON as an event', async () => {
    expect(await bus().send(delivery(alertJson()), soon())).toBe('EventBridge: event event-1');
    expect(server.events).toEqual([{ bus: BUS, detailType: 'Trailwarden Alert', detail: JSON.parse(alertJson()) }]);
    expect(server.refusals).toEqual([]);
  });

  test.each(Object.entries(everyKind()))('takes a notice of kind %s as OCSF', async (_, message) => {
    await bus('ocsf').send({ message, json: '{}' }, soon());
    expect(server.events).toMatchObject([{ detailType: 'OCSF Detection Finding', detail: { class_uid: 2004 } }]);
  });

  test('that refuses an entry in an answer of success has not taken it', async () => {
    await expect(bus().send(delivery('7'), soon())).rejects.toThrow('EventBridge refused the event (MalformedDetail).');
  });
});

describe('Security Hub, after the model of its API', () => {
  const hub = (place = PLACE, now = NOW) =>
    securityHubReceiver({
      hub: new FindingBatches(new SecurityHubClient(client())),
      place,
      now: () => now,
    });
  const sendAll = (actors: readonly string[], receiver = hub()) =>
    Promise.allSettled(
      actors.map((actor) => receiver.send({ message: alertMessage({ actor }), json: '' }, soon())),
    ).then((results) => results.map((result) => (result.status === 'fulfilled' ? 'taken' : result.reason.message)));

  test.each(Object.entries(everyKind()))('takes a notice of kind %s as a finding', async (_, message) => {
    await hub().send({ message, json: '' }, soon());
    expect([...server.findings.keys()]).toEqual([`trailwarden/${message.alertId}`]);
    expect(server.refusals).toEqual([]);
  });

  test('takes a finding of the largest and most hostile event', async () => {
    const long = `${HOSTILE}${'€'.repeat(5000)}`;
    const resources = Array.from({ length: 50 }, (_, index) => `${index} ${long}`);
    const message = alertMessage({ title: long, userAgent: long, ruleId: long, resources });
    await hub().send({ message, json: '' }, soon());
    expect(server.findings.size).toBe(1);
  });

  test('refuses a finding of an account that isn’t the caller’s, which shows that ours names the caller', async () => {
    const [result] = await sendAll(['a'], hub({ ...PLACE, account: '111122223333' }));
    expect(result).toContain("is not the caller's");
  });

  test('gets what comes together in batches of a hundred, at most five calls a second', async () => {
    const actors = Array.from({ length: 250 }, (_, index) => `actor-${index}`);
    const start = Date.now();
    expect(new Set(await sendAll(actors))).toEqual(new Set(['taken']));
    expect(server.batches).toEqual([100, 100, 50]);
    expect(server.findings.size).toBe(250);
    // Timers may fire a millisecond early.
    expect(Date.now() - start).toBeGreaterThanOrEqual(398);
  });

  test('gets an alert and its summary that come together one after the other', async () => {
    const { alert, summary } = everyKind();
    const receiver = hub();
    await Promise.all([alert, summary].map((message) => receiver.send({ message, json: '' }, soon())));
    expect(server.batches).toEqual([1, 1]);
    expect([...server.findings.values()][0]?.Title).toContain('7 times');
  });

  test('that refuses one finding takes the others of the batch', async () => {
    refused = [idOf('b')];
    expect(await sendAll(['a', 'b', 'c'])).toEqual([
      'taken',
      'Security Hub refused the finding (InvalidInput).',
      'taken',
    ]);
    expect(server.batches).toEqual([3]);
  });

  test('that refuses a whole call for one finding gets the others without it', async () => {
    const batches = new FindingBatches(new SecurityHubClient(client()));
    const findings = ['a', 'b', 'c', 'd', 'e'].map((actor) => securityHubFinding(alertMessage({ actor }), PLACE, NOW));
    const results = await Promise.allSettled(
      findings.map((finding, index) => batches.import(index === 3 ? { ...finding, Title: '' } : finding, soon())),
    );
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(server.findings.size).toBe(4);
  });

  test('never sees a finding of more than 240 KB, which would fail its call', async () => {
    const batches = new FindingBatches(new SecurityHubClient(client()));
    const finding = securityHubFinding(alertMessage(), PLACE, NOW);
    const large = { ...finding, ProductFields: { large: 'x'.repeat(240 * 1024) } };
    await expect(batches.import(large, soon())).rejects.toThrow('Security Hub takes 240 KB');
    expect(server.batches).toEqual([]);
  });
});

test('the models refuse what the services refuse', () => {
  const events = apiModel('put-events');
  const findings = apiModel('batch-import-findings');
  const entry = { Source: 's', DetailType: 'd', Detail: '{}', EventBusName: BUS };
  expect(faultsOf(events, events.input, { Entries: [entry] })).toEqual([]);
  expect(faultsOf(events, events.input, { Entries: Array.from({ length: 11 }, () => entry) })).toEqual([
    '$.Entries: 11 members',
  ]);
  expect(faultsOf(events, events.input, { Entries: [{ ...entry, EventBusName: 'no bus' }], Mode: 'x' })).toHaveLength(
    2,
  );
  const finding = securityHubFinding(alertMessage(), PLACE, NOW);
  const { Title, ...untitled } = finding;
  expect(faultsOf(findings, findings.input, { Findings: [finding] })).toEqual([]);
  expect(faultsOf(findings, findings.input, { Findings: [untitled] })).toEqual(['$.Findings[0].Title: is missing']);
  expect(faultsOf(findings, findings.input, { Findings: Array.from({ length: 101 }, () => finding) })).toEqual([
    '$.Findings: 101 members',
  ]);
});
