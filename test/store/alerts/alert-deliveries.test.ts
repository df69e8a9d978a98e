import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { UNTRIED } from '../../../lambda/alerts/channels/channel-state.ts';
import { alertOf } from '../../../lambda/alerts/messages/alert-content.ts';
import { AlertDeliveries, deliveriesOf } from '../../../lambda/store/alerts/alert-deliveries.ts';
import { AlertTable } from '../../../lambda/store/alerts/alert-table.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';
import { finding } from '../../support/findings.ts';

const NOW = new Date('2026-11-20T14:10:00Z');
const AT = NOW.toISOString();

let aws: EmbeddedAws;

beforeAll(async () => {
  aws = await startEmbeddedAws();
});

afterAll(() => aws.stop());

function tables() {
  const documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
  const name = aws.resources.tables.alerts;
  return { alerts: new AlertTable(documents, name, () => NOW), deliveries: new AlertDeliveries(documents, name) };
}

test('what a receiver answered stands in the row of the alert, the last answer of each channel and notice', async () => {
  const { alerts, deliveries } = tables();
  const alert = alertOf(finding(), 15);
  const publication = {
    kind: 'alert',
    level: 'high',
    attributes: {},
    messages: { 'queues:': { body: '{}' } },
  } as const;
  await alerts.create(alert, { publication, channels: { 'team-a': UNTRIED } }, NOW);
  const failing = {
    channel: 'team-a',
    notice: 'first',
    state: 'failing',
    at: AT,
    tries: 1,
    answer: 'HTTP 500',
  } as const;
  const taken = { ...failing, state: 'delivered', tries: 2, answer: 'HTTP 200: ok' } as const;
  const summary = { ...taken, notice: 'summary', tries: 1 } as const;
  for (const delivery of [failing, taken, summary]) await deliveries.note(alert.alertId, delivery);
  const row = await alerts.get(alert.alertId);
  expect(row?.deliveries?.toSorted((a, b) => a.notice.localeCompare(b.notice))).toEqual([taken, summary]);
});

test('a shared message stays in the row until the last channel that needs it has sent it', async () => {
  const { alerts } = tables();
  const alert = alertOf(finding({ ruleId: 'shared' }), 15);
  const publication = {
    kind: 'alert',
    level: 'high',
    attributes: {},
    messages: { 'queues:': { body: '{}' } },
  } as const;
  await alerts.create(alert, { publication, channels: { a: UNTRIED, b: UNTRIED } }, NOW);
  const channels = { a: { state: 'sent', tries: 1, at: AT }, b: { state: 'pending', tries: 1 } } as const;
  const progress = { channels };
  await alerts.note({ alertId: alert.alertId, leaseUntil: AT, publication }, { progress, givenUp: [] });
  const due = [];
  for await (const row of alerts.pending(new Date(NOW.getTime() + 60_000))) due.push(row);
  expect(due.find(({ alertId }) => alertId === alert.alertId)).toMatchObject({
    row: { publication: { messages: { 'queues:': { body: '{}' } } } },
  });
});

test('an alert that is not there gets no row', async () => {
  const { alerts, deliveries } = tables();
  await deliveries.note('nobody', {
    channel: 'a',
    notice: 'first',
    state: 'delivered',
    at: AT,
    tries: 1,
    answer: 'ok',
  });
  expect(await alerts.get('nobody')).toBeUndefined();
});

test('a delivery of a form that another version wrote is left out', () => {
  expect(deliveriesOf({ 'delivery#a': { state: 'lost' }, 'delivery#b': 'x', other: 1 })).toEqual([]);
});
