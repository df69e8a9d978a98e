import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import { alertJson } from './alert-messages.ts';
import { type Answering, answerWith, type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { mocks, notifyBed, queued, useSecrets } from './notify-bed.ts';

const SENT = new Date('2026-11-20T14:10:00Z').getTime();
const HOUR = 60 * 60_000;
const TEAM = { name: 'team', type: 'slack', secret: { secretsManager: 'url' } };
const QUIET = { ...TEAM, quietHours: { from: '10:00', to: '20:00' } };

/** Receives after which SQS gives a message up, and hours that it keeps one: notify must be done long before. */
const MOST_RECEIVES = 500;
const MOST_HOURS = 96;

let server: LoopbackServer;

beforeEach(async () => {
  server = await startLoopbackServer();
  useSecrets(server.port);
});

afterEach(() => server.stop());

/** Receives a message again each time that its visibility timeout is over, until it is deleted. */
async function untilDeleted(channel: object) {
  let now = SENT;
  const { failedOf, metrics } = notifyBed({ channels: [channel], port: server.port, now: () => new Date(now) });
  for (let receives = 1; ; receives++) {
    mocks.sqs.resetHistory();
    const record = queued('team', alertJson(), { sentAt: new Date(SENT), receives });
    if ((await failedOf(record)).length === 0) {
      const dead = mocks.sqs.commandCalls(SendMessageCommand).length;
      return { receives, hours: (now - SENT) / HOUR, dead, givenUp: metrics.last(METRICS.ChannelMessagesGivenUp.name) };
    }
    const [hidden] = mocks.sqs.commandCalls(ChangeMessageVisibilityCommand).map(({ args: [{ input }] }) => input);
    now += (hidden?.VisibilityTimeout ?? 0) * 1000;
    if (receives > 2 * MOST_RECEIVES) throw new Error('It comes back for ever.');
  }
}

test.each<[string, Answering]>([
  ['answers 500', answerWith(500)],
  ['asks to wait for an hour, each time', answerWith(429, '', { 'retry-after': '3600' })],
  ['asks to wait for a year', answerWith(429, '', { 'retry-after': '31536000' })],
  ['asks for no wait at all', answerWith(429, '', { 'retry-after': '0' })],
  ['resets the connection', (_response, _request, socket) => socket.destroy()],
])('a receiver that %s for a day is tried for 24 hours to the minute, and then given up', async (_, answer) => {
  server.answer = answer;
  const { receives, hours, dead, givenUp } = await untilDeleted(TEAM);
  expect(hours).toBeGreaterThanOrEqual(24);
  expect(hours).toBeLessThan(24 + 1 / 60);
  expect(receives).toBeLessThan(MOST_RECEIVES / 2);
  expect({ dead, givenUp }).toEqual({ dead: 1, givenUp: 1 });
});

test('one that is down through the quiet hours as well has its last try when they are over', async () => {
  server.answer = answerWith(500);
  const { receives, hours, dead } = await untilDeleted(QUIET);
  // 14:10 is in them, and so is 14:10 of the next day.
  expect(hours).toBeGreaterThanOrEqual(29);
  expect(hours).toBeLessThan(MOST_HOURS / 2);
  expect(receives).toBeLessThan(MOST_RECEIVES / 2);
  expect(dead).toBe(1);
});

test('one that comes back within the day gets the message once', async () => {
  server.answer = (response) => response.writeHead(server.requests.length > 40 ? 200 : 503).end();
  const { hours, dead } = await untilDeleted(TEAM);
  expect(server.requests).toHaveLength(41);
  expect(hours).toBeLessThan(24);
  expect(dead).toBe(0);
});
