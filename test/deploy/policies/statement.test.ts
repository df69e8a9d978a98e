import { allows, statementSchema } from './statement.ts';

const TABLE = 'arn:aws:dynamodb:eu-central-1:111111111111:table/trailwarden-events';
const statement = (members: object) =>
  statementSchema.parse({ Sid: 'One', Effect: 'Allow', Action: 'dynamodb:UpdateItem', Resource: TABLE, ...members });
const UPDATE = { action: 'dynamodb:UpdateItem', resource: TABLE };

test.each([
  ['another action', { Action: 'dynamodb:PutItem' }],
  ['another resource', { Resource: `${TABLE}-2` }],
  ['an index of the table', { Resource: `${TABLE}/index/by-actor` }],
])('a statement about %s allows nothing', (_, members) => {
  expect(allows(statement({}), UPDATE)).toBe(true);
  expect(allows(statement(members), UPDATE)).toBe(false);
});

test('stars and question marks stand for any characters, in resources as in the values of Like', () => {
  const ofBucket = statement({ Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::logs/AWSLogs/*' });
  const get = (key: string) => allows(ofBucket, { action: 's3:GetObject', resource: `arn:aws:s3:::logs/${key}` });
  expect([get('AWSLogs/1/a.json.gz'), get('other/AWSLogs/1'), get('AWSLogs')]).toEqual([true, false, false]);
  const secret = statement({ Action: 'a:B', Resource: 'secret:name-??????' });
  expect(allows(secret, { action: 'a:B', resource: 'secret:name-abcdef' })).toBe(true);
  expect(allows(secret, { action: 'a:B', resource: 'secret:name-abcdefg' })).toBe(false);
});

test('a condition must hold for the key that the call has, and fails without the key', () => {
  const conditional = statement({ Condition: { StringEquals: { 'kms:ViaService': ['s3.eu', 'sns.eu'] } } });
  const via = (service: string) => allows(conditional, { ...UPDATE, context: { 'kms:ViaService': [service] } });
  expect([via('sns.eu'), via('sqs.eu'), allows(conditional, UPDATE)]).toEqual([true, false, false]);
});

test('ForAllValues asks for every value, and holds where there is none', () => {
  const pages = statement({ Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['page#*'] } } });
  const keys = (...values: string[]) => allows(pages, { ...UPDATE, context: { 'dynamodb:LeadingKeys': values } });
  expect([keys('page#1', 'page#2'), keys('page#1', 'state'), allows(pages, UPDATE)]).toEqual([true, false, true]);
});

test('IfExists holds without the key', () => {
  const quiet = statement({ Condition: { StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' } } });
  const returning = (values: string) => allows(quiet, { ...UPDATE, context: { 'dynamodb:ReturnValues': [values] } });
  expect([allows(quiet, UPDATE), returning('NONE'), returning('ALL_OLD')]).toEqual([true, true, false]);
});

test('what is not known is an error, and never a permission', () => {
  const odd = statement({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } });
  expect(() => allows(odd, { ...UPDATE, context: { 'aws:SourceIp': ['10.0.0.1'] } })).toThrow('IpAddress');
  for (const members of [{ Effect: 'Deny' }, { NotAction: 'a:B' }, { Principal: '*' }]) {
    expect(() => statement(members)).toThrow();
  }
});
