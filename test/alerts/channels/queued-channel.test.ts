import { join } from 'node:path';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from 'esbuild';
import { allChannels } from '../../../lambda/alerts/channels/all-channels.ts';
import { type ChannelFilter, takes } from '../../../lambda/alerts/channels/channel-filter.ts';
import { ChannelSet } from '../../../lambda/alerts/channels/channel-set.ts';
import { type ChannelState, UNTRIED } from '../../../lambda/alerts/channels/channel-state.ts';
import { queuedChannel } from '../../../lambda/alerts/channels/queued-channel.ts';
import { queuedMessageSchema } from '../../../lambda/alerts/channels/queued-message.ts';
import { alertOf } from '../../../lambda/alerts/messages/alert-content.ts';
import type { Notice } from '../../../lambda/alerts/messages/alert-notice.ts';
import { alertMessageSchema } from '../../../lambda/alerts/messages/message-schema.ts';
import { stormOf } from '../../../lambda/alerts/noise/alert-storm.ts';
import type { Finding } from '../../../lambda/findings/finding.ts';
import { finding } from '../../support/findings.ts';

const sqs = new SQSClient({});
const mock = mockClient(sqs);
const NOW = new Date('2026-11-20T14:10:00Z');
const FILTER: ChannelFilter = { name: 'team', levels: ['low', 'medium', 'high', 'critical'], accounts: [], tags: [] };

const notice = (members: Partial<Finding> = {}): Notice => ({ kind: 'alert', alert: alertOf(finding(members), 15) });
const storm: Notice = { kind: 'storm', storm: stormOf('low', NOW, 30) };
const channel = (name: string, filter = FILTER) =>
  queuedChannel({ filter: { ...filter, name }, sqs, queueUrl: `https://sqs/channel-${name}` });
const setOf = (...names: readonly string[]) =>
  new ChannelSet({
    channels: names.map((name) => channel(name)),
    deployment: 'trailwarden',
    now: () => NOW,
    onFailure: () => undefined,
  });

beforeEach(() => mock.reset());

test('a message is sent once it is in the queue: in the published form, with the alert’s id', async () => {
  const set = setOf('team');
  const { publication, channels } = set.prepare(notice());
  const states = await set.deliver('alert-1', publication, channels);
  expect(states).toMatchObject({ team: { state: 'sent', tries: 1 } });
  const [call] = mock.commandCalls(SendMessageCommand);
  expect(call?.args[0].input.QueueUrl).toBe('https://sqs/channel-team');
  const message = queuedMessageSchema.parse(JSON.parse(call?.args[0].input.MessageBody ?? ''));
  expect(message).toMatchObject({ version: 1, alertId: 'alert-1', kind: 'alert', level: 'high' });
  expect(alertMessageSchema.parse(JSON.parse(message.message))).toMatchObject({ kind: 'alert', level: 'high' });
});

test('a queue that takes nothing keeps no other channel from its message, and gets its own later', async () => {
  mock.on(SendMessageCommand, { QueueUrl: 'https://sqs/channel-a' }).rejectsOnce(new Error('down')).resolves({});
  const set = setOf('a', 'b');
  const { publication, channels } = set.prepare(notice());
  const states = await set.deliver('alert-1', publication, channels);
  expect(states).toMatchObject({ a: { state: 'pending', tries: 1 }, b: { state: 'sent' } });
  const again = await set.deliver('alert-1', publication, { ...states, a: { state: 'pending', tries: 1 } });
  expect(again).toMatchObject({ a: { state: 'sent' }, b: { state: 'sent' } });
  expect(mock.commandCalls(SendMessageCommand, { QueueUrl: 'https://sqs/channel-b' })).toHaveLength(1);
});

test('twenty channels share one copy of a message in the row, at most 60 KB for any event', () => {
  const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
  const value = 'x'.repeat(1900);
  const matched = Array.from({ length: 50 }, (_, index) => ({ field: `f${index}`, value }));
  const { publication, channels } = setOf(...names).prepare(notice({ matched }));
  expect(Object.keys(channels)).toEqual(names);
  expect(Object.keys(publication.messages)).toHaveLength(1);
  expect(Buffer.byteLength(JSON.stringify(publication))).toBeLessThan(61 * 1024);
});

describe('the topic for programs, where it carries another format', () => {
  const sns = new SNSClient({});
  const topics = { alerts: 'alerts', byLevel: { critical: 'c', high: 'h', medium: 'm', low: 'l' } };
  const channelsOf = (isQueued: boolean) =>
    allChannels({
      sns,
      topics,
      queued: { sqs, filters: isQueued ? [{ ...FILTER, name: 'programs' }] : [], queuePrefix: 'https://sqs/channel-' },
    });
  const deliver = async (before: boolean, after: boolean): Promise<ChannelState | undefined> => {
    const common = { deployment: 'trailwarden', now: () => NOW, onFailure: () => undefined };
    const { publication, channels } = new ChannelSet({ channels: channelsOf(before), ...common }).prepare(notice());
    const only = { programs: channels.programs ?? UNTRIED };
    const set = new ChannelSet({ channels: channelsOf(after), ...common });
    return (await set.deliver('alert-1', publication, only)).programs;
  };

  test('has a queue under the name that it has as a topic', () => {
    expect(channelsOf(true).map(({ name }) => name)).toEqual(['people', 'programs']);
    expect(channelsOf(false).map(({ name }) => name)).toEqual(['people', 'programs']);
  });

  test.each([
    [false, true],
    [true, false],
  ])('sends what waits in rows from before the setting was changed (%s, then %s)', async (before, after) => {
    const published = mockClient(sns);
    expect(await deliver(before, after)).toMatchObject({ state: 'sent' });
    const sent = after
      ? JSON.parse(mock.commandCalls(SendMessageCommand)[0]?.args[0].input.MessageBody ?? '').message
      : published.commandCalls(PublishCommand)[0]?.args[0].input.Message;
    expect(alertMessageSchema.parse(JSON.parse(sent))).toMatchObject({ kind: 'alert' });
    published.restore();
  });
});

test.each<[string, Partial<ChannelFilter>, Notice, boolean]>([
  ['all alerts where nothing is said', {}, notice(), true],
  ['its levels', { levels: ['high'] }, notice(), true],
  ['no other level', { levels: ['critical'] }, notice(), false],
  ['its accounts', { accounts: ['111122223333'] }, notice({ account: '111122223333' }), true],
  ['no other account', { accounts: ['999988887777'] }, notice({ account: '111122223333' }), false],
  ['rules with one of its tags', { tags: ['x', 'attack.t1078.004'] }, notice(), true],
  ['no rule without one of them', { tags: ['attack.impact'] }, notice(), false],
  ['storms of its levels, whatever accounts they are of', { accounts: ['999988887777'], tags: ['x'] }, storm, true],
  ['no storm of another level', { levels: ['critical'] }, storm, false],
])('a channel takes %s', (_, filter, given, isTaken) => {
  expect(takes({ ...FILTER, ...filter }, given)).toBe(isTaken);
  expect(channel('team', { ...FILTER, ...filter }).render(given, 'trailwarden') !== undefined).toBe(isTaken);
});

test('the bundles of the functions that read the log hold nothing of the receivers or of their SDK clients', async () => {
  const lambda = join(__dirname, '../../../lambda');
  const { metafile } = await build({
    entryPoints: ['ingest', 'verify', 'sweep'].map((name) => join(lambda, name, 'handler.ts')),
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    outdir: 'out',
  });
  const inputs = Object.keys(metafile.inputs);
  // 789 bytes when this was written.
  for (const { inputs: parts } of Object.values(metafile.outputs)) {
    const own = Object.entries(parts).filter(([input]) => /(channel-filter|queued-channel)\.ts$/.test(input));
    expect(own.map(([input]) => input.split('/').at(-1)).toSorted()).toEqual([
      'channel-filter.ts',
      'queued-channel.ts',
    ]);
    expect(own.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)).toBeLessThan(1000);
  }
  // What they know of channels is which alerts to take and where the queues are.
  expect(inputs.filter((input) => /channels\/channel-settings|resolved-message|quiet-hours/.test(input))).toEqual([]);
  expect(inputs.some((input) => input.includes('client-sqs'))).toBe(true);
  expect(
    inputs.filter((input) => /lambda\/notify|client-(secrets|ssm|eventbridge|securityhub|lambda)/.test(input)),
  ).toEqual([]);
});
