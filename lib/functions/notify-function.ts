import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { RESOLVING_TYPES } from '../../lambda/alerts/channels/channel-settings.ts';
import type { NotifyVariables } from '../../lambda/runtime/environment.ts';
import { deliveryAttribute } from '../../lambda/store/alerts/alert-deliveries.ts';
import type { DeploymentConfig } from '../config/config.ts';
import type { AlertTopics } from '../stores/alert-topics.ts';
import type { AuditTables } from '../stores/audit-tables.ts';
import { AuditFunction, CHANNELS_FILE, type FunctionSettings } from './audit-function.ts';
import { type ChannelQueues, channelQueuePrefix, NOTIFY_TIMEOUT } from './channel-queues.ts';
import { giveUpTo, onTable, publishTo, useKeyThrough, useTopicKeys } from './permissions/permissions.ts';

type ChannelSettings = DeploymentConfig['alerts']['channels'][number];

export interface NotifyProps {
  readonly config: DeploymentConfig;
  readonly settings: FunctionSettings;
  readonly queues: ChannelQueues;
  readonly tables: AuditTables['tables'];
  readonly topics: AlertTopics;
}

/** Sends alerts to the receivers of `alerts.channels`. It alone reads their secrets and reaches servers outside of AWS. */
export class Notify extends AuditFunction {
  constructor(scope: Construct, id: string, props: NotifyProps) {
    const { config, queues, tables } = props;
    const environment: NotifyVariables = {
      ALERTS_TABLE: tables.alerts.tableName,
      DEPLOYMENT: config.deployment,
      CHANNELS_FILE,
      CHANNEL_QUEUE_PREFIX: channelQueuePrefix(config.deployment),
      DEAD_LETTER_QUEUE_URL: queues.deadLetterQueue.queueUrl,
      ALERTS_TOPIC_ARN: publishesPrograms(config) ? props.topics.programs.topicArn : '',
      ACCOUNT: Aws.ACCOUNT_ID,
      PARTITION: Aws.PARTITION,
    };
    super(scope, id, {
      ...props.settings,
      name: 'notify',
      description: 'Sends alerts to webhooks, chats, pagers and buses',
      timeout: NOTIFY_TIMEOUT,
      memorySize: 256,
      environment,
      statements: permissions(props),
    });
    for (const { name, type } of config.alerts.channels) {
      const queue = queues.byChannel.get(name);
      if (queue === undefined) throw new Error(`The channel ${name} has no queue.`);
      this.function.addEventSource(
        new SqsEventSource(queue, {
          // Security Hub takes few calls of many findings; to wait for more of them costs a second.
          ...(type === 'securityhub' ? { batchSize: 100, maxBatchingWindow: Duration.seconds(1) } : { batchSize: 5 }),
          reportBatchItemFailures: true,
          // The least that Lambda takes. A channel that doesn't answer occupies no more than this.
          maxConcurrency: 2,
        }),
      );
    }
  }
}

/** Whether the topic for programs is a channel with a queue. */
function publishesPrograms({ alerts }: DeploymentConfig): boolean {
  return alerts.channels.some(({ type }) => type === 'topic');
}

function permissions(props: NotifyProps): PolicyStatement[] {
  const { config, settings, queues, tables } = props;
  const { channels } = config.alerts;
  const pagers = channels.filter(({ type }) => RESOLVING_TYPES.some((able) => able === type));
  const deliveries = onTable('NoteDeliveries', tables.alerts, ['dynamodb:UpdateItem']);
  deliveries.addConditions({
    'ForAllValues:StringEquals': {
      'dynamodb:Attributes': [
        'alertId',
        ...channels.flatMap(({ name }) => [deliveryAttribute(name, 'first'), deliveryAttribute(name, 'summary')]),
        ...pagers.map(({ name }) => deliveryAttribute(name, 'resolved')),
      ],
    },
    StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
  });
  return [
    new PolicyStatement({
      sid: 'ReadTheQueues',
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
      resources: [...queues.byChannel.values()].map((queue) => queue.queueArn),
    }),
    giveUpTo(queues.deadLetterQueue),
    deliveries,
    ...resolve(props, pagers),
    ...readSecrets(channels),
    ...reachBuses(channels),
    ...importFindings(channels),
    ...(publishesPrograms(config) ? [publishTo([props.topics.programs]), ...useTopicKeys(props.topics)] : []),
    useKeyThrough(
      'UseTheAuditKey',
      settings.key,
      publishesPrograms(config) ? ['dynamodb', 'sns', 'sqs'] : ['dynamodb', 'sqs'],
      ['kms:Decrypt', 'kms:GenerateDataKey'],
    ),
  ];
}

/** Ends incidents: their messages are queued here, and must come after those of the alerts. */
function resolve({ tables, queues }: NotifyProps, pagers: readonly ChannelSettings[]): PolicyStatement[] {
  if (pagers.length === 0) return [];
  const earlier = onTable('ReadEarlierDeliveries', tables.alerts, ['dynamodb:GetItem']);
  earlier.addConditions({
    'ForAllValues:StringEquals': {
      'dynamodb:Attributes': [
        'alertId',
        'channels',
        ...pagers.flatMap(({ name }) => [deliveryAttribute(name, 'first'), deliveryAttribute(name, 'resolved')]),
      ],
    },
    StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
  });
  return [
    earlier,
    new PolicyStatement({
      sid: 'QueueResolved',
      actions: ['sqs:SendMessage'],
      resources: pagers.flatMap(({ name }) => queues.byChannel.get(name)?.queueArn ?? []),
    }),
  ];
}

/** Each secret by its name: no other of the account can be read. */
function readSecrets(channels: readonly ChannelSettings[]): PolicyStatement[] {
  const secrets = channels.flatMap(({ secret }) => (secret === undefined ? [] : [secret]));
  const here = (service: string, rest: string) =>
    `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${rest}`;
  const statement = (sid: string, action: string, resources: readonly string[]) =>
    resources.length === 0 ? [] : [new PolicyStatement({ sid, actions: [action], resources: [...new Set(resources)] })];
  const keys = (sid: string, service: 'secretsmanager' | 'ssm', arns: readonly (string | undefined)[]) => {
    const resources = [...new Set(arns.filter((arn) => arn !== undefined))];
    if (resources.length === 0) return [];
    return [
      new PolicyStatement({
        sid,
        actions: ['kms:Decrypt'],
        resources,
        conditions: { StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
      }),
    ];
  };
  const managed = secrets.filter(({ secretsManager }) => secretsManager !== undefined);
  const parameters = secrets.filter(({ parameter }) => parameter !== undefined);
  return [
    ...statement(
      'ReadSecrets',
      'secretsmanager:GetSecretValue',
      // Secrets Manager ends the ARN with six characters of its own.
      managed.map(({ secretsManager }) => here('secretsmanager', `secret:${secretsManager}-??????`)),
    ),
    ...statement(
      'ReadParameters',
      'ssm:GetParameter',
      parameters.map(({ parameter = '' }) => here('ssm', `parameter/${parameter.replace(/^\//, '')}`)),
    ),
    ...keys(
      'DecryptSecrets',
      'secretsmanager',
      managed.map(({ key }) => key),
    ),
    ...keys(
      'DecryptParameters',
      'ssm',
      parameters.map(({ key }) => key),
    ),
  ];
}

function reachBuses(channels: readonly ChannelSettings[]): PolicyStatement[] {
  const resources = [...new Set(channels.flatMap(({ bus }) => (bus === undefined ? [] : [bus])))];
  return resources.length === 0
    ? []
    : [new PolicyStatement({ sid: 'PutEvents', actions: ['events:PutEvents'], resources })];
}

function importFindings(channels: readonly ChannelSettings[]): PolicyStatement[] {
  if (!channels.some(({ type }) => type === 'securityhub')) return [];
  return [
    new PolicyStatement({
      sid: 'ImportFindings',
      actions: ['securityhub:BatchImportFindings'],
      resources: [`arn:${Aws.PARTITION}:securityhub:${Aws.REGION}:${Aws.ACCOUNT_ID}:product/${Aws.ACCOUNT_ID}/default`],
    }),
  ];
}
