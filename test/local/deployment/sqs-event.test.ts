import type { SQSBatchResponse } from 'aws-lambda';
import { failedMessages, sqsEvent } from '../../../local/deployment/sqs-event.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:logs';

const event = sqsEvent(
  [
    { MessageId: 'a', ReceiptHandle: 'ra', Body: 'one', MD5OfBody: 'm', Attributes: { ApproximateReceiveCount: '2' } },
    { MessageId: 'b', ReceiptHandle: 'rb', Body: 'two' },
  ],
  QUEUE,
);

test('the event has the members that Lambda gives it', () => {
  expect(event.Records[0]).toEqual({
    messageId: 'a',
    receiptHandle: 'ra',
    body: 'one',
    attributes: {
      ApproximateReceiveCount: '2',
      SentTimestamp: '',
      SenderId: '',
      ApproximateFirstReceiveTimestamp: '',
    },
    messageAttributes: {},
    md5OfBody: 'm',
    eventSource: 'aws:sqs',
    eventSourceARN: QUEUE,
    awsRegion: 'us-east-1',
  });
});

test('message attributes change their case on the way, and binary ones become base64', () => {
  const attributes = sqsEvent(
    [
      {
        MessageAttributes: {
          level: { DataType: 'String', StringValue: 'high' },
          bytes: { DataType: 'Binary', BinaryValue: Buffer.from('hi') },
        },
      },
    ],
    QUEUE,
  ).Records[0]?.messageAttributes;
  expect(attributes).toEqual({
    level: { dataType: 'String', stringValue: 'high', stringListValues: [], binaryListValues: [] },
    bytes: { dataType: 'Binary', binaryValue: 'aGk=', stringListValues: [], binaryListValues: [] },
  });
});

describe('what a response leaves in the queue', () => {
  test.each<[string, SQSBatchResponse | undefined, string[]]>([
    ['nothing, if the function returned nothing', undefined, []],
    ['nothing, if no failure is named', { batchItemFailures: [] }, []],
    ['the message that is named', { batchItemFailures: [{ itemIdentifier: 'b' }] }, ['b']],
    ['all, if an unknown one is named', { batchItemFailures: [{ itemIdentifier: 'c' }] }, ['a', 'b']],
    ['all, if one is named by nothing', { batchItemFailures: [{ itemIdentifier: '' }] }, ['a', 'b']],
  ])('%s', (_what, response, left) => {
    expect([...failedMessages(event, response)]).toEqual(left);
  });
});
