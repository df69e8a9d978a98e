import { createDetector, parseRules } from '../../lambda/detection/index.ts';
import { correlationContext } from '../../lambda/findings/correlation-context.ts';
import { findingOf } from '../../lambda/findings/event-finding.ts';
import type { Finding } from '../../lambda/findings/finding.ts';
import { MAX_FINDING_BYTES } from '../../lambda/findings/finding-size.ts';
import type { JsonObject } from '../../lambda/shared/json.ts';
import { readFindingRow } from '../../lambda/store/findings/finding-row.ts';
import { event } from '../support/records.ts';

const RULE = `
title: Something was tagged
id: 5d0a64b1-7a3a-4c6f-9d20-1b6c8a6b0c12
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: TagResource
  condition: selection
fields: [requestParameters.value, userAgent, resources]
level: high
`;

function found(members: JsonObject): Finding {
  const { ruleSet } = parseRules([{ file: 'rule.yml', text: RULE }]);
  const matched = event({ eventName: 'TagResource', ...members });
  const [match] = createDetector(ruleSet).match(matched.record);
  if (match === undefined) throw new Error('the rule of the test matches nothing');
  return findingOf(matched, match);
}

const bytes = (finding: Finding) => Buffer.byteLength(JSON.stringify(finding));
const nested = (levels: number): JsonObject =>
  Array.from({ length: levels }).reduce<JsonObject>((inner) => ({ inner }), {});

test('a finding of usual size stays as it is', () => {
  const finding = found({ requestParameters: { value: 'v'.repeat(2000) } });
  expect(finding).not.toHaveProperty('cut');
  expect(finding.matched).toContainEqual({ field: 'requestParameters.value', value: 'v'.repeat(2000) });
});

test.each<[string, JsonObject]>([
  ['a value of 211 KB', { requestParameters: { value: 'v'.repeat(211_000) } }],
  [
    'a value of control characters, which JSON writes six times as long',
    { requestParameters: { value: '\u0001'.repeat(60_000) } },
  ],
  ['a list of 200,000 members', { requestParameters: { value: Array.from({ length: 200_000 }, (_, n) => n) } }],
  ['a user agent of 400 KB', { userAgent: 'u'.repeat(400_000) }],
  [
    'an actor of 400 KB',
    { userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/${'a'.repeat(400_000)}` } },
  ],
])('%s is cut to 100 KB, with a mark, and the row can be read again', (_, members) => {
  const finding = found(members);
  expect(bytes(finding)).toBeLessThanOrEqual(MAX_FINDING_BYTES);
  expect(JSON.stringify(finding)).toMatch(/…"/);
  expect(readFindingRow({ ...finding })).toEqual(finding);
});

test('what names the finding is the same, whether it is cut or not', () => {
  const eventID = 'e-1';
  const whole = found({ eventID });
  const cut = found({ eventID, requestParameters: { value: 'v'.repeat(300_000) } });
  expect(cut.cut).toBe(true);
  const names = ({ findingId, ruleId, ruleHash, eventID: id, identity, eventTime, receipt }: Finding) => [
    findingId,
    ruleId,
    ruleHash,
    id,
    identity,
    eventTime,
    receipt,
  ];
  expect(names(cut)).toEqual(names(whole));
});

test('a value keeps no more levels than a row may have', () => {
  const field = found({ requestParameters: { value: nested(60) } }).matched.find(
    ({ field: name }) => name === 'requestParameters.value',
  );
  const levels = JSON.stringify(field?.value).match(/inner/g) ?? [];
  expect(levels).toHaveLength(16);
  expect(JSON.stringify(field?.value)).toContain('"…"');
});

test('what a correlation remembers of an event is bounded, too', () => {
  expect(correlationContext(event({ userAgent: 'u'.repeat(400_000) })).length).toBeLessThan(10_000);
});
