import type { SQSEvent } from 'aws-lambda';

/** A message as Lambda hands it to a function. */
export function sqsEvent(body: string): SQSEvent {
  return {
    Records: [
      {
        messageId: 'm',
        receiptHandle: 'r',
        body,
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: '0',
          SenderId: 'bench',
          ApproximateFirstReceiveTimestamp: '0',
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:bench',
        awsRegion: 'us-east-1',
      },
    ],
  };
}
