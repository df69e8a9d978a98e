/**
 * What the role that CloudFormation works with needs, where the bootstrap's policy (AdministratorAccess) is replaced by a
 * narrower one: by service, what is created, changed and deleted with it.
 */
export const DEPLOYING_RIGHTS: readonly { readonly service: string; readonly on: string }[] = [
  { service: 'cloudtrail', on: 'the trail, its selectors, and StartLogging' },
  { service: 'cloudwatch', on: 'alarms' },
  {
    service: 'dynamodb',
    on: 'tables, their time to live and point-in-time recovery; application-autoscaling with billing: provisioned',
  },
  {
    service: 'iam',
    on: "roles, their policies and managed policies whose names begin with the deployment's; PassRole to lambda, scheduler and states",
  },
  {
    service: 'kms',
    on: 'CreateKey, and all that manages keys and aliases; CreateGrant, Decrypt and GenerateDataKey through dynamodb, sns and logs',
  },
  { service: 'lambda', on: 'functions, the layer, event source mappings, event invoke configurations' },
  { service: 'logs', on: 'log groups, their retention and key' },
  {
    service: 's3',
    on: "buckets whose names begin with the deployment's, and all of their settings; GetObject on the bootstrap's bucket",
  },
  { service: 'scheduler', on: 'schedules' },
  { service: 'sns, sqs', on: 'topics, subscriptions, queues and their policies' },
  { service: 'stepfunctions', on: 'the state machine of backfills (actions of states:)' },
  { service: 'ssm', on: "GetParameters on the bootstrap's version" },
];
