import { Aws, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { bucketArn, bucketName } from '../config/resource-names.ts';
import { trailIdentity } from '../log-archive/trail-identity.ts';
import type { OperatorPolicyProps } from './operator-policy-props.ts';

/** The stacks of a deployment, by what follows its name. */
const STACKS = ['log-archive', 'data', 'audit', 'trail'] as const;

/** What `trailwarden doctor` looks at beside what every operator may ask and send: settings alone, and none is changed. */
export function checkTheDeployment(props: OperatorPolicyProps): PolicyStatement[] {
  const { config, topics, functions, notify, deliveryTopic } = props;
  const { deployment } = config;
  // Of an organization's trail it names the management account, whoever deploys it.
  const trail = trailIdentity(topics, config);
  const statement = (sid: string, actions: string[], resources: string[]) =>
    new PolicyStatement({ sid, actions, resources });
  return [
    ...(trail === undefined
      ? []
      : [statement('CheckTheTrail', ['cloudtrail:GetTrail', 'cloudtrail:GetTrailStatus'], [trail.arn])]),
    statement('CheckTheStacks', ['cloudformation:DescribeStacks'], stackArns(deployment)),
    statement('CheckTheTables', ['dynamodb:DescribeTable'], [allTables(deployment)]),
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

/** By what their names begin with: a managed policy holds 6,144 characters, and one by one they would take an eighth of it. */
function allTables(deployment: string): string {
  return `arn:${Aws.PARTITION}:dynamodb:${Aws.REGION}:${Aws.ACCOUNT_ID}:table/${deployment}-*`;
}

function stackArns(deployment: string): string[] {
  // A stack's ARN ends with an id that is made with it.
  return STACKS.map(
    (name) => `arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/${deployment}-${name}/*`,
  );
}

/** The reasons for the wildcards in the ARNs of tables and stacks, for cdk-nag. */
export function acknowledgeChecks(scope: IConstruct, { deployment }: DeploymentConfig): void {
  Validations.of(scope).acknowledge({
    id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/${deployment}-*]`,
    reason:
      'The settings of tables alone, and nothing that they hold: those whose names begin as the deployment is called.',
  });
  for (const name of STACKS) {
    Validations.of(scope).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/${deployment}-${name}/*]`,
      reason: 'One stack each: what follows its name is an id that nobody knows beforehand.',
    });
  }
}
