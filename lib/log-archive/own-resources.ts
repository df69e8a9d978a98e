import { ArnFormat, type Stack } from 'aws-cdk-lib';
import { SERVICES, type ServiceName } from '../../lambda/shared/metric-names.ts';
import { TABLES, type TableName, tableName } from '../../lambda/store/schema.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { existingSources } from '../config/existing-sources.ts';
import {
  bucketArn,
  bucketName,
  functionName,
  queueName,
  stateMachineName,
  TOPICS,
  topicName,
} from '../config/resource-names.ts';

/** How an advanced field selector of `resources.ARN` leaves something out. */
export interface LeftOut {
  readonly notEquals?: readonly string[];
  readonly notStartsWith?: readonly string[];
}

/**
 * What Trailwarden itself reads, writes and calls, by the type that data events name: a trail that recorded it would
 * deliver the records to Trailwarden, which would read and write again, without end. By names, because the trail stands
 * before the audit stack does, and exactly: a table or queue of ours hides nothing of others with a longer name.
 */
export function ownResources(
  stack: Stack,
  { deployment, alerts, sources }: Pick<DeploymentConfig, 'deployment' | 'alerts' | 'sources'>,
): Readonly<Record<string, LeftOut>> {
  const arn = (service: string, resource: string) =>
    stack.formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  // The keys of these tables are their names; Object.keys says only that they are strings.
  const tables = Object.keys(TABLES) as TableName[];
  const functions = Object.keys(SERVICES) as ServiceName[];
  const buckets = ['logs', 'access-logs', 'quarantine', 'backfill'] as const;
  const channels = alerts.channels.map(({ name }) => `channel-${name}` as const);
  const queues = [
    'logs',
    'logs-dead-letter',
    'digests',
    'digests-dead-letter',
    ...(channels.length > 0 ? (['channels-dead-letter', ...channels] as const) : []),
  ] as const;
  return {
    'AWS::S3::Object': {
      notStartsWith: [
        ...buckets.map((name) => `${bucketArn(bucketName(deployment, name))}/`),
        ...existingSources({ sources }).map(({ bucket }) => `${bucketArn(bucket)}/`),
      ],
    },
    'AWS::DynamoDB::Table': {
      notEquals: tables.map((name) => arn('dynamodb', `table/${tableName(deployment, name)}`)),
    },
    'AWS::SQS::Queue': { notEquals: queues.map((name) => arn('sqs', queueName(deployment, name))) },
    'AWS::SNS::Topic': {
      notEquals: [...TOPICS.map((name) => arn('sns', topicName(deployment, name))), ...customerTopics(alerts)],
    },
    'AWS::StepFunctions::StateMachine': {
      notEquals: [arn('states', `stateMachine:${stateMachineName(deployment)}`)],
    },
    'AWS::Lambda::Function': {
      notEquals: functions.map((name) => arn('lambda', `function:${functionName(deployment, name)}`)),
    },
  };
}

/** The customer's topics that alerts go to, each once. */
function customerTopics({ topics: { keys: _, ...topics } }: Pick<DeploymentConfig['alerts'], 'topics'>): string[] {
  return [...new Set(Object.values(topics).filter((arn) => arn !== undefined))];
}
