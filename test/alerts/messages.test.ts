import fc from 'fast-check';
import { alertOf } from '../../lambda/alerts/alert.ts';
import { alertMessageSchema, jsonMessage } from '../../lambda/alerts/json-message.ts';
import { textMessage } from '../../lambda/alerts/text-message.ts';
import type { Finding } from '../../lambda/findings/finding.ts';
import { finding } from '../support/findings.ts';
import { ACCOUNT } from '../support/records.ts';

const text = (members: Partial<Finding> = {}) => textMessage(alertOf(finding(members), 15));
const json = (members: Partial<Finding> = {}): unknown => JSON.parse(jsonMessage(alertOf(finding(members), 15)));

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('which findings share an alert', () => {
  const id = (members: Partial<Finding>) => alertOf(finding(members), 15).alertId;

  test('those of one rule, actor and account within a window of eventTime', () => {
    expect(id({ eventTime: '2026-11-20T14:14:59Z' })).toBe(id({ eventTime: '2026-11-20T14:00:00Z' }));
    expect(alertOf(finding(), 15).window).toEqual({ start: '2026-11-20T14:00:00Z', end: '2026-11-20T14:15:00Z' });
  });

  test.each<Partial<Finding>>([
    { eventTime: '2026-11-20T14:15:00Z' },
    { ruleId: 'another' },
    { actor: 'another' },
    { account: '444455556666' },
  ])('not those that differ in %j', (members) => {
    expect(id(members)).not.toBe(id({}));
  });
});

describe('the text for people', () => {
  test('says in three lines who did what to what, from where, when, and whether it succeeded', () => {
    expect(text().body.split('\n').slice(0, 3)).toEqual([
      `Root of account ${ACCOUNT} called fsx:TagResource on fs-00112233.`,
      'From 203.0.113.10, with console.amazonaws.com; temporary credentials ASIAIOSFODNN7EXAMPLE.',
      `At 2026-11-20T14:03:00Z in eu-west-1, account ${ACCOUNT}. It succeeded.`,
    ]);
  });

  test('holds what a person needs next: rule, author, false positives, fields, command, link, receipt', () => {
    const { body } = text();
    for (const part of [
      'Root is for emergencies.',
      'Rule by Trailwarden',
      'Account set-up',
      'userIdentity.type = Root',
      'trailwarden event e-1',
      'https://console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/e-1',
      's3://logs/AWSLogs/1.json.gz',
      'https://example.com/root',
    ]) {
      expect(body).toContain(part);
    }
  });

  test('tells of a denied call that it was denied, and why', () => {
    expect(text({ outcome: 'denied', errorCode: 'AccessDenied' }).body).toContain('It was denied: AccessDenied.');
  });

  test('has a subject that SNS takes, whatever the rule is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.string({ maxLength: 20 }), (title, account) => {
        const { subject } = text({ title, account });
        expect(subject).toMatch(/^\[HIGH\] [\x20-\x7e]*$/);
        expect(subject.length).toBeLessThanOrEqual(100);
      }),
    );
  });

  test('obeys no control character of a record', () => {
    const { body } = text({
      userAgent: '\u001b[2J\u202eevil\r\nFrom: boss',
      matched: [{ field: 'x', value: '\u0000\u0007' }],
    });
    expect(body).not.toMatch(CONTROL);
    expect(body).not.toMatch(/^From: boss/m);
  });
});

describe('the JSON for programs', () => {
  test('follows its published schema', () => {
    expect(alertMessageSchema.parse(json())).toEqual(json());
  });

  test('keeps a value as it is, unless it is too long', () => {
    expect(json({ matched: [{ field: 'a', value: { b: [1, null, true] } }] })).toMatchObject({
      finding: { matched: [{ field: 'a', value: { b: [1, null, true] } }] },
    });
    expect(json({ matched: [{ field: 'a', value: 'x'.repeat(5000) }] })).toMatchObject({
      finding: { matchedCut: true },
    });
  });

  test('stays within SNS’s 256 KB, whatever the event holds', () => {
    const matched = Array.from({ length: 400 }, (_, index) => ({ field: `f${index}`, value: '\u0001'.repeat(3000) }));
    const resources = Array.from({ length: 10 }, () => '\u0001'.repeat(1024));
    expect(Buffer.byteLength(JSON.stringify(json({ matched, resources })))).toBeLessThan(256 * 1024);
  });
});
