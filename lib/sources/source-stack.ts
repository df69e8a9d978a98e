import { Aws, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { EventBus as EventBusTarget } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, CompositePrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSubscription } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import {
  existingSources,
  forwardingRoleName,
  forwardingRuleName,
  type Home,
  homeOf,
  isAtHome,
  sourceBusName,
  sourceRoleName,
} from '../config/existing-sources.ts';
import { queueName } from '../config/resource-names.ts';
import type { ExistingSource } from '../config/source-settings.ts';
import { acknowledgeSource, readBuckets } from '../functions/permissions/source-permissions.ts';
import { LOG_FILES_ONLY, newObjectPattern } from './announcements.ts';
import { accountOfArn, readerArns } from './source-readers.ts';

export interface SourceStackProps extends StackProps {
  readonly home: Home;
  readonly source: ExistingSource;
}

/**
 * What a source needs in the account and region of its bucket: the role with which the functions read it, and the rule
 * that forwards the events of its bucket. It changes nothing of the bucket, the trail or their policies.
 */
export class SourceStack extends Stack {
  constructor(scope: Construct, id: string, { home, source, ...props }: SourceStackProps) {
    super(scope, id, {
      description: `Trailwarden: what ${home.deployment} in ${home.account} needs to read ${source.bucket}`,
      env: { account: source.account, region: source.region },
      ...props,
    });
    if (needsRole(source)) this.addRole(home, source);
    if (needsForwarding(source, home)) this.forward(home, source);
  }

  private addRole(home: Home, source: ExistingSource): void {
    const readers = readerArns(source, home);
    const role = new Role(this, 'Role', {
      roleName: sourceRoleName(source, home),
      description: `${home.deployment}: reads the files of CloudTrail in ${source.bucket}`,
      assumedBy: new CompositePrincipal(
        ...[...new Set(readers.map(accountOfArn))].map((account) =>
          new AccountPrincipal(account).withConditions({
            // Not as principals: those must be there already when the role is made.
            ArnEquals: { 'aws:PrincipalArn': readers.filter((arn) => accountOfArn(arn) === account) },
            ...(source.externalId !== undefined && { StringEquals: { 'sts:ExternalId': source.externalId } }),
          }),
        ),
      ),
    });
    for (const statement of readBuckets([source], { versions: true, notification: true })) role.addToPolicy(statement);
    acknowledgeSource(role, source);
    new CfnOutput(this, 'RoleArn', { value: role.roleArn, description: 'The role that the functions assume' });
  }

  private forward(home: Home, source: ExistingSource): void {
    const ruleName = forwardingRuleName(source, home);
    const bus = EventBus.fromEventBusArn(
      this,
      'Bus',
      `arn:${Aws.PARTITION}:events:${home.region}:${home.account}:event-bus/${sourceBusName(home)}`,
    );
    const role = new Role(this, 'ForwardingRole', {
      roleName: forwardingRoleName(source, home),
      description: `${home.deployment}: forwards the events of ${source.bucket}`,
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnEquals: {
            'aws:SourceArn': `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/${ruleName}`,
          },
        },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ sid: 'Forward', actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
    );
    const rule = new Rule(this, 'Rule', {
      ruleName,
      description: `Forwards new files of CloudTrail in ${source.bucket} to ${home.deployment} in ${home.account}`,
      eventPattern: newObjectPattern(source),
      targets: [new EventBusTarget(bus, { role: role.withoutPolicyUpdates() })],
    });
    // The rule's first events would fail without it.
    rule.node.addDependency(role.node.findChild('DefaultPolicy'));
  }
}

/**
 * What a source needs in the account of CloudTrail's topic: the subscription of the log queue, which stays pending until
 * ingest confirms it. In an account that forbids changes of the topic's policy, only the account itself can make it.
 */
export class SourceTopicStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { home, source, ...props }: SourceStackProps & { readonly source: ExistingSource & { readonly topic: string } },
  ) {
    const [, , , region = '', account = ''] = source.topic.split(':');
    super(scope, id, {
      description: `Trailwarden: tells ${home.deployment} in ${home.account} of the files of CloudTrail in ${source.bucket}`,
      env: { account, region },
      ...props,
    });
    new CfnSubscription(this, 'Subscription', {
      topicArn: source.topic,
      protocol: 'sqs',
      endpoint: `arn:${home.partition}:sqs:${home.region}:${home.account}:${queueName(home.deployment, 'logs')}`,
      rawMessageDelivery: true,
      filterPolicyScope: 'MessageBody',
      filterPolicy: LOG_FILES_ONLY,
    });
  }
}

function needsRole(source: ExistingSource): boolean {
  return source.access === 'role' && source.role === undefined;
}

function needsForwarding(source: ExistingSource, home: Home): boolean {
  return source.type === 'bucket' && source.notification === 'eventbridge' && !isAtHome(source, home);
}

/** Makes the stacks that sources need in the accounts of their buckets and topics; those of one source, if it is named. */
export function addSourceStacks(scope: Construct, config: DeploymentConfig, only?: string): readonly Stack[] {
  return existingSources(config)
    .filter(({ name }) => only === undefined || name === only)
    .flatMap((source) => {
      const home = homeOf(config);
      const name = `${config.deployment}-source-${source.name}`;
      return [
        ...(needsRole(source) || needsForwarding(source, home) ? [new SourceStack(scope, name, { home, source })] : []),
        ...(source.type === 'log-archive' ? [new SourceTopicStack(scope, `${name}-topic`, { home, source })] : []),
      ];
    });
}
