import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';

export const SILENT_LOGGER = new Logger({ logLevel: 'SILENT' });

export const SILENT_METRICS = new Metrics({ namespace: 'bench', serviceName: 'bench' });
SILENT_METRICS.publishStoredMetrics = () => {
  SILENT_METRICS.clearMetrics();
  return SILENT_METRICS;
};
