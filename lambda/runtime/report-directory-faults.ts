import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { OnDirectoryFault } from '../directory/directory-fault.ts';
import { METRICS } from '../shared/metric-names.ts';
import { describeError } from './describe-error.ts';
import { recordMetric } from './record-metric.ts';

/** Tells of a part of the directory that can't be read: events go on without what it would tell of them. */
export function reportDirectoryFaults(logger: Logger, metrics: Metrics): OnDirectoryFault {
  return (file, error) => {
    logger.error('What is known beside the records could not be read', { file, error: describeError(error) });
    recordMetric(metrics, METRICS.DirectoryFaults, 1);
  };
}
