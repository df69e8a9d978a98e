import { join } from 'node:path';
import * as fc from 'fast-check';
import type { JsonPost } from '../../lambda/notify/https/post-json.ts';
import { ocsfFinding } from '../../lambda/notify/receivers/ocsf.ts';
import { pagerDutyEvent, pagerDutyReceiver } from '../../lambda/notify/receivers/pagerduty.ts';
import { securityHubFinding } from '../../lambda/notify/receivers/security-hub.ts';
import { slackMessage } from '../../lambda/notify/receivers/slack.ts';
import { teamsMessage } from '../../lambda/notify/receivers/teams.ts';
import { expectGolden } from '../support/golden.ts';
import { alertMessage, everyKind, HOSTILE } from './alert-messages.ts';

const NOW = new Date('2026-11-20T14:10:00Z');
const PLACE = { deployment: 'trailwarden', account: '999988887777', region: 'eu-central-1', partition: 'aws' };

const RENDERINGS = {
  slack: slackMessage,
  teams: (message: Parameters<typeof teamsMessage>[0]) => JSON.parse(teamsMessage(message)),
  pagerduty: pagerDutyEvent,
  'security-hub': (message: Parameters<typeof slackMessage>[0]) => securityHubFinding(message, PLACE, NOW),
  ocsf: ocsfFinding,
};

describe.each(Object.entries(RENDERINGS))('the message for %s', (name, render) => {
  test.each(Object.entries(everyKind()))('of a notice of kind %s is as it was looked at', (kind, message) => {
    const text = JSON.stringify(render(message), undefined, 2);
    expectGolden(join(__dirname, 'golden', `${name}-${kind}.json.txt`), `${text}\n`);
  });
});

type ShownText = Extract<ReturnType<typeof slackMessage>['blocks'][number], { type: 'section' }>['text'];

const sectionsOf = (message: ReturnType<typeof slackMessage>) =>
  message.blocks.flatMap((block): readonly ShownText[] => (block.type === 'section' ? [block.text] : block.elements));

describe('Slack', () => {
  test('gets no mark of an event that notifies a channel, makes a link, or ends the code', () => {
    const message = slackMessage(alertMessage({ title: HOSTILE, userAgent: HOSTILE, eventID: 'a`b|c>d' }));
    const text = JSON.stringify(message);
    expect(text).not.toContain('<!channel>');
    expect(text).not.toContain('<https://evil');
    expect(text).toContain('&lt;!channel&gt;');
    expect(text).toContain('&amp;amp;');
    const isExact = (text: ShownText): boolean => (text.type === 'mrkdwn' ? text.verbatim : !text.emoji);
    expect(sectionsOf(message).every(isExact)).toBe(true);
    // The only link is ours, and it leads to the AWS console.
    expect([...text.matchAll(/<([^>|]*)\|/g)].map(([, url]) => url?.split('/')[2])).toEqual(['console.aws.amazon.com']);
  });

  test('shows an event’s values as they are: no bold text between two wildcards, no emoji in an ARN', () => {
    const arn = 'arn:aws:iam::111122223333:role/*_a_*';
    const message = slackMessage(alertMessage({ resources: [arn] }));
    const [shown] = sectionsOf(message).filter(({ text }) => text.includes(arn));
    expect(shown).toMatchObject({ type: 'plain_text', emoji: false });
  });

  test('gets at most 50 blocks and 3,000 characters a section, for any event', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('&', '<', '>', 'a', '😀', ' ', '\n'), maxLength: 9000 }),
        fc.string({ unit: fc.constantFrom('&', 'b', '>'), maxLength: 4000 }),
        (description, userAgent) => {
          const message = slackMessage(alertMessage({ description, userAgent, title: userAgent, eventID: userAgent }));
          const sections = sectionsOf(message);
          expect(message.blocks.length).toBeLessThanOrEqual(50);
          for (const { text } of sections) {
            expect(text.length).toBeLessThanOrEqual(3000);
            expect(text.length).toBeGreaterThan(0);
            // No escape is cut in its middle.
            expect(text.replaceAll(/&(amp|lt|gt);/g, '')).not.toContain('&');
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('Teams', () => {
  test('gets at most 28 KB, for any event', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('€', '"', '\\', 'a'), maxLength: 20_000 }), (text) => {
        const message = alertMessage({
          description: `${text}\n\nFirst: ${text}`,
          userAgent: text,
          title: text,
          errorCode: text,
        });
        expect(Buffer.byteLength(teamsMessage(message))).toBeLessThanOrEqual(28 * 1024);
      }),
      { numRuns: 50 },
    );
  });

  test('shows both of two wildcards, which would make bold text of what is between them', () => {
    const text = teamsMessage(alertMessage({ resources: ['*a*'] }));
    expect(text).toContain('∗a∗');
  });

  test('shows the underscores and backticks of names, and leaves those within words as they are', () => {
    const text = teamsMessage(alertMessage({ resources: ['role/_a_b_', 'a_b', '`c`'], description: 'Why `this`.' }));
    expect(text).toContain('role/‗a_b‗');
    expect(text).toContain(' a_b');
    expect(text).toContain("'c'");
    expect(text).toContain('Why `this`.');
  });

  test('gets no link of an event', () => {
    const text = teamsMessage(alertMessage({ title: HOSTILE, userAgent: HOSTILE }));
    expect(text).not.toContain('](');
    expect(text).not.toContain('<https');
  });
});

describe('PagerDuty', () => {
  test('gets one key for an alert and its summary, so that both are one incident', () => {
    const { alert, summary } = everyKind();
    expect(pagerDutyEvent(summary).dedup_key).toBe(pagerDutyEvent(alert).dedup_key);
    expect(pagerDutyEvent(alert).dedup_key).toBe(alert.alertId);
  });

  test.each([
    ['us', 'https://events.pagerduty.com/v2/enqueue'],
    ['eu', 'https://events.eu.pagerduty.com/v2/enqueue'],
    [undefined, 'https://events.pagerduty.com/v2/enqueue'],
  ] as const)('of the region %s gets alerts and their ends at %s', async (region, url) => {
    const posts: JsonPost[] = [];
    const receiver = pagerDutyReceiver({
      post: async (post) => `${posts.push(post)}`,
      secret: async () => 'a-routing-key',
      ...(region && { region }),
    });
    const { alert } = everyKind();
    await receiver.send({ message: alert, json: '' }, AbortSignal.timeout(1000));
    const resolved = { version: 1, kind: 'resolved', alertId: alert.alertId, level: 'high', findings: 1 } as const;
    await receiver.resolve?.(resolved, AbortSignal.timeout(1000));
    expect(posts.map((post) => post.url)).toEqual([url, url]);
    expect(posts.map(({ body }) => JSON.parse(body).dedup_key)).toEqual([alert.alertId, alert.alertId]);
    expect(posts.every(({ secrets }) => secrets?.includes('a-routing-key'))).toBe(true);
  });
});

describe('Security Hub', () => {
  test('gets the caller as the account of the finding, and the account that it is about among the resources', () => {
    const message = everyKind().alert;
    const finding = securityHubFinding(message, PLACE, NOW);
    expect(finding).toMatchObject({
      AwsAccountId: '999988887777',
      ProductArn: 'arn:aws:securityhub:eu-central-1:999988887777:product/999988887777/default',
      FindingProviderFields: { Severity: { Label: 'HIGH' } },
    });
    expect(finding.Severity).toBeUndefined();
    expect(finding.Resources?.[0]?.Id).toBe('AWS::::Account:111122223333');
  });

  test('gets a finding within the bounds of its format, for any event', () => {
    const long = '€'.repeat(3000);
    const resources = Array.from({ length: 50 }, (_, index) => `arn:aws:s3:::${index}${'b'.repeat(900)}`);
    const finding = securityHubFinding(alertMessage({ title: long, userAgent: long, resources }), PLACE, NOW);
    expect(finding.Title?.length).toBeLessThanOrEqual(256);
    expect(finding.Description?.length).toBeLessThanOrEqual(1024);
    expect(finding.Resources?.length).toBe(32);
    expect(Buffer.byteLength(JSON.stringify(finding))).toBeLessThanOrEqual(240 * 1024);
  });
});
