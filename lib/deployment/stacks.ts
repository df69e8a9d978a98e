import type { Environment } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AuditStack } from '../audit/audit-stack.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { hasTrailStack } from '../config/existing-sources.ts';
import type { CustomerResources } from '../customer/customer-resources.ts';
import { LogArchiveStack } from '../log-archive/log-archive-stack.ts';
import { TrailStack } from '../log-archive/trail-stack.ts';
import { DataStack } from '../stores/data-stack.ts';

/** All that is deployed. */
export interface DeploymentStacks {
  readonly logArchive: LogArchiveStack;
  readonly data: DataStack;
  readonly audit: AuditStack;
  /** None if the settings ask for no trail and no table for Athena. */
  readonly trail?: TrailStack;
}

/**
 * Makes the stacks of a deployment. Each has the name that the command line knows it by, whatever its place in the app.
 * @throws RulesError if a rule can't be deployed.
 */
export function createStacks(
  scope: Construct,
  config: DeploymentConfig,
  env: Environment,
  given: CustomerResources = {},
): DeploymentStacks {
  const named = (name: string) => `${config.deployment}-${name}`;
  const common = (name: string) => ({ env, config, given, stackName: named(name) });
  const logArchive = new LogArchiveStack(scope, named('log-archive'), common('log-archive'));
  const data = new DataStack(scope, named('data'), { ...common('data'), logArchive });
  const audit = new AuditStack(scope, named('audit'), { ...common('audit'), logArchive, data });
  if (!hasTrailStack(config)) return { logArchive, data, audit };
  // Last, so that somebody listens when the first log object is announced.
  const trail = new TrailStack(scope, named('trail'), { env, config, stackName: named('trail'), logArchive });
  return { logArchive, data, audit, trail };
}
