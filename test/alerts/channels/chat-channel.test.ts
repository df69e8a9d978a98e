import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { readIngestEnvironment } from '../../../lambda/runtime/environment.ts';
import { notificationOf, startDeployment } from '../../support/deployment.ts';
import { logObject, logObjectKey, record } from '../../support/records.ts';

const RULE = '9f3c8a52-1d7e-4c1c-9d4e-0a7f4f3f3b11';
const STOP_LOGGING = `
title: Logging was stopped
id: ${RULE}
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: StopLogging
  condition: selection
level: critical
`;

test('with a topic for chat applications an alert goes there too, with the same attributes', async () => {
  const deployment = await startDeployment([STOP_LOGGING]);
  const { clients, resources } = deployment.aws;
  const { TopicArn = '' } = await clients.sns.send(new CreateTopicCommand({ Name: `${resources.deployment}-chat` }));
  await clients.sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: resources.queues.subscriber.arn }),
  );
  const key = logObjectKey();
  await deployment.put(key, logObject([record({ eventName: 'StopLogging' })]));
  const environment = { ...readIngestEnvironment(resources.variables.ingest), CHAT_TOPIC_ARN: TopicArn };
  await deployment.deliver(notificationOf(deployment, key), { ingest: deployment.ingest({ environment }) });
  const received = await deployment.received();
  expect(received).toHaveLength(3);
  const chat = received.find((message) => message.TopicArn === TopicArn);
  expect(JSON.parse(chat?.Message ?? '')).toMatchObject({ version: '1.0', source: 'custom' });
  expect(chat?.MessageAttributes).toMatchObject({ level: { Value: 'critical' }, ruleId: { Value: RULE } });
  await deployment.aws.stop();
});
