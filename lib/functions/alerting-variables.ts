import type { SweepVariables } from '../../lambda/runtime/environment.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { knowsAnything } from '../config/directory-content.ts';
import { fetchesNames } from '../config/names-settings.ts';
import { bucketName } from '../config/resource-names.ts';
import type { AlertTopics } from '../stores/alert-topics.ts';
import type { AuditTables } from '../stores/audit-tables.ts';
import { CHANNELS_FILE, DIRECTORY_FILE, RULES_FILE } from './audit-function.ts';
import { channelQueuePrefix } from './channel-queues.ts';

export interface AlertingVariablesProps {
  readonly config: DeploymentConfig;
  readonly tables: AuditTables['tables'];
  readonly topics: AlertTopics;
}

/** The variables of every function that records findings and sends alerts. */
export function alertingVariables({ config, tables, topics }: AlertingVariablesProps): SweepVariables {
  return {
    EVENTS_TABLE: tables.events.tableName,
    FINDINGS_TABLE: tables.findings.tableName,
    ALERTS_TABLE: tables.alerts.tableName,
    LEDGER_TABLE: tables.ledger.tableName,
    CORRELATIONS_TABLE: tables.correlations.tableName,
    SUPPRESSIONS_TABLE: tables.suppressions.tableName,
    ALERTS_TOPIC_ARN: topics.programs.topicArn,
    CRITICAL_TOPIC_ARN: topics.byLevel.critical.topicArn,
    HIGH_TOPIC_ARN: topics.byLevel.high.topicArn,
    MEDIUM_TOPIC_ARN: topics.byLevel.medium.topicArn,
    LOW_TOPIC_ARN: topics.byLevel.low.topicArn,
    CHAT_TOPIC_ARN: topics.chat?.topicArn ?? '',
    MINIMUM_LEVEL: config.alerts.minimumLevel,
    ALERT_WINDOW_MINUTES: String(config.alerts.windowMinutes),
    MAX_ALERTS_PER_MINUTE: String(config.alerts.maxPerMinute),
    RULES_FILE,
    DIRECTORY_FILE: knowsAnything(config) ? DIRECTORY_FILE : '',
    NAMES_BUCKET: fetchesNames(config.names) ? bucketName(config.deployment, 'backfill') : '',
    DEPLOYMENT: config.deployment,
    CHANNELS_FILE: config.alerts.channels.length === 0 ? '' : CHANNELS_FILE,
    CHANNEL_QUEUE_PREFIX: config.alerts.channels.length === 0 ? '' : channelQueuePrefix(config.deployment),
  };
}
