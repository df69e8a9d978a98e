import { Aspects, type Stack, Tags } from 'aws-cdk-lib';
import { CfnRole, ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { DeploymentConfig } from '../config/config.ts';

/** What a company asks of everything that is deployed: tags, and of every role its path and boundary. */
export function meetDemands(stack: Stack, { roles, tags }: Pick<DeploymentConfig, 'roles' | 'tags'>): void {
  for (const [key, value] of Object.entries(tags)) Tags.of(stack).add(key, value);
  if (roles.permissionsBoundary !== undefined) {
    PermissionsBoundary.of(stack).apply(
      ManagedPolicy.fromManagedPolicyArn(stack, 'PermissionsBoundary', roles.permissionsBoundary),
    );
  }
  if (roles.path !== '/') {
    // Every role, also those that constructs of CDK make.
    Aspects.of(stack).add({
      visit(node) {
        if (CfnRole.isCfnRole(node)) node.path = roles.path;
      },
    });
  }
}
