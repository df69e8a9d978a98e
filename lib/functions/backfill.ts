import { Aws, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnStateMachine, type IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { backfillStates } from '../../lambda/backfill/state-machine.ts';
import { bucketName, iamName, stateMachineName } from '../config/resource-names.ts';
import { backfillFiles } from '../stores/backfill-bucket.ts';
import { BackfillBatch, type BackfillFunctionProps, BackfillList } from './backfill-functions.ts';
import { acknowledgeObjects } from './permissions/acknowledge-objects.ts';
import { useKeyThrough } from './permissions/permissions.ts';

/** The reason for the wildcard in the ARN of executions, for cdk-nag. */
export const EXECUTIONS = 'The executions of this one state machine, which are named when they begin.';

/**
 * The state machine that reads what was there before, and its two functions. Its definition is the one that runs on a laptop;
 * and its role is written by hand, as CDK's constructs for a Distributed Map leave the rights to the list's key out (issue
 * 32144 of CDK), and in nested states those to the children too (29266, 28820).
 */
export class Backfill extends Construct {
  readonly list: BackfillList;
  readonly batch: BackfillBatch;
  readonly stateMachine: IStateMachine;
  /** Made of its name: a policy may name it before it is there. */
  readonly stateMachineArn: string;
  /** Of its executions. */
  readonly executionsArn: string;

  constructor(scope: Construct, id: string, props: BackfillFunctionProps) {
    super(scope, id);
    const { config, settings } = props;
    const { deployment } = config;
    const name = stateMachineName(deployment);
    const arn = (resource: string, name: string) =>
      `arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}:${name}`;
    this.stateMachineArn = arn('stateMachine', name);
    this.executionsArn = arn('execution', `${name}:*`);
    this.list = new BackfillList(this, 'List', props);
    this.batch = new BackfillBatch(this, 'Batch', props);
    const role = new Role(this, 'Role', {
      roleName: iamName(deployment, 'backfill'),
      description: `${deployment}: what the state machine of backfills may do`,
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          // As AWS's page on the confused deputy has it: children of a Distributed Map have a longer name.
          ArnLike: { 'aws:SourceArn': arn('stateMachine', '*') },
        },
      }),
    });
    const statements = [
      new PolicyStatement({
        sid: 'CallTheFunctions',
        actions: ['lambda:InvokeFunction'],
        resources: [this.list.function.functionArn, this.batch.function.functionArn],
      }),
      new PolicyStatement({
        sid: 'ReadTheList',
        actions: ['s3:GetObject'],
        resources: [backfillFiles(deployment)],
        conditions: { StringEquals: { 's3:ResourceAccount': Aws.ACCOUNT_ID } },
      }),
      useKeyThrough('DecryptTheList', settings.key, ['s3'], ['kms:Decrypt']),
      // "IAM policies for using Distributed Map states": a child is an execution of the same state machine.
      new PolicyStatement({
        sid: 'StartChildren',
        actions: ['states:StartExecution'],
        resources: [this.stateMachineArn],
      }),
      new PolicyStatement({
        sid: 'FollowAndStopChildren',
        actions: ['states:DescribeExecution', 'states:StopExecution'],
        resources: [this.executionsArn],
      }),
    ];
    for (const statement of statements) role.addToPrincipalPolicy(statement);
    acknowledgeObjects(
      role,
      backfillFiles(deployment),
      'The lists of all backfills: each has a folder that is named by its time.',
    );
    acknowledgeObjects(role, this.executionsArn, EXECUTIONS);
    const machine = new CfnStateMachine(this, 'StateMachine', {
      stateMachineName: name,
      stateMachineType: 'STANDARD',
      roleArn: role.roleArn,
      definitionString: Stack.of(this).toJsonString(
        backfillStates({
          list: this.list.function.functionArn,
          batch: this.batch.function.functionArn,
          workBucket: bucketName(deployment, 'backfill'),
          partition: Aws.PARTITION,
        }),
      ),
    });
    this.stateMachine = StateMachine.fromStateMachineArn(this, 'ByName', this.stateMachineArn);
    // Its rights are looked at when it is made.
    machine.node.addDependency(role);
    Validations.of(machine).acknowledge({
      id: 'AwsSolutions-SF1',
      reason:
        'The functions log each batch, and the work bucket has the result of each. Logs of Step Functions would need rights on every log group.',
    });
    Validations.of(machine).acknowledge({ id: 'AwsSolutions-SF2', reason: 'Nothing here is traced with X-Ray.' });
  }
}
