import { hasRows, isNotable } from '../../../lambda/store/rows/notable.ts';
import { assumedRole, event, root } from '../../support/records.ts';

const DATA = { eventCategory: 'Data', managementEvent: false };
const READ = { eventName: 'DescribeInstances', eventSource: 'ec2.amazonaws.com', readOnly: true };
const WRITE = { eventName: 'RunInstances', eventSource: 'ec2.amazonaws.com', readOnly: false };

test.each([
  ['a write', WRITE, true],
  ['a tagging', { eventName: 'TagResource', eventSource: 'fsx.amazonaws.com', readOnly: false }, true],
  ['a plain read', READ, false],
  ['a plain list', { eventName: 'ListBuckets', eventSource: 's3.amazonaws.com', readOnly: true }, false],
  ['a read that was denied', { ...READ, errorCode: 'AccessDenied' }, true],
  ['a read that failed', { ...READ, errorCode: 'InvalidParameterValue' }, true],
  ['a read by root', { ...READ, userIdentity: root() }, true],
  [
    'a sign-in',
    { eventName: 'ConsoleLogin', eventSource: 'signin.amazonaws.com', eventType: 'AwsConsoleSignIn' },
    true,
  ],
  ["a service's own event", { ...READ, eventType: 'AwsServiceEvent' }, true],
  ['a write of data', { eventName: 'PutObject', eventSource: 's3.amazonaws.com', readOnly: false, ...DATA }, false],
  ['a read of data that was denied', { ...READ, ...DATA, errorCode: 'AccessDenied' }, false],
  ['data that root wrote', { eventName: 'PutObject', ...DATA, userIdentity: root() }, false],
])('%s is notable, or is not', (_, members, expected) => {
  expect(isNotable(event({ userIdentity: assumedRole('Reader', 'session'), ...members }), [])).toBe(expected);
});

test('a finding of level low or above makes any event notable, an informational one none', () => {
  const data = event({ ...READ, ...DATA });
  expect(isNotable(data, ['low'])).toBe(true);
  expect(isNotable(data, ['informational', 'critical'])).toBe(true);
  expect(isNotable(data, ['informational'])).toBe(false);
});

test('a deployment may keep rows of all events, or of none', () => {
  const [read, write] = [event(READ), event(WRITE)];
  expect([read, write].map((each) => hasRows('all', each, []))).toEqual([true, true]);
  expect([read, write].map((each) => hasRows('notable', each, []))).toEqual([false, true]);
  expect([read, write].map((each) => hasRows('none', each, ['critical']))).toEqual([false, false]);
});
