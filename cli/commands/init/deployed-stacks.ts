import { TABLES } from '../../../lambda/store/schema.ts';
import { ASSUMPTIONS } from '../cost/cost-assumptions.ts';

/** What a deployment with the defaults is made of: a row a stack, in the order in which they are deployed. */
export const DEPLOYED_STACKS = [
  {
    stack: 'log-archive',
    holds: 'the key, log bucket and bucket of access logs, and the topic that announces log objects',
    resources: { 'AWS::KMS::Key': 1, 'AWS::S3::Bucket': 2, 'AWS::SNS::Topic': 1 },
  },
  {
    stack: 'data',
    holds: `the key, ${Object.keys(TABLES).length} tables, the quarantine bucket, and the bucket of backfills`,
    resources: { 'AWS::KMS::Key': 1, 'AWS::DynamoDB::GlobalTable': Object.keys(TABLES).length, 'AWS::S3::Bucket': 2 },
  },
  {
    stack: 'audit',
    holds: `six functions, four queues, six topics, two schedules, the state machine of backfills, ${ASSUMPTIONS.alarms} alarms, three policies for people`,
    resources: {
      'AWS::Lambda::Function': 6,
      'AWS::SQS::Queue': 4,
      'AWS::SNS::Topic': 6,
      'AWS::Scheduler::Schedule': 2,
      'AWS::CloudWatch::Alarm': ASSUMPTIONS.alarms,
      'AWS::IAM::ManagedPolicy': 3,
      'AWS::StepFunctions::StateMachine': 1,
    },
  },
  {
    stack: 'trail',
    holds: 'the trail, of all regions, with log file validation',
    resources: { 'AWS::CloudTrail::Trail': 1 },
  },
] as const;
