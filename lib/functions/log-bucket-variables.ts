import type { DeploymentConfig } from '../config/config.ts';
import { existingSources, newTrail } from '../config/existing-sources.ts';
import { bucketName } from '../config/resource-names.ts';
import { SOURCES_FILE } from './audit-function.ts';

/** The variables that say which buckets a function reads. */
export function logBucketVariables(config: DeploymentConfig): { LOG_BUCKETS: string; SOURCES_FILE: string } {
  return {
    LOG_BUCKETS: newTrail(config) === undefined ? '' : bucketName(config.deployment, 'logs'),
    SOURCES_FILE: existingSources(config).length === 0 ? '' : SOURCES_FILE,
  };
}
