import fc from 'fast-check';
import { MAX_RESOURCES } from '../../../lambda/cloudtrail/classify/resources.ts';
import type { JsonObject } from '../../../lambda/shared/json.ts';
import { ACCOUNT, event } from '../../support/records.ts';

const resourcesOf = (members: JsonObject) => event({ eventName: 'X', ...members }).resources;

test('ARNs of the record’s own list come first', () => {
  const arn = `arn:aws:iam::${ACCOUNT}:role/r`;
  expect(resourcesOf({ resources: [{ ARN: arn, type: 'AWS::IAM::Role' }, null, { accountId: ACCOUNT }] })).toEqual([
    arn,
  ]);
});

test('an ARN that ends in an id of its own is found by both', () => {
  const arn = `arn:aws:elasticfilesystem:eu-west-1:${ACCOUNT}:file-system/fs-0a1b2c3d4e5f60718`;
  expect(resourcesOf({ requestParameters: { resourceARN: arn } })).toEqual([arn, 'fs-0a1b2c3d4e5f60718']);
});

test.each<[string, JsonObject, string]>([
  ['a file system', { fileSystemId: 'fs-00112233' }, 'fs-00112233'],
  ['a mesh', { meshName: 'my-mesh' }, 'my-mesh'],
  ['a bucket', { bucketName: 'my-bucket' }, 'my-bucket'],
  ['a name at the top of the request', { name: 'my-trail' }, 'my-trail'],
  [
    'an instance in a list',
    { instancesSet: { items: [{ instanceId: 'i-0a1b2c3d4e5f60718' }] } },
    'i-0a1b2c3d4e5f60718',
  ],
  [
    'a KMS encryption context',
    { encryptionContext: { 'aws:elasticfilesystem:filesystem:id': 'fs-4EXAMPLE' } },
    'fs-4EXAMPLE',
  ],
])('%s is found by its member', (_, requestParameters, expected) => {
  expect(resourcesOf({ requestParameters })).toContain(expected);
});

test('ids inside a description are found', () => {
  expect(resourcesOf({ requestParameters: { description: 'EFS mount target for fs-1234567 (fsmt-1234567)' } })).toEqual(
    ['fs-1234567', 'fsmt-1234567'],
  );
});

test('the node of an App Mesh event is found in the service details', () => {
  const nodeArn = `arn:aws:appmesh:eu-west-1:${ACCOUNT}:mesh/m/virtualNode/n`;
  expect(resourcesOf({ serviceEventDetails: { nodeArn } })).toEqual([nodeArn]);
});

test('what a call was refused on is found in the error message', () => {
  const errorMessage = `User: arn:aws:iam::${ACCOUNT}:user/x is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k because no policy allows it`;
  expect(resourcesOf({ errorCode: 'AccessDenied', errorMessage })).toEqual(['arn:aws:s3:::b/k']);
});

test('values at secret paths are never resources', () => {
  const requestParameters = {
    environment: { variables: { ROLE: `arn:aws:iam::${ACCOUNT}:role/r` } },
    userData: 'i-0a1b2c3d4e5f60718',
  };
  expect(resourcesOf({ requestParameters })).toEqual([]);
});

test('a record that names too many is marked as cut', () => {
  const items = Array.from({ length: 60 }, (_, index) => ({ instanceId: `i-${String(index).padStart(17, '0')}` }));
  const { resources, resourcesCut } = event({ requestParameters: { items } });
  expect({ count: resources.length, resourcesCut }).toEqual({ count: MAX_RESOURCES, resourcesCut: true });
});

test('whatever a record holds, its resources are few, short and each named once', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // fast-check's JSON values are JSON values.
      const resources = resourcesOf({ requestParameters: value as JsonObject, responseElements: value as JsonObject });
      expect(resources.length).toBeLessThanOrEqual(MAX_RESOURCES);
      expect(new Set(resources).size).toBe(resources.length);
    }),
  );
});

test('the access key that a call issues is found by its id, and nothing else of what stands beside it', () => {
  const credentials = {
    accessKeyId: 'ASIAISSUEDEXAMPLE000',
    secretAccessKey: 'AKIASECRETSECRETSECR',
    sessionToken: 'i-00112233',
  };
  expect(resourcesOf({ responseElements: { credentials } })).toEqual(['ASIAISSUEDEXAMPLE000']);
  expect(resourcesOf({ responseElements: { credentials: { accessKeyId: 'ASIA****************' } } })).toEqual([]);
});
