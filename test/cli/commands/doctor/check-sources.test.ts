import { GetBucketNotificationConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { checkSources } from '../../../../cli/commands/doctor/check-sources.ts';
import { type DoctorClients, doctorTarget } from '../../../../cli/commands/doctor/doctor-clients.ts';
import { logSource, topicSource } from '../../../support/sources.ts';

test('doctor has a line for each source: announced, not announced, not to be asked, announced by a topic', async () => {
  const s3 = mockClient(new S3Client({}));
  const topic = 'arn:aws:sns:eu-central-1:111122223333:trailwarden-delivery';
  s3.on(GetBucketNotificationConfigurationCommand, { Bucket: 'fine' }).resolves({
    TopicConfigurations: [{ TopicArn: topic, Events: ['s3:ObjectCreated:*'] }],
  });
  s3.on(GetBucketNotificationConfigurationCommand, { Bucket: 'silent' }).resolves({});
  s3.on(GetBucketNotificationConfigurationCommand, { Bucket: 'closed' }).rejects(
    Object.assign(new Error('no'), { name: 'AccessDenied' }),
  );
  // What is looked at here asks no other service.
  const target = doctorTarget({} as DoctorClients, {
    deployment: 'trailwarden',
    account: '111122223333',
    region: 'eu-central-1',
  });
  const sources = [
    ...['fine', 'silent', 'closed'].map((name) => logSource({ name, bucket: name })),
    topicSource({ name: 'lz', bucket: 'lz-logs', topic: 'arn:aws:sns:eu-west-1:666677778888:logs' }),
  ];
  // The mock's client is the one that it was made of.
  const lines = await checkSources(target, s3 as unknown as S3Client, sources);
  expect(lines.map(({ check, state }) => [check, state])).toEqual([
    ['source fine', 'ok'],
    ['source silent', 'wrong'],
    ['source closed', 'unknown'],
    ['source lz', 'ok'],
  ]);
  expect(lines[1]?.todo).toBe('Run trailwarden source connect silent in account 444455556666.');
  expect(lines[0]).not.toHaveProperty('todo');
});
