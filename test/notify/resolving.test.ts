import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { QueuedMessage } from '../../lambda/alerts/channels/queued-message.ts';
import type { DeliveryState } from '../../lambda/store/alerts/alert-deliveries.ts';
import { alertJson, stormsJson, summaryJson } from './alert-messages.ts';
import { answerWith, type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { mocks, notifyBed, QUEUE_PREFIX, queued, ROUTING_KEY, useSecrets } from './notify-bed.ts';

const SENT = new Date('2026-11-20T14:10:00Z');
const DAY = 24 * 60 * 60_000;
const PAGER = { name: 'pager', type: 'pagerduty', secret: { parameter: '/routing-key' } };
const TEAM = { name: 'team', type: 'slack', secret: { secretsManager: 'url' } };
const ALERT_ID: string = JSON.parse(alertJson()).alertId;
const RESOLVED = { version: 1, kind: 'resolved', alertId: ALERT_ID, level: 'high', findings: 7 } as const;

const DELIVERED: DeliveryState = { state: 'delivered', at: SENT.toISOString(), tries: 1, answer: 'HTTP 202' };

let server: LoopbackServer;
let now: Date;

beforeEach(async () => {
  server = await startLoopbackServer();
  server.answer = answerWith(202);
  useSecrets(server.port);
  now = SENT;
});

afterEach(() => server.stop());

const bed = (channels: readonly object[] = [PAGER, TEAM]) => notifyBed({ channels, port: server.port, now: () => now });
const resolved = (channel = 'pager') => queued(channel, JSON.stringify(RESOLVED), { sentAt: SENT });
const actions = (): readonly string[] => server.requests.map(({ body }) => JSON.parse(body).event_action);

/** What the alert's row says of its earlier messages. */
const rowHas = (row: object): void => {
  mocks.documents.on(GetCommand).resolves({ Item: row });
};

describe('an alert that is resolved', () => {
  test('goes into the queues of the channels that have something to end, and says of which', async () => {
    expect(await bed().handler({ resolve: RESOLVED })).toEqual({ queued: ['pager'] });
    const calls = mocks.sqs.commandCalls(SendMessageCommand).map(({ args: [{ input }] }) => input);
    expect(calls).toMatchObject([{ QueueUrl: `${QUEUE_PREFIX}pager` }]);
    const body: QueuedMessage = JSON.parse(calls[0]?.MessageBody ?? '');
    expect(body).toMatchObject({ version: 1, kind: 'resolved', alertId: ALERT_ID, level: 'high' });
    expect(JSON.parse(body.message)).toEqual(RESOLVED);
  });

  test('ends the incident of the alert once that was opened, also in quiet hours', async () => {
    rowHas({ channels: { pager: {} }, 'delivery#pager': DELIVERED });
    now = new Date('2026-11-20T23:00:00Z');
    const quiet = { ...PAGER, quietHours: { from: '22:00', to: '06:00' } };
    const { failedOf, noted } = bed([quiet]);
    expect(await failedOf(resolved())).toEqual([]);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      routing_key: ROUTING_KEY,
      event_action: 'resolve',
      dedup_key: ALERT_ID,
    });
    expect(noted()).toMatchObject([
      ['delivery#pager#resolved', { state: 'delivered', findings: 7, answer: 'HTTP 202' }],
    ]);
  });

  test('waits for its alert, which would open the incident after it', async () => {
    rowHas({ channels: { pager: {} }, 'delivery#pager': { ...DELIVERED, state: 'failing' } });
    const { failedOf, noted } = bed();
    expect(await failedOf(resolved())).toEqual(['m-1']);
    expect(server.requests).toEqual([]);
    expect(noted()).toMatchObject([['delivery#pager#resolved', { state: 'waiting' }]]);
    rowHas({ channels: { pager: {} } });
    expect(await failedOf(resolved())).toEqual(['m-1']);
    // A row that never told of the delivery doesn't leave an incident open.
    now = new Date(SENT.getTime() + DAY);
    expect(await failedOf(resolved())).toEqual([]);
    expect(actions()).toEqual(['resolve']);
  });

  test.each([
    ['that the channel does not take', { channels: { team: {} } }],
    [
      'that the channel was given up with',
      { channels: { pager: {} }, 'delivery#pager': { ...DELIVERED, state: 'given-up' } },
    ],
    ['that is gone', {}],
  ])('%s has nothing to end', async (_, row) => {
    rowHas(row);
    const { failedOf, noted } = bed();
    expect(await failedOf(resolved())).toEqual([]);
    expect(server.requests).toEqual([]);
    expect(noted()).toEqual([]);
  });

  test('is tried again where the receiver does not take it, or the row cannot be read', async () => {
    rowHas({ channels: { pager: {} }, 'delivery#pager': DELIVERED });
    server.answer = answerWith(500);
    expect(await bed().failedOf(resolved())).toEqual(['m-1']);
    mocks.documents.on(GetCommand).rejects(new Error('throttled'));
    expect(await bed().failedOf(resolved())).toEqual(['m-1']);
    expect(actions()).toEqual(['resolve']);
  });

  test('says nothing to a channel that has nothing to end', async () => {
    expect(await bed().failedOf(resolved('team'))).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

describe('after an alert was resolved', () => {
  beforeEach(() => rowHas({ channels: { pager: {} }, 'delivery#pager#resolved': { ...DELIVERED, findings: 7 } }));

  test.each([
    ['a copy of the alert', alertJson(), []],
    ['a summary of the findings that were marked', summaryJson(7), []],
    ['a summary of more findings', summaryJson(8), ['trigger']],
    ['a storm', stormsJson(), ['trigger']],
  ])('%s opens the incident again only for what is new', async (_, json, sent) => {
    const { failedOf } = bed();
    expect(await failedOf(queued('pager', json, { sentAt: SENT }))).toEqual([]);
    expect(actions()).toEqual(sent);
  });

  test('an alert is paged all the same where the row cannot be read', async () => {
    mocks.documents.on(GetCommand).rejects(new Error('throttled'));
    expect(await bed().failedOf(queued('pager', alertJson(), { sentAt: SENT }))).toEqual([]);
    expect(actions()).toEqual(['trigger']);
  });
});
