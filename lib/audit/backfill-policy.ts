import { Aws } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { bucketArn, bucketName, iamName } from '../config/resource-names.ts';
import { type Backfill, EXECUTIONS } from '../functions/backfill.ts';
import { acknowledgeObjects } from '../functions/permissions/acknowledge-objects.ts';
import { useKeyThrough } from '../functions/permissions/permissions.ts';
import { backfillFiles } from '../stores/backfill-bucket.ts';

export interface BackfillPolicyProps {
  readonly config: DeploymentConfig;
  readonly key: IKey;
  readonly backfill: Pick<Backfill, 'list' | 'stateMachineArn' | 'executionsArn'>;
}

/**
 * What `trailwarden backfill` needs, for whoever may spend what a backfill costs. It reads no log object: an estimate, the
 * list and the reading have the functions' rights. Attached to nobody here.
 */
export class BackfillPolicy extends ManagedPolicy {
  constructor(scope: Construct, id: string, { config, key, backfill }: BackfillPolicyProps) {
    const { deployment } = config;
    const conditions = { StringEquals: { 's3:ResourceAccount': Aws.ACCOUNT_ID } };
    super(scope, id, {
      managedPolicyName: iamName(deployment, 'backfill-operator'),
      description: `${deployment}: estimate, start, follow, stop and resume backfills`,
      statements: [
        new PolicyStatement({
          sid: 'EstimateBackfills',
          actions: ['lambda:InvokeFunction'],
          resources: [backfill.list.function.functionArn],
        }),
        new PolicyStatement({
          sid: 'StartBackfills',
          actions: ['states:StartExecution'],
          resources: [backfill.stateMachineArn],
        }),
        new PolicyStatement({
          sid: 'FollowAndStopBackfills',
          actions: ['states:DescribeExecution', 'states:StopExecution'],
          resources: [backfill.executionsArn],
        }),
        new PolicyStatement({
          sid: 'ReadResults',
          actions: ['s3:GetObject'],
          resources: [backfillFiles(deployment)],
          conditions,
        }),
        new PolicyStatement({
          sid: 'ListResults',
          actions: ['s3:ListBucket'],
          resources: [bucketArn(bucketName(deployment, 'backfill'))],
          conditions,
        }),
        useKeyThrough('DecryptResults', key, ['s3'], ['kms:Decrypt']),
      ],
    });
    acknowledgeObjects(
      this,
      backfillFiles(deployment),
      'The files of all backfills: each has a folder that is named by its time.',
    );
    acknowledgeObjects(this, backfill.executionsArn, EXECUTIONS);
  }
}
