import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { AlertDispatcher } from '../alerts/alert-dispatcher.ts';
import { AlertSender } from '../alerts/alert-sender.ts';
import { allChannels } from '../alerts/channels/all-channels.ts';
import { readChannelFilters } from '../alerts/channels/channel-filter.ts';
import { ChannelSet } from '../alerts/channels/channel-set.ts';
import { errorText } from '../alerts/channels/channel-state.ts';
import type { AlertTopics } from '../alerts/channels/publish-to-topic.ts';
import { SuppressionLookup } from '../alerts/noise/suppression-lookup.ts';
import type { Finding } from '../findings/finding.ts';
import { METRICS } from '../shared/metric-names.ts';
import { AlertTable } from '../store/alerts/alert-table.ts';
import { PublicationSlotTable } from '../store/alerts/publication-slots.ts';
import { FindingDaysWriter } from '../store/findings/finding-days.ts';
import { FindingTable } from '../store/findings/finding-table.ts';
import { suppressionsOf } from '../store/suppressions/suppression-table.ts';
import type { SweepEnvironment } from './environment.ts';
import { recordMetric } from './record-metric.ts';
import { RecordedSessions } from './recorded-sessions.ts';
import { reportUnreadableRows } from './report-unreadable-rows.ts';

export interface AlertingClients {
  readonly documents: DynamoDBDocumentClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Records a finding and handles its alert.
 * @param leaders findings of the same event whose alert it may join.
 */
export type Reporter = (finding: Finding, leaders?: readonly Finding[]) => Promise<'new' | 'known'>;

/** The parts that record findings and send alerts, wired for one process. */
export interface Alerting {
  readonly report: Reporter;
  readonly alerts: AlertTable;
  readonly findings: FindingTable;
  readonly channels: ChannelSet;
  readonly slots: PublicationSlotTable;
  readonly sender: AlertSender;
}

/** Wires recording and alerting with given clients. */
export function createAlerting(
  environment: SweepEnvironment,
  { documents, sns, sqs, logger, metrics }: AlertingClients,
  now: () => Date,
): Alerting {
  const alerts = new AlertTable(documents, environment.ALERTS_TABLE, now);
  const findings = new FindingTable(documents, environment.FINDINGS_TABLE);
  const channels = new ChannelSet({
    channels: allChannels({
      sns,
      topics: alertTopics(environment),
      queued: {
        sqs,
        filters: readChannelFilters(environment.CHANNELS_FILE),
        queuePrefix: environment.CHANNEL_QUEUE_PREFIX,
      },
    }),
    deployment: environment.DEPLOYMENT,
    now,
    onFailure: ({ alertId, channel, error, state }) => {
      const details = { alertId, channel, error: errorText(error) };
      if (state === 'given-up') {
        recordMetric(metrics, METRICS.AlertChannelsGivenUp, 1);
        logger.error('A channel of an alert failed for a day and was given up', details);
      } else logger.error('A channel of an alert failed for now: sweep tries it again', details);
    },
  });
  const slots = new PublicationSlotTable(documents, environment.EVENTS_TABLE);
  const sender = new AlertSender({
    store: alerts,
    slots,
    channels,
    maxPerMinute: environment.MAX_ALERTS_PER_MINUTE,
    now,
  });
  const onUnreadableRow = reportUnreadableRows({ logger, metrics, now });
  const source = suppressionsOf(documents, environment.SUPPRESSIONS_TABLE, (suppressionId, reason) =>
    onUnreadableRow({ table: environment.SUPPRESSIONS_TABLE, key: [suppressionId], reason }),
  );
  const suppressions = new SuppressionLookup(source, now);
  const dispatcher = new AlertDispatcher({
    store: alerts,
    sender,
    minimumLevel: environment.MINIMUM_LEVEL,
    windowMinutes: environment.ALERT_WINDOW_MINUTES,
    suppressionOf: (finding) => suppressions.find(finding),
    channels,
    now,
  });
  const days = new FindingDaysWriter({ client: documents, eventsTable: environment.EVENTS_TABLE });
  const sessions = new RecordedSessions();
  const report: Reporter = async (finding, leaders) => {
    if (sessions.isOfAnother(finding)) return 'known';
    await days.note(finding.level, finding.eventTime);
    // A crash after this line is mended by the next try of the same object: what was decided stands in the row.
    const recorded = await findings.record(finding, await dispatcher.decide(finding, leaders), now());
    const { status, decision, eventID } = recorded;
    // The alert of a session is of the event that was recorded: that event's own object mends it.
    if (finding.per === undefined || eventID === finding.eventID) await dispatcher.dispatch(finding, decision);
    sessions.note(finding, eventID);
    return status;
  };
  return { report, alerts, findings, channels, slots, sender };
}

/**
 * Records a finding, then handles its alert. If the function dies in between, the next try of the same object repairs
 * that.
 */
export function createReporter(environment: SweepEnvironment, clients: AlertingClients, now: () => Date): Reporter {
  return createAlerting(environment, clients, now).report;
}

/**
 * Records findings of events that are long past, and alerts nobody. A finding that was recorded when its event was new
 * stays as it is, with the alert that it had.
 */
export function createRecorder(
  { FINDINGS_TABLE, EVENTS_TABLE }: Pick<SweepEnvironment, 'FINDINGS_TABLE' | 'EVENTS_TABLE'>,
  documents: DynamoDBDocumentClient,
  now: () => Date,
): Reporter {
  const findings = new FindingTable(documents, FINDINGS_TABLE);
  const days = new FindingDaysWriter({ client: documents, eventsTable: EVENTS_TABLE });
  const sessions = new RecordedSessions();
  return async (finding) => {
    if (sessions.isOfAnother(finding)) return 'known';
    await days.note(finding.level, finding.eventTime);
    const { status, eventID } = await findings.record(finding, { recordedOnly: true }, now());
    sessions.note(finding, eventID);
    return status;
  };
}

function alertTopics(environment: SweepEnvironment): AlertTopics {
  return {
    alerts: environment.ALERTS_TOPIC_ARN,
    byLevel: {
      critical: environment.CRITICAL_TOPIC_ARN,
      high: environment.HIGH_TOPIC_ARN,
      medium: environment.MEDIUM_TOPIC_ARN,
      low: environment.LOW_TOPIC_ARN,
    },
    ...(environment.CHAT_TOPIC_ARN !== '' && { chat: environment.CHAT_TOPIC_ARN }),
  };
}
