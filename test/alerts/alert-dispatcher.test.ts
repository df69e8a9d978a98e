import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { AlertDispatcher, type DispatchResult } from '../../lambda/alerts/alert-dispatcher.ts';
import { AlertSender } from '../../lambda/alerts/alert-sender.ts';
import { allChannels } from '../../lambda/alerts/channels/all-channels.ts';
import { ChannelSet } from '../../lambda/alerts/channels/channel-set.ts';
import type { Finding } from '../../lambda/findings/finding.ts';
import { finding } from '../support/findings.ts';
import { memoryStore } from './memory-alert-store.ts';

const sns = new SNSClient({});
const mock = mockClient(sns);

const topics = {
  alerts: 'alerts',
  byLevel: { critical: 'critical', high: 'high', medium: 'medium', low: 'low' },
};

interface Options {
  readonly minimumLevel?: Finding['level'];
  readonly maxPerMinute?: number;
  readonly suppressedBy?: string;
}

function dispatcher(log: string[], { minimumLevel = 'low', maxPerMinute = 30, suppressedBy }: Options = {}) {
  mock.on(PublishCommand).callsFake((input: { TopicArn: string; Subject?: string }) => {
    log.push(`publish ${input.TopicArn}`);
    return {};
  });
  const store = memoryStore(log);
  const now = () => new Date('2026-11-20T14:10:00Z');
  const channels = new ChannelSet({
    channels: allChannels({ sns, topics }),
    deployment: 'trailwarden',
    now,
    onFailure: ({ channel, error }) => log.push(`${channel} failed: ${String(error)}`),
  });
  const it = new AlertDispatcher({
    store,
    sender: new AlertSender({
      store,
      slots: store,
      channels,
      maxPerMinute,
      now,
    }),
    minimumLevel,
    windowMinutes: 15,
    suppressionOf: async () => (suppressedBy === undefined ? undefined : { suppressionId: suppressedBy }),
    channels,
    now,
  });
  return async (members: Partial<Finding> = {}): Promise<DispatchResult> => {
    const found = finding(members);
    return it.dispatch(found, await it.decide(found));
  };
}

beforeEach(() => mock.reset());

test('the row is created, then both topics are told, then the row says so', async () => {
  const log: string[] = [];
  expect(await dispatcher(log)()).toBe('published');
  expect(log).toEqual([
    'create, leased until 2026-11-20T14:12:00.000Z',
    'publish high',
    'publish alerts',
    'people sent, programs sent, sent at 2026-11-20T14:10:00.000Z, summary due at 2026-11-20T14:35:00.000Z',
  ]);
});

test('of a window that is long over, the summary waits for as long as a window is', async () => {
  const log: string[] = [];
  await dispatcher(log)({ eventTime: '2025-01-01T00:00:00Z' });
  expect(log.at(-1)).toContain('summary due at 2026-11-20T14:25:00.000Z');
});

test('a repeat within the window tells nobody', async () => {
  const log: string[] = [];
  const dispatch = dispatcher(log);
  await dispatch();
  log.length = 0;
  expect(await dispatch({ findingId: 'another', eventID: 'e-2' })).toBe('repeat');
  expect(log).toEqual([]);
});

test.each<[Finding['level'], Finding['level'], string]>([
  ['informational', 'informational', 'not-published'],
  ['low', 'medium', 'not-published'],
  ['medium', 'medium', 'published'],
  ['critical', 'medium', 'published'],
])('a finding of level %s, where %s is the lowest that is published, is %s', async (level, minimumLevel, result) => {
  const log: string[] = [];
  expect(await dispatcher(log, { minimumLevel })({ level })).toBe(result);
  expect(log.length === 0).toBe(result === 'not-published');
});

test('a suppressed finding makes no alert, whatever its level', async () => {
  const log: string[] = [];
  expect(await dispatcher(log, { suppressedBy: 'sup-1' })({ level: 'critical' })).toBe('not-published');
  expect(log).toEqual([]);
});

test('a topic that fails leaves its channel alone pending: the others are told, and the row says so', async () => {
  const log: string[] = [];
  const dispatch = dispatcher(log);
  mock.on(PublishCommand, { TopicArn: 'high' }).rejects(new Error('throttled'));
  expect(await dispatch()).toBe('left-pending');
  expect(log).toEqual([
    expect.stringMatching(/^create/),
    'publish alerts',
    'people failed: Error: throttled',
    'people pending, programs sent, sent at 2026-11-20T14:10:00.000Z, summary due at 2026-11-20T14:35:00.000Z',
  ]);
});

test('where every topic fails nothing is sent, and no summary is due before something was', async () => {
  const log: string[] = [];
  const dispatch = dispatcher(log);
  mock.on(PublishCommand).rejects(new Error('throttled'));
  expect(await dispatch()).toBe('left-pending');
  expect(log.at(-1)).toBe('people pending, programs pending, sent at no time, summary due at never');
});

describe('a storm', () => {
  const alert = (actor: string, level: Finding['level'] = 'high') => ({ actor, level });

  test('is in the table before an alert says that it collapsed, and is told of once', async () => {
    const log: string[] = [];
    const dispatch = dispatcher(log, { maxPerMinute: 1 });
    await dispatch(alert('a'));
    log.length = 0;
    expect(await dispatch(alert('b'))).toBe('collapsed');
    expect(log).toEqual([
      expect.stringMatching(/^create,/),
      'create the storm of 2026-11-20T14:10:00Z',
      'collapse',
      'publish high',
      'publish alerts',
      'people sent, programs sent, sent at 2026-11-20T14:10:00.000Z, summary due at 2026-11-20T14:12:00.000Z',
    ]);
    log.length = 0;
    expect(await dispatch(alert('c'))).toBe('collapsed');
    expect(log).toEqual([expect.stringMatching(/^create,/), 'collapse']);
  });

  test('never takes a critical alert, and a storm of one level none of another', async () => {
    const dispatch = dispatcher([], { maxPerMinute: 1 });
    await dispatch(alert('a'));
    expect(await dispatch(alert('b'))).toBe('collapsed');
    expect(await dispatch(alert('c', 'medium'))).toBe('published');
    expect(await dispatch(alert('d', 'critical'))).toBe('published');
    expect(await dispatch(alert('e', 'critical'))).toBe('published');
  });
});

test('both messages carry the attributes that filter policies need', async () => {
  await dispatcher([])();
  for (const call of mock.commandCalls(PublishCommand)) {
    const { MessageAttributes, MessageStructure } = call.args[0].input;
    expect(MessageStructure).toBeUndefined();
    expect(Object.keys(MessageAttributes ?? {}).sort()).toEqual([
      'account',
      'action',
      'actorKind',
      'kind',
      'level',
      'region',
      'ruleId',
    ]);
    expect(MessageAttributes?.level).toEqual({ DataType: 'String', StringValue: 'high' });
    expect(MessageAttributes?.kind).toEqual({ DataType: 'String', StringValue: 'alert' });
  }
});
