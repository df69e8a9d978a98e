import { alertOf } from '../../lambda/alerts/messages/alert-content.ts';
import { jsonMessage } from '../../lambda/alerts/messages/json-message.ts';
import { type AlertMessage, alertMessageSchema } from '../../lambda/alerts/messages/message-schema.ts';
import { stormJson } from '../../lambda/alerts/messages/storm-message.ts';
import { testNotice } from '../../lambda/alerts/messages/test-alert.ts';
import { stormOf } from '../../lambda/alerts/noise/alert-storm.ts';
import type { Finding } from '../../lambda/findings/finding.ts';
import { finding } from '../support/findings.ts';
import { ACCOUNT } from '../support/records.ts';

const NOW = new Date('2026-11-20T14:10:00Z');
const DEPLOYMENT = 'trailwarden';

const parsed = (json: string): AlertMessage => alertMessageSchema.parse(JSON.parse(json));

/** Messages as they wait in a channel's queue. */
export const alertJson = (members: Partial<Finding> = {}): string =>
  jsonMessage({ kind: 'alert', alert: alertOf(finding(members), 15) }, DEPLOYMENT);
export const summaryJson = (count: number): string =>
  jsonMessage({ kind: 'summary', alert: alertOf(finding(), 15), count }, DEPLOYMENT);
export const stormsJson = (): string =>
  stormJson(
    {
      kind: 'storm',
      storm: stormOf('medium', NOW, 30),
      collapsed: {
        alerts: 41,
        rules: [
          ['rule-a', 40],
          ['rule-b', 1],
        ],
      },
    },
    DEPLOYMENT,
  );

export const alertMessage = (members: Partial<Finding> = {}): AlertMessage => parsed(alertJson(members));

/** One message of each kind. */
export const everyKind = (): Readonly<Record<AlertMessage['kind'], AlertMessage>> => {
  const description = 'Root is for emergencies.\n\nFirst: ask who holds the root password.';
  const test = testNotice(
    'low',
    { actor: `arn:aws:iam::${ACCOUNT}:user/alice`, account: ACCOUNT, region: 'eu-west-1' },
    NOW,
  );
  const zeros = '0'.repeat(32);
  const made = { ...test.alert, alertId: zeros, finding: { ...test.alert.finding, findingId: zeros } };
  return {
    alert: alertMessage({ description }),
    summary: parsed(summaryJson(7)),
    storm: parsed(stormsJson()),
    test: parsed(jsonMessage({ kind: 'test', alert: made }, DEPLOYMENT)),
  };
};

/** What a caller may write into a record to deceive whoever reads the message. */
export const HOSTILE =
  '<!channel> <https://evil.example|Click> [Click](https://evil.example) `rm` &amp; \u202e\u001b[2J';
