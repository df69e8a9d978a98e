import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { alertOf } from '../../lambda/alerts/messages/alert-content.ts';
import type { FindingNotice } from '../../lambda/alerts/messages/alert-notice.ts';
import { chatMessage } from '../../lambda/alerts/messages/chat-message.ts';
import { jsonMessage } from '../../lambda/alerts/messages/json-message.ts';
import { alertJsonSchema, alertMessageSchema } from '../../lambda/alerts/messages/message-schema.ts';
import { stormJson } from '../../lambda/alerts/messages/storm-message.ts';
import { textMessage } from '../../lambda/alerts/messages/text-message.ts';
import { stormOf } from '../../lambda/alerts/noise/alert-storm.ts';
import { parseObjectKey } from '../../lambda/cloudtrail/log/object-key.ts';
import type { Finding } from '../../lambda/findings/finding.ts';
import { integrityFinding, LOG_OBJECT_OVERWRITTEN } from '../../lambda/findings/integrity-finding.ts';
import { finding } from '../support/findings.ts';
import { ACCOUNT } from '../support/records.ts';

const DEPLOYMENT = 'trailwarden';
const alert = (members: Partial<Finding> = {}) => alertOf(finding(members), 15);
const notice = (members: Partial<Finding> = {}): FindingNotice => ({ kind: 'alert', alert: alert(members) });
const text = (members: Partial<Finding> = {}) => textMessage(notice(members), DEPLOYMENT);
const json = (members: Partial<Finding> = {}): unknown => JSON.parse(jsonMessage(notice(members), DEPLOYMENT));

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const WITH_FIRST = `Root is for
emergencies.

A second paragraph.

First: Call whoever holds the root password;
then end the session.
`;

describe('which findings share an alert', () => {
  const id = (members: Partial<Finding>) => alert(members).alertId;

  test('those of one rule, actor and account within a window of eventTime', () => {
    expect(id({ eventTime: '2026-11-20T14:14:59Z' })).toBe(id({ eventTime: '2026-11-20T14:00:00Z' }));
    expect(alert().window).toEqual({ start: '2026-11-20T14:00:00Z', end: '2026-11-20T14:15:00Z' });
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

  test('names a resource once where an event names its ARN and its id', () => {
    const resources = ['arn:aws:fsx:eu-west-1:111122223333:file-system/fs-1', 'fs-1', 'fs-11'];
    expect(text({ resources }).body.split('\n')[0]).toBe(
      `Root of account ${ACCOUNT} called fsx:TagResource on ${resources[0]}, fs-11.`,
    );
  });

  test('names the place of the address, as far as it is known', () => {
    const place = { network: 'VPN', country: 'DE', asn: 'AS64500', asnName: 'Example\u0007 Net' };
    expect(text(place).body).toContain('From 203.0.113.10 (VPN, DE, AS64500 Example');
    expect(text(place).body).not.toMatch(CONTROL);
    expect(text({ network: 'other' }).body).toContain('From 203.0.113.10, with');
  });

  test('says of a finding about the log what it is about, and of nobody that he did it', () => {
    const parsedKey = parseObjectKey(
      'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/111122223333_CloudTrail_eu-west-1_20261120T1405Z_AbCdEfGhIjKlMnOp.json.gz',
    );
    if (parsedKey?.kind !== 'log') throw new Error('a log object');
    const about = integrityFinding(LOG_OBJECT_OVERWRITTEN, {
      bucket: 'logs',
      key: 'the-key',
      version: 'v2',
      parsedKey,
      at: '2026-11-20T14:05:00.000Z',
      matched: {},
    });
    expect(text(about).body.split('\n').slice(0, 3)).toEqual([
      'A CloudTrail log object was overwritten with other content: s3://logs/the-key',
      'Found by the checks of the log itself; the log does not say who did it.',
      `At 2026-11-20T14:05:00Z in eu-west-1, account ${ACCOUNT}.`,
    ]);
  });

  test('then why it matters, what to do first, what matched, the receipt, the command and the link, in this order', () => {
    const { body } = text({ description: WITH_FIRST });
    const parts = [
      'Why it matters:\n  Root credentials changed tags (high)\n  Root is for emergencies.\n  A second paragraph.\n',
      'Do first:\n  Call whoever holds the root password; then end the session.\n',
      'May be harmless when:\n  Account set-up\n',
      'What matched:\n  userIdentity.type = Root\n',
      'Receipt:\n  s3://logs/AWSLogs/1.json.gz\n',
      `Look at it:\n  trailwarden ui --alert ${alert().alertId}\n  trailwarden event e-1\n  https://console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/e-1\n`,
      'References:\n  https://example.com/root\n  attack.t1078.004\n',
      'by Trailwarden',
    ];
    const places = parts.map((part) => body.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('says nothing of a first step where the rule says none', () => {
    expect(text().body).not.toContain('Do first');
  });

  test('tells of a denied call that it was denied, and why', () => {
    expect(text({ outcome: 'denied', errorCode: 'AccessDenied' }).body).toContain('It was denied: AccessDenied.');
  });

  test('of a correlation tells what was counted', () => {
    const correlation = { from: 'A', to: 'B', value: 12, atLeast: true, eventIDs: ['e-1'] };
    expect(text({ correlation }).body).toContain('What was counted:\n  at least 12, from A to B');
  });

  test.each([
    ['cn-north-1', 'https://console.amazonaws.cn/'],
    ['us-gov-west-1', 'https://console.amazonaws-us-gov.com/'],
  ])('links to the console of the partition that %s is in', (region, console) => {
    expect(text({ region }).body).toContain(console);
  });

  test('of a finding about the log itself, which is about no event, shows the object and the finding', () => {
    const { body } = text({ ruleId: 'trailwarden-log-object-overwritten', eventID: '1.json.gz@v1' });
    expect(body).toContain('  trailwarden findings --rule trailwarden-log-object-overwritten\n');
    expect(body).toContain('/s3/object/logs?prefix=AWSLogs%2F1.json.gz\n');
  });

  test('names the deployment in the command where it isn’t the usual one, and quotes what a shell would obey', () => {
    const { body } = textMessage(notice({ eventID: "x'; rm -rf ~" }), 'audit');
    expect(body).toContain(String.raw`trailwarden event 'x'\''; rm -rf ~' --deployment audit`);
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

  test.each<[string, Partial<Finding>, string]>([
    [
      'who, how, what and when',
      {},
      '[HIGH] Root credentials changed tags (root, success, fsx:TagResource, 11-20 14:03Z)',
    ],
    [
      'that it was denied',
      { outcome: 'denied', actor: `arn:aws:iam::${ACCOUNT}:role/ops/Deploy`, actorKind: 'assumed-role' },
      '[HIGH] Denied: Root credentials changed tags (role/Deploy, 11-20 14:03Z)',
    ],
    [
      'that it failed',
      { outcome: 'error' },
      '[HIGH] Failed: Root credentials changed tags (root, fsx:TagResource, 11-20 14:03Z)',
    ],
    [
      'who, how and when it was, however long the title',
      { title: 'x'.repeat(200) },
      `[HIGH] ${'x'.repeat(46)} (root, success, 11-20 14:03Z)`,
    ],
    [
      'who it was, however long the name is too',
      { title: 'x'.repeat(200), actor: `arn:aws:iam::${ACCOUNT}:user/${'y'.repeat(60)}`, actorKind: 'iam-user' },
      `[HIGH] ${'x'.repeat(32)} (user/yyyyyyyyyyyy?, success, 11-20 14:03Z)`,
    ],
    [
      'how the last of a correlation ended',
      { correlation: { from: '', to: '', value: 3, atLeast: false, eventIDs: [] }, outcome: 'denied' },
      '[HIGH] Root credentials changed tags (root, last denied, 11-20 14:03Z)',
    ],
  ])('has a subject that says %s', (_, members, subject) => {
    expect(text(members).subject).toBe(`${subject} - ${ACCOUNT}`);
  });

  test('of a denied attempt doesn’t say how to undo it, but who is to be asked', () => {
    const description = 'Bad.\n\nFirst: invite the account back.';
    const denied = text({ description, outcome: 'denied', errorCode: 'AccessDenied' }).body;
    expect(denied).not.toContain('nvite the account back');
    expect(denied).toMatch(/Do first:\n {2}The attempt was denied \(AccessDenied\).*trailwarden events --actor /);
    expect(text({ description }).body).toContain('Invite the account back.');
    const chat = JSON.parse(chatMessage(notice({ description, outcome: 'denied' }), DEPLOYMENT));
    expect(chat.content.title).toContain('Denied: ');
    expect(chat.content.nextSteps[0]).toMatch(/^The attempt was denied/);
  });

  test('of a rule that looks for failures says what the rule says', () => {
    const description = 'Bad.\n\nFirst: look at the address.';
    const matched = [{ field: 'responseElements.ConsoleLogin', value: 'Failure' }];
    expect(text({ description, outcome: 'denied', matched }).body).toContain('Look at the address.');
  });

  test('obeys no control character of a record', () => {
    const { body } = text({
      userAgent: '\u001b[2J\u202eevil\r\nFrom: boss',
      matched: [{ field: 'x', value: '\u0000\u0007' }],
    });
    expect(body).not.toMatch(CONTROL);
    expect(body).not.toMatch(/^From: boss/m);
  });

  test('of a summary says first how many findings there were', () => {
    const { subject, body } = textMessage({ kind: 'summary', alert: alert(), count: 12 }, DEPLOYMENT);
    expect(subject).toBe(
      `[HIGH] 12 times: Root credentials changed tags (root, last success, 11-20 14:03Z) - ${ACCOUNT}`,
    );
    expect(body).toMatch(/^12 findings of this rule, actor and account, from 2026-11-20T14:00:00Z to/);
  });

  test('of a test says so in the subject and in the first line', () => {
    const { subject, body } = textMessage({ kind: 'test', alert: alert() }, DEPLOYMENT);
    expect(subject).toMatch(/^\[TEST\] \[HIGH\] /);
    expect(body).toMatch(/^This is a test/);
  });
});

describe('the JSON for programs', () => {
  test('follows its published schema, whatever kind it is', () => {
    const kinds: FindingNotice[] = [
      notice({ description: WITH_FIRST }),
      { kind: 'summary', alert: alert(), count: 12 },
      { kind: 'test', alert: alert() },
    ];
    for (const body of kinds.map((each) => jsonMessage(each, DEPLOYMENT))) {
      expect(alertMessageSchema.parse(JSON.parse(body))).toEqual(JSON.parse(body));
    }
    const storm = stormOf('high', new Date('2026-11-20T14:10:30Z'), 30);
    for (const collapsed of [undefined, { alerts: 5, rules: [['r-1', 5]] as const }]) {
      const body: unknown = JSON.parse(
        stormJson({ kind: 'storm', storm, ...(collapsed && { collapsed }) }, DEPLOYMENT),
      );
      expect(alertMessageSchema.parse(body)).toEqual(body);
    }
  });

  test('parts the rule’s description into why it matters and what to do first', () => {
    expect(json({ description: WITH_FIRST })).toMatchObject({
      rule: {
        description: 'Root is for emergencies. A second paragraph.',
        first: 'Call whoever holds the root password; then end the session.',
      },
    });
  });

  test('keeps a value as it is, unless it is too long', () => {
    expect(json({ matched: [{ field: 'a', value: { b: [1, null, true] } }] })).toMatchObject({
      finding: { matched: [{ field: 'a', value: { b: [1, null, true] } }] },
    });
    expect(json({ matched: [{ field: 'a', value: 'x'.repeat(5000) }] })).toMatchObject({
      finding: { matchedCut: true },
    });
  });

  test('stays within SNS’s 256 KB, whatever the event and the rule hold', () => {
    const matched = Array.from({ length: 400 }, (_, index) => ({ field: `f${index}`, value: '\u0001'.repeat(3000) }));
    const resources = Array.from({ length: 10 }, () => '\u0001'.repeat(1024));
    const references = Array.from({ length: 400 }, () => '\u0001'.repeat(5000));
    const description = 'x y\n\n'.repeat(100_000);
    const members = { matched, resources, references, description, tags: references, falsepositives: references };
    expect(Buffer.byteLength(JSON.stringify(json(members)))).toBeLessThan(256 * 1024);
    expect(Buffer.byteLength(text(members).body)).toBeLessThan(256 * 1024);
  });

  test('has its schema in docs/alert.schema.json: `npm run docs:alerts` writes it', () => {
    const file = join(import.meta.dirname, '..', '..', 'docs', 'alert.schema.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(alertJsonSchema());
  });
});

describe('the custom notification for chat applications', () => {
  const chat = (members: Partial<Finding> = {}): unknown => JSON.parse(chatMessage(notice(members), DEPLOYMENT));

  test('has the form that the service takes, with the first lines of the e-mail and the next steps', () => {
    expect(chat({ description: WITH_FIRST })).toEqual({
      version: '1.0',
      source: 'custom',
      id: alert().alertId,
      content: {
        textType: 'client-markdown',
        title: `(HIGH) Root credentials changed tags (root, success, 11-20 14:03Z), account ${ACCOUNT}`,
        description: [...text().body.split('\n').slice(0, 3), 'Root is for emergencies.'].join('\n'),
        nextSteps: [
          'Call whoever holds the root password; then end the session.',
          `trailwarden ui --alert ${alert().alertId}`,
          'trailwarden event e-1',
          'https://console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/e-1',
        ],
        keywords: ['high', 'alert', ACCOUNT, 'eu-west-1', 'fsx:TagResource'],
      },
      metadata: {
        threadId: alert().alertId,
        summary: `(HIGH) Root credentials changed tags (root, success, 11-20 14:03Z), account ${ACCOUNT}`,
        eventType: 'trailwarden-alert',
        relatedResources: ['fs-00112233'],
        additionalContext: {
          level: 'high',
          ruleId: finding().ruleId,
          account: ACCOUNT,
          region: 'eu-west-1',
          eventID: 'e-1',
        },
      },
    });
  });

  test('calls and leads nobody, whatever the caller sent', () => {
    const userAgent = '<!channel> <https://evil.example|click> [here](https://evil.example)';
    expect(JSON.stringify(chat({ userAgent, resources: ['<@U012345>'] }))).not.toMatch(/<!|<@|<http|\]\(/);
  });
});
