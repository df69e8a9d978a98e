import { Aws } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { bucketArn, bucketName, iamName } from '../config/resource-names.ts';
import { acknowledgeObjects } from '../functions/permissions/acknowledge-objects.ts';
import { onTable, publishTo, useKeyThrough, useTopicKeys, writePages } from '../functions/permissions/permissions.ts';
import { quarantinedRecords } from '../stores/quarantine-bucket.ts';
import { acknowledgeChecks, checkTheDeployment } from './doctor-permissions.ts';
import type { OperatorPolicyProps } from './operator-policy-props.ts';

/**
 * What an operator's role needs beside the auditors' policy: `suppress`, `findings mark`, `alert test`, `redrive`, `doctor`.
 * It changes no segment or alert, of a finding the mark alone, and deletes nothing but messages that it has sent on.
 * Attached to nobody here. Without what auditors have, because a managed policy holds 6,144 characters.
 */
export class OperatorPolicy extends ManagedPolicy {
  constructor(scope: Construct, id: string, props: OperatorPolicyProps) {
    const { deployment } = props.config;
    super(scope, id, {
      managedPolicyName: iamName(deployment, 'operator'),
      description: `${deployment}: suppress alerts, send a test alert, let objects be read again, check the deployment`,
      statements: [
        ...suppress(props),
        markFindings(props),
        ...redrive(props),
        publishTo(props.topics.published),
        ...useTopicKeys(props.topics),
        ...testChannels(props),
        ...checkTheDeployment(props),
        useKeyThrough('UseTheAuditKey', props.key, ['dynamodb', 's3', 'sns'], ['kms:Decrypt', 'kms:GenerateDataKey']),
      ],
    });
    acknowledgeChecks(this, props.config);
    acknowledgeObjects(
      this,
      quarantinedRecords(deployment),
      'Rejected records, in the one folder of the bucket that is for nothing else: their keys are those of log objects.',
    );
  }
}

/** A change of a suppression is written in one transaction with its own event, which asks for the rights of its writes. */
function suppress({ tables }: OperatorPolicyProps): PolicyStatement[] {
  return [
    onTable('ChangeSuppressions', tables.suppressions, ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem']),
    onTable('RecordTheChange', tables.events, ['dynamodb:PutItem']),
    writePages(tables),
  ];
}

/** A finding's mark is an attribute of its own: nothing else of what was found can be changed with it. */
function markFindings({ tables }: OperatorPolicyProps): PolicyStatement {
  const statement = onTable('MarkFindings', tables.findings, ['dynamodb:UpdateItem']);
  statement.addConditions({
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['findingId', 'mark'] },
    StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
  });
  return statement;
}

function testChannels({ notify }: OperatorPolicyProps): PolicyStatement[] {
  if (notify === undefined) return [];
  return [
    new PolicyStatement({
      sid: 'TestChannels',
      actions: ['lambda:InvokeFunction'],
      resources: [notify.functionArn],
    }),
  ];
}

function redrive({ config, tables, logQueue, digestQueue }: OperatorPolicyProps): PolicyStatement[] {
  const queues = [logQueue, digestQueue];
  const quarantine = bucketArn(bucketName(config.deployment, 'quarantine'));
  const ofThisAccount = { StringEquals: { 's3:ResourceAccount': Aws.ACCOUNT_ID } };
  return [
    onTable('ReopenObjects', tables.ledger, ['dynamodb:UpdateItem']),
    new PolicyStatement({
      sid: 'QueueObjects',
      actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
      resources: queues.map(({ queue }) => queue.queueArn),
    }),
    new PolicyStatement({
      sid: 'TakeDeadLetters',
      actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
      resources: queues.map(({ deadLetterQueue }) => deadLetterQueue.queueArn),
    }),
    new PolicyStatement({
      sid: 'ReadQuarantinedRecords',
      actions: ['s3:GetObject'],
      resources: [quarantinedRecords(config.deployment)],
      conditions: ofThisAccount,
    }),
    new PolicyStatement({
      // Without it S3 answers a copy that has expired with 403, and what is lost couldn't be named.
      sid: 'TellExpiredFromForbidden',
      actions: ['s3:ListBucket'],
      resources: [quarantine],
      conditions: ofThisAccount,
    }),
  ];
}
