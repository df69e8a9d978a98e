import { ContentFault } from '../../lambda/cloudtrail/log/log-object.ts';
import { ObjectCutInTransit } from '../../lambda/runtime/object-body.ts';
import { FaultOfAccess, FaultOfContent, isFaultOfAccess } from '../../lambda/shared/faults.ts';
import { RowsUnprocessed } from '../../lambda/store/dynamo/row-writer.ts';

const named = (name: string, members = {}) => Object.assign(new Error('told by AWS'), { name, ...members });
const withStatus = (httpStatusCode: number) => named('SomeException', { $metadata: { httpStatusCode } });

test.each([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'SlowDown',
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'CredentialsProviderError',
  'KMS.DisabledException',
  'KMSAccessDeniedException',
  'NoSuchKey',
  'NotFound',
  'ResourceNotFoundException',
  'InternalServerError',
  'InternalError',
  'ServiceUnavailable',
  'TimeoutError',
])('%s is a fault of access', (name) => {
  expect(isFaultOfAccess(named(name))).toBe(true);
});

test.each(['ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE'])('so is %s of the network', (code) => {
  expect(isFaultOfAccess(named('Error', { code }))).toBe(true);
});

test.each([403, 404, 429, 500, 503])('so is the HTTP status %d', (status) => {
  expect(isFaultOfAccess(withStatus(status))).toBe(true);
});

test.each([
  ['a request that is invalid', named('ValidationException', { $metadata: { httpStatusCode: 400 } })],
  ['an exception of the code', new TypeError('x is undefined')],
  ['a stack that overflows', new RangeError('Maximum call stack size exceeded')],
  ['damaged gzip data', named('Error', { code: 'Z_DATA_ERROR' })],
  ['content', new ContentFault('the object is empty')],
  ['no error at all', 'oops'],
])('%s is none', (_, error) => {
  expect(isFaultOfAccess(error)).toBe(false);
});

test('a transaction that another one is in the way of is a fault of access, one that asks for nonsense is none', () => {
  const cancelled = (Code: string) =>
    named('TransactionCanceledException', { CancellationReasons: [{ Code: 'None' }, { Code }] });
  expect(isFaultOfAccess(cancelled('TransactionConflict'))).toBe(true);
  expect(isFaultOfAccess(cancelled('ThrottlingError'))).toBe(true);
  expect(isFaultOfAccess(cancelled('ValidationError'))).toBe(false);
});

test('our own errors say by their class which they are', () => {
  for (const error of [new RowsUnprocessed('x'), new ObjectCutInTransit('x')]) {
    expect(error).toBeInstanceOf(FaultOfAccess);
    expect(isFaultOfAccess(error)).toBe(true);
  }
  expect(new ContentFault('x')).toBeInstanceOf(FaultOfContent);
});
