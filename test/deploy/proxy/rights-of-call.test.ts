import type { AwsCall } from './asked-right.ts';
import { rightsOfCall } from './rights-of-call.ts';

const call = (
  members: Partial<Omit<AwsCall, 'url' | 'body'>> & { readonly path?: string; readonly body?: unknown },
): AwsCall => ({
  account: '111111111111',
  region: 'eu-central-1',
  service: 'dynamodb',
  method: 'POST',
  headers: {},
  ...members,
  url: new URL(members.path ?? '/', 'http://127.0.0.1'),
  body: Buffer.from(typeof members.body === 'string' ? members.body : JSON.stringify(members.body ?? {})),
});
const dynamodb = (operation: string, body: unknown) =>
  rightsOfCall(call({ headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` }, body }));
const LEDGER = 'arn:aws:dynamodb:eu-central-1:111111111111:table/blue-ledger';

test('a query of an index asks for the index, and one of the table for the table', () => {
  expect(dynamodb('Query', { TableName: 'blue-ledger', IndexName: 'by-state' })).toMatchObject([
    { action: 'dynamodb:Query', resource: `${LEDGER}/index/by-state` },
  ]);
  expect(dynamodb('Query', { TableName: 'blue-ledger' })).toMatchObject([
    { action: 'dynamodb:Query', resource: LEDGER },
  ]);
});

test('an update names its partition and every attribute that it touches', () => {
  const [right] = dynamodb('UpdateItem', {
    TableName: 'blue-alerts',
    Key: { alertId: { S: 'al' } },
    ExpressionAttributeNames: { '#delivery': 'delivery#team' },
    ReturnValues: 'NONE',
  });
  expect(right?.context).toEqual({
    'dynamodb:LeadingKeys': ['al'],
    'dynamodb:Attributes': ['alertId', 'delivery#team'],
    'dynamodb:ReturnValues': ['NONE'],
  });
});

test('a transaction asks for the rights of its writes', () => {
  const rights = dynamodb('TransactWriteItems', {
    TransactItems: [
      { Put: { TableName: 'blue-segments', Item: { partition: { S: 'page#0' } } } },
      { ConditionCheck: { TableName: 'blue-segments', Key: { partition: { S: 'state' } } } },
    ],
  });
  expect(rights.map(({ action, context }) => [action, context?.['dynamodb:LeadingKeys']])).toEqual([
    ['dynamodb:PutItem', ['page#0']],
    ['dynamodb:ConditionCheckItem', ['state']],
  ]);
});

test.each([
  ['PUT', '/logs/AWSLogs/a%20b', 's3:PutObject', 'arn:aws:s3:::logs/AWSLogs/a b'],
  ['GET', '/logs/key', 's3:GetObject', 'arn:aws:s3:::logs/key'],
  ['GET', '/logs/key?versionId=1', 's3:GetObjectVersion', 'arn:aws:s3:::logs/key'],
  ['GET', '/logs/?list-type=2&prefix=AWSLogs', 's3:ListBucket', 'arn:aws:s3:::logs'],
  ['GET', '/logs?notification', 's3:GetBucketNotification', 'arn:aws:s3:::logs'],
])('%s %s of S3 asks for %s', (method, path, action, resource) => {
  expect(rightsOfCall(call({ service: 's3', method, path }))).toMatchObject([{ action, resource }]);
});

test('forms and headers name the operation, and the resource is what they name', () => {
  const publish = 'Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aeu-central-1%3A111111111111%3Ablue-high&Message=x';
  expect(rightsOfCall(call({ service: 'sns', body: publish }))).toEqual([
    { action: 'sns:Publish', resource: 'arn:aws:sns:eu-central-1:111111111111:blue-high' },
  ]);
  const headers = { 'x-amz-target': 'AmazonSQS.SendMessage' };
  expect(
    rightsOfCall(call({ service: 'sqs', headers, body: { QueueUrl: 'http://x/111111111111/blue-logs' } })),
  ).toEqual([{ action: 'sqs:SendMessage', resource: 'arn:aws:sqs:eu-central-1:111111111111:blue-logs' }]);
  expect(rightsOfCall(call({ service: 'sts', body: 'Action=GetCallerIdentity' }))).toEqual([]);
});

test('a call that nobody has described is an error, and never allowed', () => {
  expect(() => dynamodb('DeleteTable', { TableName: 'blue-ledger' })).toThrow('dynamodb:DeleteTable');
  expect(() => rightsOfCall(call({ service: 's3', method: 'DELETE', path: '/logs/key' }))).toThrow('DELETE /logs/key');
  expect(() => rightsOfCall(call({ service: 'ec2', body: 'Action=RunInstances' }))).toThrow('ec2:RunInstances');
});
