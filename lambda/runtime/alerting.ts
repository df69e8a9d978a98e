import type { Logger } from '@aws-lambda-powertools/logger';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { AlertDispatcher } from '../alerts/dispatcher.ts';
import { AlertPublisher, type AlertTopics } from '../alerts/publisher.ts';
import type { Finding } from '../findings/finding.ts';
import { AlertTable } from '../index/alert-table.ts';
import { FindingTable } from '../index/finding-table.ts';
import { KnownDaysWriter } from '../index/known-days.ts';
import type { SweepEnvironment } from './environment.ts';

export interface AlertingClients {
  readonly documents: DynamoDBDocumentClient;
  readonly sns: SNSClient;
  readonly logger: Logger;
}

/** The alert topics that the environment names. */
export function alertTopics(environment: SweepEnvironment): AlertTopics {
  return {
    alerts: environment.ALERTS_TOPIC_ARN,
    byLevel: {
      critical: environment.CRITICAL_TOPIC_ARN,
      high: environment.HIGH_TOPIC_ARN,
      medium: environment.MEDIUM_TOPIC_ARN,
      low: environment.LOW_TOPIC_ARN,
    },
  };
}

/** Records a finding, then sees to its alert: a crash in between is mended by the next try of the same object. */
export function createReporter(
  environment: SweepEnvironment,
  { documents, sns, logger }: AlertingClients,
  now: () => Date,
): (finding: Finding) => Promise<'new' | 'known'> {
  const findings = new FindingTable(documents, environment.FINDINGS_TABLE);
  const days = new KnownDaysWriter({
    client: documents,
    eventsTable: environment.EVENTS_TABLE,
    retentionDays: environment.RETENTION_DAYS,
    now,
  });
  const dispatcher = new AlertDispatcher({
    store: new AlertTable(documents, environment.ALERTS_TABLE),
    publisher: new AlertPublisher(sns, alertTopics(environment)),
    minimumLevel: environment.MINIMUM_LEVEL,
    windowMinutes: environment.ALERT_WINDOW_MINUTES,
    now,
    onFailure: (alertId, error) =>
      logger.warn('An alert could not be published for now: sweep tries again', {
        alertId,
        error: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error',
      }),
  });
  return async (finding) => {
    await days.noteFinding(finding.level, finding.eventTime);
    const recorded = await findings.record(finding, dispatcher.alertId(finding), now());
    await dispatcher.dispatch(finding);
    return recorded;
  };
}
