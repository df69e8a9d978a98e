import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { ACCOUNT, logObject, logObjectKey, record, root } from '../support/records.ts';

/** As the pack has them, but that the benchmark's rules alert too. */
const ruleOf = (id: string, level: string, selection: string, own: string) => `
title: Rule ${id}
id: ${id}
level: ${level}
logsource: {product: aws, service: cloudtrail}
detection: {s: {${selection}}, condition: s}
trailwarden: {${own}}
`;
const ROOT = 'userIdentity.type: Root';
const RULES = [
  ruleOf('root-use', 'high', ROOT, 'findings: session').replace(
    'condition: s',
    'own: {eventName: [CreateAccessKey, ConsoleLogin]}, condition: s and not own',
  ),
  ruleOf('root-key', 'critical', `${ROOT}, eventName: CreateAccessKey`, '').replace('trailwarden: {}\n', ''),
  ruleOf('cis-root', 'high', ROOT, 'findings: session, alert: joined'),
  ruleOf('cis-denied', 'medium', 'errorCode: AccessDenied', 'alert: joined'),
];

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment(RULES);
});

afterEach(() => deployment.aws.stop());

const MORNING = '2026-11-20T09:00:12Z';
const EVENING = '2026-11-20T18:30:40Z';

/** A page of the console: its own key, the sign-in's time. */
function page(minute: number, created: string, members = {}) {
  const userIdentity = {
    ...root(),
    accessKeyId: `ASIAEXAMPLE${minute}`,
    sessionContext: { attributes: { creationDate: created, mfaAuthenticated: 'true' } },
  };
  const eventTime = new Date(Date.parse(created) + minute * 60_000).toISOString();
  return record({ eventID: `${created}-${minute}`, userIdentity, eventTime, ...members });
}

async function deliver(...records: ReturnType<typeof page>[]) {
  const key = logObjectKey();
  await deployment.put(key, logObject(records));
  const notification = notificationOf(deployment, key);
  await deployment.deliver(notification);
  return notification;
}

const findings = async (rule: string) => (await deployment.rows('findings')).filter(({ ruleId }) => ruleId === rule);
const alerts = async () => (await deployment.rows('alerts')).map(({ ruleId }) => String(ruleId)).sort();

test('a session of root in the console is one finding and one alert, however many pages, keys and windows it has', async () => {
  for (const minute of [0, 1, 2, 20, 40, 200]) await deliver(page(minute, MORNING), page(minute + 0.5, MORNING));
  expect(await findings('root-use')).toEqual([
    expect.objectContaining({ eventID: `${MORNING}-0`, per: 'session', alertId: expect.any(String) }),
  ]);
  expect(await alerts()).toEqual(['root-use']);
  await deliver(page(0, EVENING));
  expect(await findings('root-use')).toHaveLength(2);
  expect(await alerts()).toEqual(['root-use', 'root-use']);
});

test('what root does to its credentials stands beside its session, and not in it', async () => {
  await deliver(page(0, MORNING), page(3, MORNING, { eventName: 'CreateAccessKey' }), page(4, MORNING));
  expect(await alerts()).toEqual(['root-key', 'root-use']);
});

test('a session that is delivered again alerts nobody again, and an alert that wasn’t sent is sent by its own event', async () => {
  const first = await deliver(page(0, MORNING));
  await deliver(page(50, MORNING));
  const sent = await deployment.received();
  await deployment.deliver(first);
  expect(await deployment.received()).toEqual([]);
  expect(sent.length).toBeGreaterThan(0);
});

test('a rule of the benchmark and a rule of the pack about one event are one alert, which names both', async () => {
  await deliver(page(0, MORNING));
  expect(await alerts()).toEqual(['root-use']);
  expect(await findings('cis-root')).toEqual([expect.objectContaining({ joinedTo: 'root-use' })]);
  expect((await findings('cis-root'))[0]).not.toHaveProperty('alertId');
  expect(await findings('root-use')).toEqual([expect.objectContaining({ also: ['Rule cis-root'] })]);
  const texts = (await deployment.received()).map((message) => JSON.stringify(message));
  expect(texts.filter((text) => text.includes('Recorded with it'))).toHaveLength(1);
  expect(texts.join('\n')).toMatch(/\[HIGH\] Rule root-use \(root, success, /);
});

test('a rule of the benchmark that stands alone has an alert of its own', async () => {
  const userIdentity = { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/eve`, accountId: ACCOUNT };
  await deliver(page(0, MORNING, { userIdentity, errorCode: 'AccessDenied' }));
  expect(await alerts()).toEqual(['cis-denied']);
});

test('a call within a session that has alerted joins no alert that was sent long before it', async () => {
  await deliver(page(0, MORNING));
  await deliver(page(90, MORNING, { errorCode: 'AccessDenied' }));
  expect(await alerts()).toEqual(['cis-denied', 'root-use']);
});
