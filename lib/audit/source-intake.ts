import { Aws, Duration } from 'aws-cdk-lib';
import { CfnEventBusPolicy, EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import { FilterOrPolicy, SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { CHECK_SOURCES } from '../../lambda/verify/source-messages.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { existingSources, forwardingRuleName, homeOf, isAtHome, sourceBusName } from '../config/existing-sources.ts';
import { iamName } from '../config/resource-names.ts';
import type { ExistingSource } from '../config/source-settings.ts';
import type { NotificationQueue } from '../functions/notification-queue.ts';
import { newObjectPattern } from '../sources/announcements.ts';

/** How often verify looks at the sources: the next digest is overdue ninety minutes after its hour. */
const CHECK_EVERY = Duration.minutes(30);

export interface SourceIntakeProps {
  readonly config: DeploymentConfig;
  readonly logQueue: NotificationQueue;
  readonly digestQueue: NotificationQueue;
}

/**
 * How objects of buckets that trails write to already get into the queues: through EventBridge, from CloudTrail's topics,
 * and by a look at each source every half hour. Buckets that notify the delivery topic need nothing here.
 */
export class SourceIntake extends Construct {
  constructor(scope: Construct, id: string, { config, logQueue, digestQueue }: SourceIntakeProps) {
    super(scope, id);
    const sources = existingSources(config);
    this.takeEvents(config, [logQueue, digestQueue]);
    for (const source of sources) {
      if (source.type === 'topic') subscribe(this, source, logQueue);
      if (source.type === 'log-archive') letOwnerSubscribe(source, logQueue);
    }
    this.checkSources(config.deployment, digestQueue);
  }

  /** Events appear on the default bus of the bucket's own account and region: from elsewhere they are forwarded to a bus. */
  private takeEvents(config: DeploymentConfig, queues: readonly NotificationQueue[]): void {
    const home = homeOf(config);
    const sources = existingSources(config).filter(
      (source) => source.type === 'bucket' && source.notification === 'eventbridge',
    );
    const near = sources.filter((source) => isAtHome(source, home));
    const far = sources.filter((source) => !isAtHome(source, home));
    for (const source of near) this.take(source, queues, forwardingRuleName(source, home));
    if (far.length === 0) return;
    const bus = new EventBus(this, 'Bus', {
      eventBusName: sourceBusName(home),
      description: `${config.deployment}: new files of CloudTrail in buckets of other accounts and regions`,
    });
    for (const source of far) {
      const rule = `arn:${Aws.PARTITION}:events:${source.region}:${source.account}:rule/${forwardingRuleName(source, home)}`;
      new CfnEventBusPolicy(this, `BusPolicy-${source.name}`, {
        eventBusName: bus.eventBusName,
        statementId: `source-${source.name}`,
        statement: {
          Effect: 'Allow',
          Principal: { AWS: `arn:${Aws.PARTITION}:iam::${source.account}:root` },
          Action: 'events:PutEvents',
          Resource: bus.eventBusArn,
          Condition: { ArnEquals: { 'aws:SourceArn': rule } },
        },
      });
      this.take(source, queues, `${forwardingRuleName(source, home)}-in`, bus);
    }
  }

  private take(
    source: ExistingSource,
    queues: readonly NotificationQueue[],
    ruleName: string,
    eventBus?: IEventBus,
  ): void {
    const rule = new Rule(this, `Rule-${source.name}`, {
      ruleName,
      description: `New files of CloudTrail in ${source.bucket}`,
      ...(eventBus !== undefined && { eventBus }),
      eventPattern: { ...newObjectPattern(source), account: [source.account] },
    });
    for (const { queue, deadLetterQueue } of queues) rule.addTarget(new SqsQueue(queue, { deadLetterQueue }));
  }

  private checkSources(deployment: string, { queue }: NotificationQueue): void {
    const role = new Role(this, 'ScheduleRole', {
      roleName: iamName(deployment, 'sources-schedule'),
      description: `${deployment}: lets the schedule ask verify to look at the sources`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Aws.ACCOUNT_ID,
            'aws:SourceArn': `arn:${Aws.PARTITION}:scheduler:${Aws.REGION}:${Aws.ACCOUNT_ID}:schedule-group/default`,
          },
        },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ sid: 'AskVerify', actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
    );
    new Schedule(this, 'EveryHalfHour', {
      scheduleName: `${deployment}-sources`,
      description: `${deployment}: look whether buckets announce their objects, and for digests that nobody announces`,
      schedule: ScheduleExpression.rate(CHECK_EVERY),
      target: new SqsSendMessage(queue, {
        role: role.withoutPolicyUpdates(),
        input: ScheduleTargetInput.fromObject(CHECK_SOURCES),
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
      }),
    });
  }
}

type TopicSource = Extract<ExistingSource, { topic: string }>;

/** The topic's policy must allow it, where another account owns the topic. */
function subscribe(
  scope: Construct,
  { name, topic }: TopicSource,
  { queue, deadLetterQueue }: NotificationQueue,
): void {
  const imported = Topic.fromTopicArn(scope, `Topic-${name}`, topic);
  imported.addSubscription(
    new SqsSubscription(queue, {
      rawMessageDelivery: true,
      deadLetterQueue,
      filterPolicyWithMessageBody: {
        s3ObjectKey: FilterOrPolicy.filter(SubscriptionFilter.existsFilter()),
        messageType: FilterOrPolicy.filter(SubscriptionFilter.notExistsFilter()),
      },
    }),
  );
}

/** The topic's owner subscribes the queue, which takes messages of that one topic. */
function letOwnerSubscribe({ name, topic }: TopicSource, { queue }: NotificationQueue): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: `AllowTopicOfSource-${name}`,
      principals: [new ServicePrincipal('sns.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': topic } },
    }),
  );
}
