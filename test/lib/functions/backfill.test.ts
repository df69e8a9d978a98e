import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { backfillStates } from '../../../lambda/backfill/state-machine.ts';
import { readBackfillBatchEnvironment, readBackfillListEnvironment } from '../../../lambda/runtime/environment.ts';
import { definitionSchema } from '../../../local/states/definition.ts';
import { allow, CORRELATES, via } from '../support/allowed.ts';
import { synthesize } from '../support/deployment.ts';
import { readable, resources, statements } from '../support/template.ts';

const { audit, data } = synthesize('backfill: { maxConcurrency: 40, toleratedFailurePercentage: 0 }');
const functions = resources(audit, 'AWS::Lambda::Function');
const policies = resources(audit, 'AWS::IAM::Policy');

const LOGS = 'arn:aws:s3:::trailwarden-logs-111122223333-eu-central-1';
const WORK = 'arn:aws:s3:::trailwarden-backfill-111122223333-eu-central-1';
const STATES = 'arn:aws:states:eu-central-1:111122223333';
const OF_THIS_ACCOUNT = { StringEquals: { 's3:ResourceAccount': '111122223333' } };

const variablesOf = (name: string) =>
  (functions[name] as { Environment: { Variables: NodeJS.ProcessEnv } }).Environment.Variables;

const keepsFiles = (actions: string | string[]) => ({
  KeepListsAndResults: allow(actions, `${WORK}/runs/*`, OF_THIS_ACCOUNT),
  TellNoneFromForbidden: allow('s3:ListBucket', WORK, OF_THIS_ACCOUNT),
});
const READS_LOGS = {
  ReadLogObjects: allow('s3:GetObject', `${LOGS}/AWSLogs/*`),
  TellMissingFromForbidden: allow('s3:ListBucket', LOGS),
  DecryptLogObjects: allow('kms:Decrypt', '<log-archive:Key.Arn>', via('s3')),
};

describe('the function that lists', () => {
  test('has the variables that its handler reads, with the settings that backfills go by', () => {
    expect(readBackfillListEnvironment(variablesOf('BackfillListFunction'))).toMatchObject({
      LOG_BUCKETS: ['trailwarden-logs-111122223333-eu-central-1'],
      WORK_BUCKET: 'trailwarden-backfill-111122223333-eu-central-1',
      MAX_CONCURRENCY: 40,
      TOLERATED_FAILURE_PERCENTAGE: 0,
    });
    expect(functions.BackfillListFunction).toMatchObject({ FunctionName: 'trailwarden-backfill-list', Timeout: 900 });
  });

  test('may list and read, ask the ledger and keep its lists, and nothing else', () => {
    expect(statements(policies.BackfillListRoleDefaultPolicy?.PolicyDocument)).toEqual({
      WriteLogs: allow(['logs:CreateLogStream', 'logs:PutLogEvents'], '<BackfillListLogs.Arn>'),
      ...READS_LOGS,
      AskWhichAreRead: allow('dynamodb:Query', '<data:Tablesledger.Arn>/index/by-account-region-day'),
      KeepSeenValues: allow(['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], '<data:Tablescorrelations.Arn>', {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['seen#*'] },
      }),
      ...keepsFiles(['s3:GetObject', 's3:PutObject']),
      UseTheAuditKey: allow(['kms:Decrypt', 'kms:GenerateDataKey'], '<data:Key.Arn>', via('dynamodb', 's3')),
    });
  });
});

describe('the function that reads a batch', () => {
  test('has the variables that its handler reads, and ends before the child execution does', () => {
    expect(readBackfillBatchEnvironment(variablesOf('BackfillBatchFunction'))).toMatchObject({
      LOG_BUCKETS: ['trailwarden-logs-111122223333-eu-central-1'],
      QUARANTINE_BUCKET: 'trailwarden-quarantine-111122223333-eu-central-1',
      WORK_BUCKET: 'trailwarden-backfill-111122223333-eu-central-1',
      PAGE_SHARDS: 1,
    });
    const { Timeout } = z.looseObject({ Timeout: z.number() }).parse(functions.BackfillBatchFunction);
    expect(Timeout).toBeLessThan(300);
    expect(Timeout).toBeGreaterThanOrEqual(2 * 120);
  });

  test('may do what ingest does with objects, without its queue', () => {
    expect(statements(policies.BackfillBatchRoleDefaultPolicy?.PolicyDocument)).toEqual({
      WriteLogs: allow(['logs:CreateLogStream', 'logs:PutLogEvents'], '<BackfillBatchLogs.Arn>'),
      ...READS_LOGS,
      QuarantineRecords: allow(
        's3:PutObject',
        'arn:aws:s3:::trailwarden-quarantine-111122223333-eu-central-1/rejected/*',
      ),
      ...keepsFiles(['s3:GetObject', 's3:PutObject']),
      // For objects that ingest has only not come to yet.
      IndexEvents: allow(['dynamodb:BatchWriteItem', 'dynamodb:PutItem'], '<data:Tablesevents.Arn>'),
      Correlate: allow(CORRELATES, '<data:Tablescorrelations.Arn>'),
      WritePages: allow('dynamodb:PutItem', '<data:Tablessegments.Arn>', {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['page#*'] },
      }),
      RaisePageShards: allow('dynamodb:UpdateItem', '<data:Tablessegments.Arn>', {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['state'] },
      }),
      UpdateBookkeeping: allow('dynamodb:UpdateItem', '<data:Tablesevents.Arn>', {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['trailwarden'] },
      }),
      RecordFindings: allow(['dynamodb:PartiQLInsert', 'dynamodb:PutItem'], '<data:Tablesfindings.Arn>'),
      OpenAlerts: allow(['dynamodb:PutItem', 'dynamodb:UpdateItem'], '<data:Tablesalerts.Arn>'),
      AskSuppressions: allow('dynamodb:Query', '<data:Tablessuppressions.Arn>/index/by-rule'),
      KeepTheLedger: allow(['dynamodb:Query', 'dynamodb:UpdateItem'], '<data:Tablesledger.Arn>'),
      PublishAlerts: allow(
        'sns:Publish',
        ['alerts', 'critical', 'high', 'low', 'medium'].map((name) => `<Topics${name}>`),
      ),
      UseTheAuditKey: allow(['kms:Decrypt', 'kms:GenerateDataKey'], '<data:Key.Arn>', via('dynamodb', 's3', 'sns')),
    });
  });
});

describe('the state machine', () => {
  const { BackfillStateMachine } = resources(audit, 'AWS::StepFunctions::StateMachine');
  const definition: unknown = JSON.parse(String(BackfillStateMachine?.DefinitionString));

  test('is the one that runs on a laptop, with the functions and the bucket of the deployment', () => {
    expect(definition).toEqual(
      backfillStates({
        list: '<BackfillListFunction.Arn>',
        batch: '<BackfillBatchFunction.Arn>',
        workBucket: 'trailwarden-backfill-111122223333-eu-central-1',
        partition: 'aws',
      }),
    );
    expect(definitionSchema.safeParse(definition).error).toBeUndefined();
  });

  test('has a Distributed Map with Express children, at its top, without what its own result would break', () => {
    const { ReadBatches } = definitionSchema.parse(definition).States;
    expect(ReadBatches).toMatchObject({
      Type: 'Map',
      ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: { InputType: 'JSONL' } },
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' } },
      ResultPath: null,
    });
    for (const left of ['ItemBatcher', 'ResultWriter', 'ToleratedFailurePercentage', 'MaxConcurrency']) {
      expect(ReadBatches).not.toHaveProperty(left);
    }
  });

  // What CDK's own constructs leave out: 28820 and 29266 (children), 32144 (the key of the list's bucket).
  test('may call its functions, read and decrypt its list, start its children and follow them, and nothing else', () => {
    expect(statements(policies.BackfillRoleDefaultPolicy?.PolicyDocument)).toEqual({
      CallTheFunctions: allow('lambda:InvokeFunction', ['<BackfillBatchFunction.Arn>', '<BackfillListFunction.Arn>']),
      ReadTheList: allow('s3:GetObject', `${WORK}/runs/*`, OF_THIS_ACCOUNT),
      DecryptTheList: allow('kms:Decrypt', '<data:Key.Arn>', via('s3')),
      StartChildren: allow('states:StartExecution', `${STATES}:stateMachine:trailwarden-backfill`),
      FollowAndStopChildren: allow(
        ['states:DescribeExecution', 'states:StopExecution'],
        `${STATES}:execution:trailwarden-backfill:*`,
      ),
    });
  });

  test('has a role that Step Functions of this account alone assumes, and that is there before it', () => {
    expect(resources(audit, 'AWS::IAM::Role').BackfillRole?.AssumeRolePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'states.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': '111122223333' },
            ArnLike: { 'aws:SourceArn': `${STATES}:stateMachine:*` },
          },
        },
      ],
    });
    const [machine] = Object.values(audit.findResources('AWS::StepFunctions::StateMachine'));
    expect(JSON.stringify(machine?.DependsOn)).toMatch(/BackfillRoleDefaultPolicy/);
  });
});

test('the work bucket is encrypted with the audit key, closed to the public, and forgets', () => {
  const { Backfill } = resources(data, 'AWS::S3::Bucket');
  expect(Backfill).toMatchObject({
    BucketName: 'trailwarden-backfill-111122223333-eu-central-1',
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        {
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { KMSMasterKeyID: '<Key.Arn>', SSEAlgorithm: 'aws:kms' },
        },
      ],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    LoggingConfiguration: { LogFilePrefix: 'backfill/' },
  });
  expect(JSON.stringify(readable(Backfill?.LifecycleConfiguration))).toContain('"ExpirationInDays":90');
});

test('the policy for those who run backfills reads results and starts, follows and stops executions, and nothing else', () => {
  const { BackfillPolicy } = resources(audit, 'AWS::IAM::ManagedPolicy');
  expect(BackfillPolicy).toMatchObject({ ManagedPolicyName: 'trailwarden-backfill-operator-eu-central-1' });
  expect(statements(BackfillPolicy?.PolicyDocument)).toEqual({
    EstimateBackfills: allow('lambda:InvokeFunction', '<BackfillListFunction.Arn>'),
    StartBackfills: allow('states:StartExecution', `${STATES}:stateMachine:trailwarden-backfill`),
    FollowAndStopBackfills: allow(
      ['states:DescribeExecution', 'states:StopExecution'],
      `${STATES}:execution:trailwarden-backfill:*`,
    ),
    ReadResults: allow('s3:GetObject', `${WORK}/runs/*`, OF_THIS_ACCOUNT),
    ListResults: allow('s3:ListBucket', WORK, OF_THIS_ACCOUNT),
    DecryptResults: allow('kms:Decrypt', '<data:Key.Arn>', via('s3')),
  });
});

test('an alarm tells of a backfill that failed', () => {
  Template.fromJSON(audit.toJSON()).hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'trailwarden-backfill-failed',
    Namespace: 'AWS/States',
    MetricName: 'ExecutionsFailed',
  });
});
