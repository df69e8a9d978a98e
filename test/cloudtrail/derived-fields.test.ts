import { madeEvents, madeRecord } from '../../bench/made/events.ts';
import { checkRecord } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { derivedFields, fieldsOf } from '../../lambda/cloudtrail/derived-fields.ts';
import type { JsonObject } from '../../lambda/shared/json.ts';
import { aggregated, assumedRole, iamUser, record, root } from '../support/records.ts';

const RECEIPT = { bucket: 'b', key: 'k', version: 'v', index: 0 };

/** What rules read of a record whose classification isn't made, and of the whole one. */
function bothWays(value: JsonObject): { readonly parts: object; readonly whole: object } {
  const result = checkRecord(value, RECEIPT);
  if (!result.ok) throw new Error(result.reason);
  const { checked } = result;
  const whole = derivedFields(checked.classify());
  const made = checked.parts();
  const fields = fieldsOf(value, () => made);
  return { parts: Object.fromEntries(Object.keys(whole).map((name) => [name, fields.field(name)])), whole };
}

test.each<[string, JsonObject]>([
  ['a user', record({ userIdentity: iamUser('alice') })],
  ['root', record({ userIdentity: root() })],
  ['a role', record({ userIdentity: assumedRole('deploy', 'ci') })],
  ['an aggregated event', aggregated()],
  [
    'an address within the details of a service',
    record({ sourceIPAddress: 'AWS Internal', serviceEventDetails: { sourceIpAddress: '2001:DB8:0:0::1' } }),
  ],
  ['a refusal', record({ errorCode: 'AccessDenied', errorMessage: 'no' })],
  ['another account in the request', record({ requestParameters: { principal: 'arn:aws:iam::999988887777:root' } })],
])('rules read the same of %s, whether all of its classification is made or only what they ask for', (_, value) => {
  const { parts, whole } = bothWays(value);
  expect(parts).toEqual(whole);
});

test('and so of a thousand made records', () => {
  for (const made of madeEvents({ seed: 14, eventsPerObject: [50] }, '2026-11-18', 1_000)) {
    const { parts, whole } = bothWays(madeRecord(made));
    expect(parts).toEqual(whole);
  }
});
