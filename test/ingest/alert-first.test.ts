import { readIngestEnvironment } from '../../lambda/runtime/environment.ts';
import { type Deployment, notificationOf, startDeployment } from '../support/deployment.ts';
import { logObject, logObjectKey, record } from '../support/records.ts';

const RULE = `
title: A trail was stopped
id: 5b8f9f0c-6a0f-4b55-a3b0-7d1c1f0a2c33
status: stable
logsource: { product: aws, service: cloudtrail }
detection:
  selection:
    eventName: StopLogging
  condition: selection
level: high
`;

let deployment: Deployment;

beforeEach(async () => {
  deployment = await startDeployment([RULE]);
});

afterEach(() => deployment.aws.stop());

test('an alert about the last of 5,000 records is sent before any row or page is written', async () => {
  const { clients, resources } = deployment.aws;
  const commands: string[] = [];
  for (const client of [clients.dynamodb, clients.sns]) {
    client.middlewareStack.add(
      (next, { commandName = '' }: { readonly commandName?: string }) =>
        async (call: Parameters<typeof next>[0]) => {
          const result = await next(call);
          commands.push(commandName);
          return result;
        },
      { step: 'initialize', name: 'order', override: true },
    );
  }
  const records = Array.from({ length: 4_999 }, () => record({ eventName: 'RunInstances', readOnly: false }));
  const key = logObjectKey();
  await deployment.put(key, logObject([...records, record({ eventName: 'StopLogging', readOnly: false })]));
  const environment = readIngestEnvironment({ ...resources.variables.ingest, ROWS: 'all' });
  await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest({ environment }) });
  const lastPublish = commands.lastIndexOf('PublishCommand');
  expect(lastPublish).toBeGreaterThan(0);
  expect(commands.indexOf('BatchWriteItemCommand')).toBeGreaterThan(lastPublish);
  expect(commands.indexOf('TransactWriteItemsCommand')).toBeGreaterThan(lastPublish);
  expect(await deployment.indexed()).toHaveLength(5_000);
}, 60_000);
