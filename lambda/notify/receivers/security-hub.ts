import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import type { AlertMessage } from '../../alerts/messages/message-schema.ts';
import { cutText } from '../../shared/cut-text.ts';
import type { FindingBatches } from './finding-batches.ts';
import { factsOf } from './message-facts.ts';
import type { Receiver } from './receiver.ts';

/** Bounds of the AWS Security Finding Format. */
const MAX_TITLE = 256;
const MAX_DESCRIPTION = 1024;
const MAX_RESOURCES = 32;
const MAX_RESOURCE_ID = 512;

/** Where findings are imported. */
export interface HubPlace {
  readonly deployment: string;
  /** The account that imports: Security Hub takes no other as the finding's. */
  readonly account: string;
  readonly region: string;
  readonly partition: string;
}

/** A message as a finding. The account that it is about stands among its resources; a summary updates the finding. */
export function securityHubFinding(message: AlertMessage, place: HubPlace, now: Date): AwsSecurityFinding {
  const { title, lines, console } = factsOf(message);
  const { account, region, partition, deployment } = place;
  const isStorm = message.kind === 'storm';
  const about = isStorm ? account : message.account;
  const where = isStorm ? region : message.region;
  const named = isStorm ? [] : message.finding.resources;
  const other = (id: string) => ({
    Type: 'Other',
    Id: id.slice(0, MAX_RESOURCE_ID),
    Partition: partition,
    Region: where,
  });
  const created = isStorm ? message.minute.start : message.finding.eventTime;
  return {
    SchemaVersion: '2018-10-08',
    Id: `${deployment}/${message.alertId}`,
    ProductArn: `arn:${partition}:securityhub:${region}:${account}:product/${account}/default`,
    ProductName: 'Trailwarden',
    GeneratorId: isStorm ? 'trailwarden-alert-storm' : cutText(message.rule.id, 512),
    AwsAccountId: account,
    CreatedAt: new Date(Date.parse(created)).toISOString(),
    UpdatedAt: now.toISOString(),
    Title: cutText(title, MAX_TITLE),
    Description: cutText(lines.join(' '), MAX_DESCRIPTION),
    FindingProviderFields: {
      Severity: { Label: severityLabel(message.level), Original: message.level },
      Types: ['Unusual Behaviors/User'],
    },
    Resources: [
      { Type: 'AwsAccount', Id: `AWS::::Account:${about}`, Partition: partition, Region: where },
      ...named
        .filter((id) => id !== '')
        .slice(0, MAX_RESOURCES - 1)
        .map(other),
    ] as AwsSecurityFinding['Resources'],
    ProductFields: { 'trailwarden/alertId': message.alertId, 'trailwarden/kind': message.kind },
    ...(console !== undefined && { SourceUrl: console }),
  };
}

export interface SecurityHubOptions {
  readonly hub: FindingBatches;
  readonly place: HubPlace;
  readonly now: () => Date;
}

/** Security Hub of the deployment's own account and region. */
export function securityHubReceiver({ hub, place, now }: SecurityHubOptions): Receiver {
  return {
    send: async ({ message }, signal) => {
      const finding = securityHubFinding(message, place, now());
      await hub.import(finding, signal);
      return `Security Hub: finding ${finding.Id} imported`;
    },
  };
}

function severityLabel(level: string): 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL' | 'INFORMATIONAL' {
  switch (level) {
    case 'critical':
      return 'CRITICAL';
    case 'high':
      return 'HIGH';
    case 'medium':
      return 'MEDIUM';
    case 'low':
      return 'LOW';
    default:
      return 'INFORMATIONAL';
  }
}
