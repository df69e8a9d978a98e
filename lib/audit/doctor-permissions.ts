import { Aws, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { TableName } from '../../lambda/store/schema.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { bucketArn, bucketName } from '../config/resource-names.ts';
import type { OperatorPolicyProps } from './operator-policy.ts';

/** The stacks of a deployment, by what follows its name. */
const STACKS = ['log-archive', 'data', 'audit', 'trail'] as const;

/** What `trailwarden doctor` looks at beside what every operator may ask and send: settings alone, and none is changed. */
export function checkTheDeployment(props: OperatorPolicyProps): PolicyStatement[] {
  const { config, tables, topics, functions, notify, deliveryTopic } = props;
  const { deployment, trail } = config;
  // Made from the keys of TABLES.
  const names = Object.keys(tables) as TableName[];
  const statement = (sid: string, actions: string[], resources: string[]) =>
    new PolicyStatement({ sid, actions, resources });
  return [
    statement(
      'CheckTheTrail',
      ['cloudtrail:GetTrail', 'cloudtrail:GetTrailStatus'],
      [`arn:${Aws.PARTITION}:cloudtrail:${Aws.REGION}:${Aws.ACCOUNT_ID}:trail/${trail.name}`],
    ),
    statement('CheckTheStacks', ['cloudformation:DescribeStacks'], stackArns(deployment)),
    statement(
      'CheckTheTables',
      ['dynamodb:DescribeTable'],
      names.map((name) => tables[name].tableArn),
    ),
    statement(
      'CheckTheTopics',
      ['sns:GetTopicAttributes', 'sns:ListSubscriptionsByTopic'],
      [deliveryTopic, ...topics.published, topics.operations].map((topic) => topic.topicArn),
    ),
    statement(
      'CheckTheLogBucket',
      ['s3:GetBucketNotification', 's3:GetBucketPolicy'],
      [bucketArn(bucketName(deployment, 'logs'))],
    ),
    statement(
      'CheckTheFunctions',
      ['lambda:GetFunctionConfiguration'],
      [...functions, ...(notify === undefined ? [] : [notify])].map((it) => it.functionArn),
    ),
  ];
}

function stackArns(deployment: string): string[] {
  // A stack's ARN ends with an id that is made with it.
  return STACKS.map(
    (name) => `arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/${deployment}-${name}/*`,
  );
}

/** The reason for the wildcard in the ARNs of stacks, for cdk-nag. */
export function acknowledgeStacks(scope: IConstruct, { deployment }: DeploymentConfig): void {
  for (const name of STACKS) {
    Validations.of(scope).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/${deployment}-${name}/*]`,
      reason: 'One stack each: what follows its name is an id that nobody knows beforehand.',
    });
  }
}
