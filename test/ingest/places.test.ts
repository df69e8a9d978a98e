import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMPTY_CONTENT } from '../../lambda/directory/directory-file.ts';
import { NamesObject } from '../../lambda/directory/names-object.ts';
import { readIngestEnvironment } from '../../lambda/runtime/environment.ts';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { writeMmdb } from '../support/mmdb.ts';
import { ACCOUNT, logObject, logObjectKey, record } from '../support/records.ts';

/** What a deployment knows of addresses comes with its events, wherever they go. */

const RULES = [
  `
title: A user was created from elsewhere
id: 5d0a64b1-7a3a-4c6f-9d20-1b6c8a6b0c21
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: CreateUser
    trailwarden.network: other
    trailwarden.country|exists: true
  home:
    trailwarden.country: DE
  condition: selection and not home
level: high
`,
  `
title: A user was created by a carrier of clouds
id: 5d0a64b1-7a3a-4c6f-9d20-1b6c8a6b0c22
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: CreateUser
    trailwarden.asn: AS64501
    trailwarden.asnName|contains: cloud
  condition: selection
level: medium
`,
  `
title: A user was deleted in production
id: 5d0a64b1-7a3a-4c6f-9d20-1b6c8a6b0c23
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: DeleteUser
    trailwarden.account.name: payments
    trailwarden.account.ou|startswith: Workloads/
    trailwarden.user.name|endswith: '@example.com'
  condition: selection
level: high
`,
];

let folder: string;
let deployment: Deployment;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trailwarden-places-'));
  deployment = await startDeployment(RULES);
});

afterAll(async () => {
  await deployment.aws.stop();
  rmSync(folder, { recursive: true });
});

const NAMES = {
  accounts: { [ACCOUNT]: { name: 'payments', ou: 'Workloads/Production' } },
  users: { '90677c4d-user': 'alice@example.com' },
};

function ingestThatKnows(databases: readonly string[], metrics?: CountedMetrics) {
  const DIRECTORY_FILE = join(folder, 'directory.json');
  const networks = { office: ['203.0.113.0/24'] };
  writeFileSync(DIRECTORY_FILE, JSON.stringify({ ...EMPTY_CONTENT, networks, databases, names: NAMES }));
  return deployment.ingest({
    environment: readIngestEnvironment({ ...deployment.aws.resources.variables.ingest, DIRECTORY_FILE }),
    ...(metrics && { metrics }),
  });
}

const created = (eventID: string, sourceIPAddress: string) =>
  record({ eventID, eventName: 'CreateUser', eventSource: 'iam.amazonaws.com', sourceIPAddress, readOnly: false });

test('rules ask for it, and the index, findings and alerts tell it', async () => {
  const database = writeMmdb(join(folder, 'lite.mmdb'), {
    '203.0.113.0/24': { country_code: 'DE', asn: 'AS64500', as_name: 'Example Net' },
    '198.51.100.0/24': { country_code: 'FR', asn: 'AS64501', as_name: 'Example Cloud' },
  });
  const key = logObjectKey();
  await deployment.put(
    key,
    logObject([
      created('e-office', '203.0.113.7'),
      created('e-elsewhere', '198.51.100.7'),
      created('e-unknown', '192.0.2.7'),
      created('e-service', 'cloudformation.amazonaws.com'),
    ]),
  );
  const ingest = ingestThatKnows([database]);
  expect(await deployment.deliver(notificationOf(deployment, key), { ingest })).toEqual({ batchItemFailures: [] });

  const places = (await deployment.indexed()).map(({ eventID, network, country, asn, asnName }) => [
    eventID,
    [network, country, asn, asnName],
  ]);
  expect(Object.fromEntries(places)).toEqual({
    'e-office': ['office', 'DE', 'AS64500', 'Example Net'],
    'e-elsewhere': ['other', 'FR', 'AS64501', 'Example Cloud'],
    'e-unknown': ['other', undefined, undefined, undefined],
    'e-service': [undefined, undefined, undefined, undefined],
  });
  const findings = await deployment.rows('findings');
  expect(findings.map(({ title, eventID }) => [title, eventID]).sort()).toEqual([
    ['A user was created by a carrier of clouds', 'e-elsewhere'],
    ['A user was created from elsewhere', 'e-elsewhere'],
  ]);
  for (const finding of findings) {
    expect(finding).toMatchObject({ network: 'other', country: 'FR', asn: 'AS64501', asnName: 'Example Cloud' });
  }
  const received = await deployment.received();
  const texts = received.filter(({ TopicArn }) => TopicArn.endsWith('-high')).map(({ Message }) => Message);
  expect(texts).toEqual([expect.stringContaining('From 198.51.100.7 (FR, AS64501 Example Cloud), with')]);
  const bodies = received
    .filter(({ TopicArn }) => TopicArn.endsWith('-alerts'))
    .map(({ Message }) => JSON.parse(Message));
  expect(bodies.map(({ finding }) => [finding.network, finding.country, finding.asn, finding.asnName])).toEqual([
    ['other', 'FR', 'AS64501', 'Example Cloud'],
    ['other', 'FR', 'AS64501', 'Example Cloud'],
  ]);
});

test('accounts and Identity Center users have names in rules, the index, findings and alerts', async () => {
  const key = logObjectKey();
  const onBehalfOf = {
    userId: '90677c4d-user',
    identityStoreArn: 'arn:aws:identitystore::111122223333:identitystore/d-1',
  };
  const userIdentity = { type: 'IdentityCenterUser', accountId: ACCOUNT, onBehalfOf };
  await deployment.put(key, logObject([record({ eventID: 'e-named', eventName: 'DeleteUser', userIdentity })]));
  await deployment.deliver(notificationOf(deployment, key), { ingest: ingestThatKnows([]) });
  const named = { accountName: 'payments', accountOu: 'Workloads/Production', userName: 'alice@example.com' };
  expect(await deployment.indexed()).toContainEqual(expect.objectContaining({ eventID: 'e-named', ...named }));
  const findings = (await deployment.rows('findings')).filter(({ eventID }) => eventID === 'e-named');
  expect(findings).toEqual([expect.objectContaining({ title: 'A user was deleted in production', ...named })]);
  const received = await deployment.received();
  expect(received.find(({ TopicArn }) => TopicArn.endsWith('-high'))?.Message).toMatch(
    /for alice@example\.com called .*\n.*\n.*account 111122223333 \(payments in Workloads\/Production\)\./,
  );
  expect(
    received.flatMap(({ TopicArn, Message }) => (TopicArn.endsWith('-alerts') ? JSON.parse(Message).finding : [])),
  ).toEqual([expect.objectContaining(named)]);
});

test('names that sweep has fetched are those of what the file does not name', async () => {
  const { s3 } = deployment.aws.clients;
  const NAMES_BUCKET = deployment.aws.resources.buckets.backfill;
  const names = {
    accounts: { [ACCOUNT]: { name: 'other' }, '444455556666': { name: 'staging', ou: 'Root' } },
    users: {},
  };
  await new NamesObject(s3, NAMES_BUCKET).write({ organizations: { at: '2026-11-20T14:00:00Z', names } });
  const DIRECTORY_FILE = join(folder, 'directory.json');
  writeFileSync(DIRECTORY_FILE, JSON.stringify({ ...EMPTY_CONTENT, names: NAMES }));
  const variables = { ...deployment.aws.resources.variables.ingest, DIRECTORY_FILE, NAMES_BUCKET };
  const ingest = deployment.ingest({ environment: readIngestEnvironment(variables) });
  const key = logObjectKey();
  await deployment.put(
    key,
    logObject([
      record({ eventID: 'e-own', recipientAccountId: ACCOUNT }),
      record({ eventID: 'e-fetched', recipientAccountId: '444455556666' }),
      record({ eventID: 'e-nobody', recipientAccountId: '555566667777' }),
    ]),
  );
  await deployment.deliver(notificationOf(deployment, key), { ingest });
  const found = Object.fromEntries(
    (await deployment.indexed()).map(({ eventID, accountName }) => [eventID, accountName]),
  );
  expect(found).toMatchObject({ 'e-own': 'payments', 'e-fetched': 'staging' });
  expect(found['e-nobody']).toBeUndefined();
});

test('a database that is gone is counted once, and keeps no event from being indexed and judged', async () => {
  const metrics = new CountedMetrics();
  const key = logObjectKey();
  await deployment.put(key, logObject([created('e-1', '198.51.100.8'), created('e-2', '203.0.113.8')]));
  const ingest = ingestThatKnows([join(folder, 'gone.mmdb')], metrics);
  expect(await deployment.deliver(notificationOf(deployment, key), { ingest })).toEqual({ batchItemFailures: [] });
  const indexed = (await deployment.indexed()).filter(({ eventID }) => ['e-1', 'e-2'].includes(eventID));
  expect(indexed.map(({ network }) => network)).toEqual(['other', 'office']);
  expect(metrics.added.get(METRICS.DirectoryFaults.name)).toEqual([1]);
});
