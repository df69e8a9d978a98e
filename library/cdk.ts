/**
 * Trailwarden for CDK apps of your own: `import { Trailwarden } from 'trailwarden/cdk'`. docs/constructs.md describes it.
 * It asks for aws-cdk-lib and constructs beside it.
 */

export type { Alarms } from '../lib/audit/alarms.ts';
export { AuditStack, type AuditStackProps } from '../lib/audit/audit-stack.ts';
export type { DeploymentConfig, DeploymentSettings } from '../lib/config/config.ts';
export { ConfigError, checkSettings, readConfig } from '../lib/config/config-file.ts';
export type { CustomerResources } from '../lib/customer/customer-resources.ts';
export { endpointStatements } from '../lib/customer/endpoint-policy.ts';
export { type ReplicatedDeployment, replicaStatements } from '../lib/customer/replica-statements.ts';
export { Trailwarden, type TrailwardenProps } from '../lib/deployment/trailwarden.ts';
export { RulesError } from '../lib/functions/rules-layer.ts';
export { LogArchiveStack, type LogArchiveStackProps } from '../lib/log-archive/log-archive-stack.ts';
export { TrailStack, type TrailStackProps } from '../lib/log-archive/trail-stack.ts';
export type { AlertTopics } from '../lib/stores/alert-topics.ts';
export type { AuditTables } from '../lib/stores/audit-tables.ts';
export { DataStack, type DataStackProps } from '../lib/stores/data-stack.ts';
