import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { existingSources } from '../config/existing-sources.ts';
import { iamName } from '../config/resource-names.ts';
import { acknowledgeSources, readSources } from '../functions/permissions/source-permissions.ts';

/**
 * What auditors and operators need beside their own policies to read raw records in buckets that trails write to already.
 * A policy of its own, because one of AWS holds 6,144 characters and each source takes some hundred. Attached to nobody
 * here.
 */
export class SourcePolicy extends ManagedPolicy {
  constructor(scope: Construct, id: string, { config }: { readonly config: DeploymentConfig }) {
    const { deployment } = config;
    super(scope, id, {
      managedPolicyName: iamName(deployment, 'sources'),
      description: `${deployment}: read the buckets of the sources, and see whether they announce their objects`,
      statements: readSources(config, { versions: true, notification: true }),
    });
    acknowledgeSources(this, existingSources(config));
  }
}
