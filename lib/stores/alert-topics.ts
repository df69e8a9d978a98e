import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { ALERT_LEVELS } from '../../lambda/runtime/environment.ts';
import type { DeploymentConfig } from '../config/config.ts';
import type { CustomerTopic } from '../config/customer-settings.ts';
import { topicName } from '../config/resource-names.ts';
import { type CustomerResources, customerTopic } from '../customer/customer-resources.ts';
import { alarmArns } from './audit-key.ts';

type AlertLevel = (typeof ALERT_LEVELS)[number];

export interface AlertTopicsProps {
  readonly deployment: string;
  readonly key: IKey;
  readonly alerts: Pick<DeploymentConfig['alerts'], 'emails' | 'chat' | 'topics'>;
  /** Topics of the customer's, as constructs. */
  readonly given?: CustomerResources['topics'];
}

/** Where alerts go: a topic a level for people, one for programs; and one for what CloudWatch says of Trailwarden itself. */
export class AlertTopics extends Construct {
  readonly byLevel: Readonly<Record<AlertLevel, ITopic>>;
  /** JSON bodies of every level that is published. */
  readonly programs: ITopic;
  /** Custom notifications for Amazon Q Developer in chat applications, of every level that is published. */
  readonly chat?: ITopic;
  /** Alarms: never an alert about an event. */
  readonly operations: ITopic;
  /** ARNs of the keys that encrypt topics of the customer's. */
  readonly customerKeys: readonly string[];

  constructor(
    scope: Construct,
    id: string,
    { deployment, key, alerts: { emails, chat, topics }, given = {} }: AlertTopicsProps,
  ) {
    super(scope, id);
    this.customerKeys = topics.keys;
    const topic = (name: CustomerTopic, displayName: string): ITopic =>
      customerTopic(this, name, topics[name], given[name]) ??
      new Topic(this, name, {
        topicName: topicName(deployment, name),
        displayName,
        masterKey: key,
        enforceSSL: true,
      });
    this.byLevel = {
      critical: topic('critical', 'Trailwarden: critical alerts'),
      high: topic('high', 'Trailwarden: high alerts'),
      medium: topic('medium', 'Trailwarden: medium alerts'),
      low: topic('low', 'Trailwarden: low alerts'),
    };
    this.programs = topic('alerts', 'Trailwarden: alerts as JSON');
    if (chat) this.chat = topic('chat', 'Trailwarden: alerts for chat applications');
    this.operations = topic('operations', 'Trailwarden: alarms of its own');
    // A topic with a policy of its own has lost SNS's default one, and alarms would fail to publish without any sign.
    this.operations.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowAlarmsToPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.operations.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: { 'aws:SourceArn': alarmArns(deployment) },
        },
      }),
    );
    for (const [name, topicForPeople] of Object.entries({ ...this.byLevel, operations: this.operations })) {
      // The keys are those of the object literal two lines above, each a key of `emails`.
      for (const address of emails[name as keyof typeof emails]) {
        topicForPeople.addSubscription(new EmailSubscription(address));
      }
    }
  }

  /** Every topic that ingest and sweep publish to. */
  get published(): ITopic[] {
    return [this.programs, ...Object.values(this.byLevel), ...(this.chat === undefined ? [] : [this.chat])];
  }
}
