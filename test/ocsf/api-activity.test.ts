import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { readEvent } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { apiActivity } from '../../lambda/ocsf/api-activity.ts';
import { summaryOf } from '../../lambda/store/segments/summary.ts';
import { assumedRole, event, RECEIPT, root } from '../support/records.ts';
import { ocsfFaults } from './ocsf-schema.ts';

const SAMPLE = join(__dirname, '../../local/sample');

const activity = (members: Parameters<typeof event>[0] = {}) => apiActivity(summaryOf(event(members)));

test('every record of the sample makes a valid API Activity', () => {
  const files = readdirSync(SAMPLE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  const summaries = files.flatMap((file) => {
    const { Records: records } = JSON.parse(readFileSync(join(SAMPLE, file), 'utf8'));
    return records.flatMap((value: unknown) => {
      const result = readEvent(value, RECEIPT);
      return result.ok ? [summaryOf(result.event)] : [];
    });
  });
  expect(summaries.length).toBeGreaterThan(20);
  expect(summaries.flatMap((summary) => ocsfFaults(apiActivity(summary)))).toEqual([]);
});

test('a call of a role in a session keeps the role, the session, the key and the service behind it', () => {
  const made = activity({
    userIdentity: { ...assumedRole('Deploy', 'ci-4711'), invokedBy: 'cloudformation.amazonaws.com' },
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateAccessKey',
    readOnly: false,
    errorCode: 'AccessDenied',
    errorMessage: 'not allowed',
  });
  expect(made).toMatchObject({
    type_uid: 600301,
    activity_name: 'Create',
    status: 'Failure',
    status_code: 'AccessDenied',
    time: Date.parse('2026-11-20T14:03:00Z'),
    metadata: { version: '1.8.0' },
    actor: {
      user: {
        uid: 'arn:aws:iam::111122223333:role/Deploy',
        type_id: 99,
        type: 'assumed-role',
        credential_uid: 'ASIAIOSFODNN7EXAMPLE',
      },
      session: { uid: 'ci-4711', is_mfa: false },
      invoked_by: 'cloudformation.amazonaws.com',
    },
    api: { operation: 'CreateAccessKey', service: { name: 'iam.amazonaws.com' } },
    cloud: { region: 'eu-west-1', account: { uid: '111122223333' } },
    unmapped: { receipt: RECEIPT },
  });
  expect(ocsfFaults(made)).toEqual([]);
});

test.each([
  ['DescribeInstances', true, 'Read'],
  ['RunInstances', false, 'Create'],
  ['TerminateInstances', false, 'Delete'],
  ['ModifyInstanceAttribute', false, 'Update'],
  // The first word alone tells: this one creates nothing.
  ['CreatedByNobody', false, 'Update'],
])('%s is the activity that its name tells', (eventName, readOnly, name) => {
  expect(activity({ eventName, readOnly })).toMatchObject({ activity_name: name });
});

test('root is an admin, and a service that calls is an endpoint by its name', () => {
  expect(activity({ userIdentity: root() })).toMatchObject({ actor: { user: { type: 'Admin' } } });
  const called = activity({ sourceIPAddress: 'eks.amazonaws.com' });
  expect(called).toMatchObject({ src_endpoint: { svc_name: 'eks.amazonaws.com' } });
  expect(ocsfFaults(called)).toEqual([]);
});

test('whatever a record says, the API Activity is valid', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), text, fc.constant(undefined));
  fc.assert(
    fc.property(text, text, text, address, (userAgent, errorCode, userName, sourceIPAddress) => {
      const made = activity({
        userAgent,
        errorCode,
        userIdentity: { type: 'IAMUser', userName, accountId: '111122223333' },
        ...(sourceIPAddress !== undefined && { sourceIPAddress }),
      });
      expect(ocsfFaults(made)).toEqual([]);
    }),
  );
});

test('the check of the schema is one that can fail', () => {
  expect(ocsfFaults({ ...activity(), nonsense: 1 })).toEqual([' must NOT have additional properties']);
  expect(ocsfFaults({ ...activity(), time: 'now' })).toEqual(['/time must be integer']);
});
