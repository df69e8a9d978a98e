import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { AlertDispatcher, type AlertStore } from '../../lambda/alerts/dispatcher.ts';
import { AlertPublisher } from '../../lambda/alerts/publisher.ts';
import type { Finding } from '../../lambda/findings/finding.ts';
import { finding } from '../support/findings.ts';

const sns = new SNSClient({});
const mock = mockClient(sns);
const NOW = new Date('2026-11-20T14:10:00Z');

const topics = {
  alerts: 'alerts',
  byLevel: { critical: 'critical', high: 'high', medium: 'medium', low: 'low' },
};

function memoryStore(log: string[]): AlertStore {
  const known = new Set<string>();
  return {
    create: async (alert, _publication, leaseUntil) => {
      if (known.has(alert.alertId)) return false;
      known.add(alert.alertId);
      log.push(`create, leased until ${leaseUntil.toISOString()}`);
      return true;
    },
    markSent: async () => {
      log.push('sent');
    },
  };
}

function dispatcher(log: string[], minimumLevel: Finding['level'] = 'low') {
  mock.on(PublishCommand).callsFake((input: { TopicArn: string }) => {
    log.push(`publish ${input.TopicArn}`);
    return {};
  });
  return new AlertDispatcher({
    store: memoryStore(log),
    publisher: new AlertPublisher(sns, topics),
    minimumLevel,
    windowMinutes: 15,
    now: () => NOW,
    onFailure: (_, error) => log.push(`failed: ${String(error)}`),
  });
}

beforeEach(() => mock.reset());

test('the row is created, then both topics are told, then the row says so', async () => {
  const log: string[] = [];
  expect(await dispatcher(log).dispatch(finding())).toBe('published');
  expect(log).toEqual(['create, leased until 2026-11-20T14:12:00.000Z', 'publish high', 'publish alerts', 'sent']);
});

test('a repeat within the window tells nobody', async () => {
  const log: string[] = [];
  const it = dispatcher(log);
  await it.dispatch(finding());
  log.length = 0;
  expect(await it.dispatch(finding({ findingId: 'another', eventID: 'e-2' }))).toBe('repeat');
  expect(log).toEqual([]);
});

test.each<[Finding['level'], Finding['level'], string]>([
  ['informational', 'informational', 'below-level'],
  ['low', 'medium', 'below-level'],
  ['medium', 'medium', 'published'],
  ['critical', 'medium', 'published'],
])('a finding of level %s, where %s is the lowest that is published, is %s', async (level, minimum, result) => {
  const it = dispatcher([], minimum);
  expect(await it.dispatch(finding({ level }))).toBe(result);
  expect(it.alertId(finding({ level })) === undefined).toBe(result === 'below-level');
});

test('a topic that fails leaves the alert pending, and isn’t marked sent', async () => {
  const log: string[] = [];
  const it = dispatcher(log);
  mock.on(PublishCommand, { TopicArn: 'alerts' }).rejects(new Error('throttled'));
  expect(await it.dispatch(finding())).toBe('left-pending');
  expect(log).toEqual([expect.stringMatching(/^create/), 'publish high', 'failed: Error: throttled']);
});

test('both messages carry the attributes that filter policies need', async () => {
  await dispatcher([]).dispatch(finding());
  for (const call of mock.commandCalls(PublishCommand)) {
    const { MessageAttributes, MessageStructure } = call.args[0].input;
    expect(MessageStructure).toBeUndefined();
    expect(Object.keys(MessageAttributes ?? {}).sort()).toEqual([
      'account',
      'action',
      'actorKind',
      'level',
      'region',
      'ruleId',
    ]);
    expect(MessageAttributes?.level).toEqual({ DataType: 'String', StringValue: 'high' });
  }
});
