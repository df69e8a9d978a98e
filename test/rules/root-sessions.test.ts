import { alertOf } from '../../lambda/alerts/messages/alert-content.ts';
import { textMessage } from '../../lambda/alerts/messages/text-message.ts';
import { readEvent } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { createDetector, type RuleSet } from '../../lambda/detection/index.ts';
import { findingOf } from '../../lambda/findings/event-finding.ts';
import type { Finding } from '../../lambda/findings/finding.ts';
import type { JsonObject } from '../../lambda/shared/json.ts';
import { ACCOUNT, RECEIPT, record, root } from '../support/records.ts';
import { derive, parsePack } from './pack.ts';

const START = Date.UTC(2026, 10, 20, 9);
const MINUTE = 60_000;

const CALLS = [
  'ec2:DescribeInstances',
  's3:ListBuckets',
  'ec2:RunInstances',
  'ce:GetCostAndUsage',
  'rds:DescribeDBInstances',
];

/** What somebody does who holds root's password: a sign-in, and calls with the keys that CloudShell takes from it. */
function session(begin: number, minutes: number, calls: number): JsonObject[] {
  const at = (offset: number): string => `${new Date(START + begin * MINUTE + offset).toISOString().slice(0, 19)}Z`;
  const login = record({
    userIdentity: { ...root(), accessKeyId: '' },
    eventSource: 'signin.amazonaws.com',
    eventName: 'ConsoleLogin',
    eventType: 'AwsConsoleSignIn',
    eventTime: at(0),
    responseElements: { ConsoleLogin: 'Success' },
    additionalEventData: { MFAUsed: 'No' },
  });
  const sessionContext = { attributes: { creationDate: at(0), mfaAuthenticated: 'false' } };
  const made = Array.from({ length: calls }, (_, i) => {
    const [service, eventName = ''] = (CALLS[i % CALLS.length] ?? '').split(':');
    return record({
      userIdentity: { ...root(), accessKeyId: `ASIAEXAMPLE${begin}K${i % 12}`, sessionContext },
      eventSource: `${service}.amazonaws.com`,
      eventName,
      userAgent: 'aws-cli/2.31.4 exec-env/CloudShell',
      readOnly: !eventName.startsWith('Run'),
      eventTime: at(1000 + (i * minutes * MINUTE) / calls),
    });
  });
  return [login, ...made];
}

/** 655 calls of root in three sessions, and the one that matters: a key that outlives them. */
function incident(): JsonObject[] {
  const escalation = record({
    userIdentity: { ...root(), sessionContext: { attributes: { creationDate: '2026-11-20T10:30:00Z' } } },
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateAccessKey',
    readOnly: false,
    eventTime: '2026-11-20T10:41:00Z',
  });
  return [...session(0, 50, 300), ...session(90, 40, 250), ...session(200, 60, 102), escalation];
}

/** The findings that alert, each once; and the alerts that they come to. */
function told(ruleSet: RuleSet, records: readonly JsonObject[]) {
  const detector = createDetector(ruleSet, { derive });
  const findings = new Map<string, Finding>();
  for (const one of records) {
    const read = readEvent(one, RECEIPT);
    if (!read.ok) throw new Error(read.reason);
    for (const match of detector.match(one)) {
      const finding = findingOf(read.event, match);
      if (finding.level !== 'informational' && !findings.has(finding.findingId))
        findings.set(finding.findingId, finding);
    }
  }
  const alerts = new Map(
    [...findings.values()].map((finding) => {
      const alert = alertOf(finding, 15);
      return [alert.alertId, alert] as const;
    }),
  );
  return { findings: findings.size, alerts: [...alerts.values()] };
}

test('656 calls of root in three sessions are seven alerts in place of sixteen, and the new key is one of them', () => {
  const { ruleSet } = parsePack();
  const aCall: RuleSet = {
    ...ruleSet,
    rules: ruleSet.rules.map((rule) => ({ ...rule, metadata: { ...rule.metadata, per: undefined } })),
  };
  const before = told(aCall, incident());
  const after = told(ruleSet, incident());
  expect(before.findings).toBeGreaterThan(600);
  expect(before.alerts).toHaveLength(16);
  expect(after.findings).toBe(7);
  const titles = after.alerts.map(({ finding }) => finding.title).sort();
  expect(titles).toEqual([
    'Access key of root created or activated',
    ...Array(3).fill('Root credentials used'),
    ...Array(3).fill('Root signed in to the console'),
  ]);
});

test('hundreds of pages of the console that root reads are recorded once a session, and alert nobody', () => {
  const { ruleSet } = parsePack();
  const detector = createDetector(ruleSet, { derive });
  const pages = session(0, 50, 300)
    .slice(1)
    .map((one) => ({ ...one, readOnly: true, sessionCredentialFromConsole: 'true' }));
  const found = pages.flatMap((one) => {
    const read = readEvent(one, RECEIPT);
    return read.ok ? detector.match(one).map((match) => findingOf(read.event, match)) : [];
  });
  const ids = (title: string) => new Set(found.flatMap((one) => (one.title === title ? one.findingId : [])));
  expect(ids('Root looked at pages of the console').size).toBe(1);
  expect(ids('Root credentials used').size).toBe(0);
});

test('no two of their subjects are alike: each names who, what, when and how it ended', () => {
  const { alerts } = told(parsePack().ruleSet, incident());
  const subjects = alerts.map((alert) => textMessage({ kind: 'alert', alert }, 'trailwarden').subject);
  expect(new Set(subjects).size).toBe(alerts.length);
  for (const subject of subjects) expect(subject).toMatch(/\(root, success, .*11-20 \d\d:\d\dZ\) - /);
  expect(subjects).toContain(
    `[CRITICAL] Access key of root created or activated (root, success, 11-20 10:41Z) - ${ACCOUNT}`,
  );
});
