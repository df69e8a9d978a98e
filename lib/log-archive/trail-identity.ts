import { Aws, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { newTrail } from '../config/existing-sources.ts';

/** The trail that a deployment makes, as CloudTrail names it where it writes and encrypts. */
export interface TrailIdentity {
  readonly arn: string;
  /** The account that the trail belongs to: of an organization's, the management account, whoever deploys it. */
  readonly account: string;
  /** Of an organization's trail. */
  readonly organizationId?: string;
}

/** Undefined if the deployment makes no trail. */
export function trailIdentity(
  scope: Construct,
  config: Pick<DeploymentConfig, 'sources' | 'trail'>,
): TrailIdentity | undefined {
  const source = newTrail(config);
  if (source === undefined) return undefined;
  const organization = source.type === 'organization-trail' ? source : undefined;
  const account = organization?.managementAccount ?? Aws.ACCOUNT_ID;
  const arn = Stack.of(scope).formatArn({
    service: 'cloudtrail',
    resource: 'trail',
    resourceName: config.trail.name,
    ...(organization !== undefined && { account }),
  });
  return { arn, account, ...(organization !== undefined && { organizationId: organization.organizationId }) };
}
