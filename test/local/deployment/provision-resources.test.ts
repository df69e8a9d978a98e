import { CreateTableCommand, DescribeTableCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PublishCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { readIngestEnvironment, readSweepEnvironment } from '../../../lambda/runtime/environment.ts';
import { TABLES, type TableSchema } from '../../../lambda/store/schema.ts';
import { createTables } from '../../../local/deployment/create-tables.ts';
import { provision } from '../../../local/deployment/provision-resources.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

describe('provisioning the embedded AWS', () => {
  let aws: EmbeddedAws;
  beforeAll(async () => {
    aws = await startEmbeddedAws();
  });
  afterAll(() => aws.stop());

  const receive = async (queue: 'logs' | 'subscriber') => {
    const { Messages = [] } = await aws.clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: aws.resources.queues[queue].url,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
        VisibilityTimeout: 0,
      }),
    );
    return Messages.map((message) => message.Body ?? '');
  };

  test.each(Object.entries<TableSchema>(TABLES))(
    'the table %s has the keys of the schema, and the indexes that a deployment has by default',
    async (table, schema) => {
      const { clients, resources } = aws;
      const isOn = (name: string) => table !== 'events' || ['by-actor', 'by-resource', 'by-day'].includes(name);
      const indexes = schema.indexes.filter(({ name }) => isOn(name));
      const TableName = `${resources.deployment}-${table}`;
      const { Table } = await clients.dynamodb.send(new DescribeTableCommand({ TableName }));
      const names = (keys: { AttributeName?: string }[] = []) => keys.map((key) => key.AttributeName);
      expect(names(Table?.KeySchema)).toEqual([schema.partitionKey, schema.sortKey].filter(Boolean));
      expect(
        (Table?.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, ...names(index.KeySchema)]).toSorted(),
      ).toEqual(indexes.map((index) => [index.name, index.partitionKey, index.sortKey]).toSorted());
    },
  );

  test('an object put into the log bucket is notified to the log queue, as S3 would', async () => {
    await aws.clients.s3.send(
      new PutObjectCommand({ Bucket: aws.resources.buckets.logs, Key: 'AWSLogs/one.json.gz', Body: 'one' }),
    );
    const [body = ''] = await receive('logs');
    expect(JSON.parse(body)).toMatchObject({
      Records: [
        { eventName: 'ObjectCreated:Put', s3: { bucket: { name: aws.resources.buckets.logs }, object: { size: 3 } } },
      ],
    });
  });

  test('an object put into the quarantine bucket notifies nobody', async () => {
    const before = await receive('logs');
    await aws.clients.s3.send(
      new PutObjectCommand({ Bucket: aws.resources.buckets.quarantine, Key: 'bad', Body: 'bad' }),
    );
    expect(await receive('logs')).toEqual(before);
  });

  test('the subscriber hears every alert topic, with the subject that an e-mail would have', async () => {
    const { delivery, ...alerts } = aws.resources.topics;
    for (const [level, TopicArn] of Object.entries(alerts)) {
      await aws.clients.sns.send(new PublishCommand({ TopicArn, Subject: `about ${level}`, Message: level }));
    }
    await aws.clients.sns.send(new PublishCommand({ TopicArn: delivery, Message: 'not an alert' }));
    const received = (await receive('subscriber')).map((body) => JSON.parse(body));
    expect(received.map(({ Subject, Message }) => [Subject, Message]).toSorted()).toEqual(
      ['alerts', 'critical', 'high', 'low', 'medium'].map((level) => [`about ${level}`, level]),
    );
  });

  test('the log queue gives up on a message after five receives', async () => {
    const { logs, deadLetters } = aws.resources.queues;
    const { Attributes } = await aws.clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: logs.url, AttributeNames: ['RedrivePolicy'] }),
    );
    expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: deadLetters.arn,
      maxReceiveCount: 5,
    });
  });

  test('the functions find their environments complete', () => {
    const { ingest, sweep } = aws.resources.variables;
    expect(readIngestEnvironment(ingest)).toMatchObject({ LOG_BUCKETS: [aws.resources.buckets.logs], ROWS: 'notable' });
    expect(readSweepEnvironment(sweep)).toMatchObject({ EVENTS_TABLE: aws.resources.tables.events });
  });

  test('provisioning again keeps everything that is there', async () => {
    const { clients, resources } = aws;
    const { deployment, buckets, tables } = resources;
    const key = { object: { S: 'kept' }, version: { S: '1' } };
    await clients.dynamodb.send(new PutItemCommand({ TableName: tables.ledger, Item: key }));
    await clients.s3.send(new PutObjectCommand({ Bucket: buckets.quarantine, Key: 'kept', Body: 'kept' }));

    const again = await provision(clients, { deployment, rulesFile: 'rules.json' });

    expect(again).toEqual(resources);
    const { Item } = await clients.dynamodb.send(new GetItemCommand({ TableName: tables.ledger, Key: key }));
    expect(Item).toEqual(key);
    const object = await clients.s3.send(new GetObjectCommand({ Bucket: buckets.quarantine, Key: 'kept' }));
    expect(await object.Body?.transformToString()).toBe('kept');
    expect((await receive('subscriber')).length).toBe(5);
  });

  test('a table of another version is refused with a word on what to do', async () => {
    const { clients } = aws;
    const deployment = `${aws.resources.deployment}-old`;
    await clients.dynamodb.send(
      new CreateTableCommand({
        TableName: `${deployment}-events`,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      }),
    );
    await expect(createTables(clients.dynamodb, deployment)).rejects.toThrow(/made by another version.*another folder/);
  });
});
