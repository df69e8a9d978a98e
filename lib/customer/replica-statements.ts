import { Aws } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DeploymentConfig } from '../config/config.ts';
import { bucketArn } from '../config/resource-names.ts';

/** The deployment whose log objects are copied. */
export interface ReplicatedDeployment {
  readonly deployment: string;
  readonly account: string;
  readonly region: string;
  /** As `roles.path` has it. */
  readonly rolePath?: string;
}

/**
 * What the owner of the bucket and key of `logBucket.replication` must allow, in the bucket's policy and in the key's. Both
 * name the replicating role in a condition and its account as the principal: so they may be there before the role is.
 */
export function replicaStatements(
  { deployment, account, region, rolePath = '/' }: ReplicatedDeployment,
  to: Pick<NonNullable<DeploymentConfig['logBucket']['replication']>, 'bucket' | 'region'>,
): { readonly bucket: PolicyStatement; readonly key: PolicyStatement } {
  const role = `arn:${Aws.PARTITION}:iam::${account}:role${rolePath}${deployment}-replication-${region}`;
  const principals = [new AccountPrincipal(account)];
  const byTheRole = { ArnEquals: { 'aws:PrincipalArn': role } };
  return {
    bucket: new PolicyStatement({
      sid: 'AllowReplicasOfLogObjects',
      principals,
      actions: ['s3:ReplicateObject', 's3:ReplicateTags', 's3:ObjectOwnerOverrideToBucketOwner'],
      resources: [`${bucketArn(to.bucket)}/*`],
      conditions: byTheRole,
    }),
    key: new PolicyStatement({
      sid: 'AllowReplicasOfLogObjects',
      principals,
      actions: ['kms:Encrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: {
        ...byTheRole,
        StringEquals: { 'kms:ViaService': `s3.${to.region}.${Aws.URL_SUFFIX}` },
      },
    }),
  };
}
