import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  type MetricOptions,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { bucketName } from '../config/resource-names.ts';
import type { NotificationQueue } from '../functions/notification-queue.ts';
import { REPLICATION_RULE } from '../log-archive/replication.ts';
import type { AlertTopics } from '../stores/alert-topics.ts';
import { dollarsOfADay } from './cost-of-use.ts';
import { FIVE_MINUTES, ownMetricsOf } from './own-metric.ts';

export interface AlarmsProps {
  readonly deployment: string;
  readonly queue: NotificationQueue;
  readonly digestQueue: NotificationQueue;
  readonly ingest: IFunction;
  readonly verify: IFunction;
  readonly sweep: IFunction;
  readonly pack: IFunction;
  readonly backfill: IStateMachine;
  readonly topics: AlertTopics;
  /** If the deployment has channels of its own. */
  readonly channels?: { readonly deadLetterQueue: IQueue; readonly notify: IFunction };
  /** If the deployment reads buckets that trails write to already. */
  readonly hasSources?: boolean;
  /** What some deployments are also watched for. */
  readonly config: Pick<DeploymentConfig, 'cost' | 'index' | 'logBucket' | 'retentionDays'>;
}

/** An alarm: `name` is its heading in docs/runbook.md. */
interface AlarmSpec {
  readonly name: string;
  readonly says: string;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly comparison?: ComparisonOperator;
  /** Periods in a row that must be over the threshold; 1 unless said. */
  readonly periods?: number;
  /**
   * Whether missing data is the fault: something that always runs has stopped. The alarm then ends in INSUFFICIENT_DATA,
   * where it begins too: it tells only of data that stop coming, and so isn't on before there were any, as after the
   * first deploy.
   */
  readonly missingIsBad?: boolean;
}

/**
 * What tells an operator that Trailwarden itself is in trouble. Each costs ten cents a month, so there is one for each
 * problem that needs a person, and none for problems that end by themselves.
 */
export class Alarms extends Construct {
  /** Each by its name in docs/runbook.md. */
  readonly byName: ReadonlyMap<string, Alarm>;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const action = new SnsAction(props.topics.operations);
    const byName = new Map<string, Alarm>();
    for (const spec of specs(props)) {
      const alarm = new Alarm(this, spec.name, {
        alarmName: `${props.deployment}-${spec.name}`,
        alarmDescription: `${spec.says} What to do: docs/runbook.md, "${spec.name}".`,
        metric: spec.metric,
        threshold: spec.threshold,
        comparisonOperator: spec.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: spec.periods ?? 1,
        treatMissingData: spec.missingIsBad ? TreatMissingData.MISSING : TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      if (spec.missingIsBad) alarm.addInsufficientDataAction(action);
      byName.set(spec.name, alarm);
    }
    this.byName = byName;
  }
}

function specs({
  deployment,
  queue,
  digestQueue,
  ingest,
  verify,
  sweep,
  pack,
  backfill,
  topics,
  channels,
  hasSources = false,
  config,
}: AlarmsProps): AlarmSpec[] {
  const oldest = { period: FIVE_MINUTES, statistic: Stats.MAXIMUM };
  const sum = { period: FIVE_MINUTES, statistic: Stats.SUM };
  const ownMetric = ownMetricsOf(deployment);
  return [
    {
      name: 'dead-letter-queue-not-empty',
      says: 'Objects were given up, with a reason or after hours of tries, and are not in the index.',
      metric: queue.deadLetterQueue.metricApproximateNumberOfMessagesVisible(oldest),
      threshold: 1,
    },
    {
      name: 'dead-letter-queue-old',
      says: 'Failed objects have waited for ten days; SQS deletes them after fourteen.',
      metric: queue.deadLetterQueue.metricApproximateAgeOfOldestMessage(oldest),
      threshold: Duration.days(10).toSeconds(),
    },
    {
      name: 'log-queue-old',
      says: 'An object has waited for half an hour to be read.',
      metric: queue.queue.metricApproximateAgeOfOldestMessage(oldest),
      threshold: Duration.minutes(30).toSeconds(),
      periods: 3,
    },
    {
      name: 'nothing-ingested',
      says: 'No log object was read for an hour, though every account has some.',
      metric: ownMetric('ingest', METRICS.ObjectsClosed, Stats.SUM, Duration.hours(1)),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      missingIsBad: true,
    },
    {
      name: 'ingest-errors',
      says: 'Ingest crashed or ran out of time or memory.',
      metric: ingest.metricErrors(sum),
      threshold: 1,
      periods: 2,
    },
    {
      name: 'ingest-throttles',
      says: "The account's Lambda concurrency leaves none for ingest.",
      metric: ingest.metricThrottles(sum),
      threshold: 1,
      periods: 3,
    },
    {
      name: 'objects-rejected',
      says: 'A log object could not be read and was given up, with a reason in the ledger.',
      metric: ownMetric('ingest', METRICS.ObjectsRejected, Stats.SUM),
      threshold: 1,
    },
    {
      name: 'records-rejected',
      says: 'Records could not be read and are in the quarantine bucket.',
      metric: ownMetric('ingest', METRICS.RecordsRejected, Stats.SUM),
      threshold: 1,
    },
    {
      name: 'objects-refused',
      says: 'A message in the log queue named a bucket that is not a log bucket.',
      metric: ownMetric('ingest', METRICS.ObjectsRefused, Stats.SUM),
      threshold: 1,
    },
    {
      name: 'digest-dead-letter-queue-not-empty',
      says: 'Digests were given up, with a reason or after hours of tries: what they name is not vouched for.',
      metric: digestQueue.deadLetterQueue.metricApproximateNumberOfMessagesVisible(oldest),
      threshold: 1,
    },
    {
      name: 'verify-errors',
      says: 'Verify crashed or ran out of time or memory.',
      metric: verify.metricErrors(sum),
      threshold: 1,
      periods: 2,
    },
    {
      name: 'alerts-pending',
      says: 'Alerts have stayed unpublished for a quarter of an hour.',
      metric: ownMetric('sweep', METRICS.AlertsPending, Stats.MINIMUM),
      threshold: 1,
      periods: 3,
    },
    {
      name: 'alert-channel-given-up',
      says: 'A channel refused an alert for a day, and will not get it any more.',
      metric: ownMetric('sweep', METRICS.AlertChannelsGivenUp, Stats.SUM),
      threshold: 1,
    },
    {
      name: 'rows-unreadable',
      says: 'Rows of a table can not be read by this version: what they stand for waits.',
      metric: new MathExpression({
        label: 'Rows',
        period: FIVE_MINUTES,
        expression: 'FILL(sweep, 0) + FILL(ingest, 0) + FILL(verify, 0) + FILL(backfill, 0)',
        usingMetrics: {
          sweep: ownMetric('sweep', METRICS.RowsUnreadable, Stats.MAXIMUM),
          ingest: ownMetric('ingest', METRICS.RowsUnreadable, Stats.MAXIMUM),
          verify: ownMetric('verify', METRICS.RowsUnreadable, Stats.MAXIMUM),
          backfill: ownMetric('backfill-batch', METRICS.RowsUnreadable, Stats.MAXIMUM),
        },
      }),
      threshold: 1,
    },
    {
      name: 'alerts-undelivered',
      says: 'SNS could not deliver an alert to a subscriber.',
      metric: new MathExpression({
        label: 'Failed deliveries',
        period: FIVE_MINUTES,
        expression: topics.published.map((_, index) => `FILL(topic${index}, 0)`).join(' + '),
        usingMetrics: Object.fromEntries(
          topics.published.map((topic, index) => [`topic${index}`, topic.metricNumberOfNotificationsFailed(sum)]),
        ),
      }),
      threshold: 1,
    },
    {
      name: 'sweep-errors',
      says: 'Sweep fails: alerts that ingest left pending wait.',
      metric: sweep.metricErrors(sum),
      threshold: 1,
      periods: 2,
    },
    {
      name: 'sweep-not-running',
      says: 'Sweep was not called for a quarter of an hour.',
      metric: sweep.metricInvocations(sum),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: 3,
      missingIsBad: true,
    },
    {
      name: 'pack-errors',
      says: 'Pack fails: the pages or small segments of a shard or a day stay as they are.',
      metric: pack.metricErrors({ period: Duration.minutes(30), statistic: Stats.SUM }),
      threshold: 2,
    },
    {
      name: 'pack-overdue',
      says: 'For an hour, no call of pack has done all that was due: questions read more and more pages.',
      metric: ownMetric('pack', METRICS.PackDone, Stats.SUM, Duration.hours(1)),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      missingIsBad: true,
    },
    {
      name: 'backfill-failed',
      says: 'A backfill ended before all objects were read; trailwarden backfill resume goes on.',
      metric: backfill.metricFailed(sum),
      threshold: 1,
    },
    {
      name: 'pages-unpacked',
      says: 'CRITICAL: pages of the audit index have waited for three days to be packed; they expire after thirty.',
      metric: ownMetric('pack', METRICS.OldestPageSeconds, Stats.MAXIMUM, Duration.minutes(30)),
      threshold: Duration.days(3).toSeconds(),
    },
    {
      name: 'segments-unmerged',
      says: 'CRITICAL: small segments have waited for ten days to be merged; they expire after sixty.',
      metric: ownMetric('pack', METRICS.OldestSmallSegmentSeconds, Stats.MAXIMUM, Duration.minutes(30)),
      threshold: Duration.days(10).toSeconds(),
    },
    {
      name: 'pages-unreadable',
      says: 'Pages of another version, or damaged ones, are left behind: their events are in no segment.',
      metric: ownMetric('pack', METRICS.PagesUnreadable, Stats.MAXIMUM, Duration.minutes(30)),
      threshold: 1,
    },
    ...channelSpecs(channels, deployment, { oldest, sum }),
    ...(hasSources ? sourceSpecs(deployment) : []),
    ...replicationSpecs(deployment, config.logBucket),
    ...costSpecs(deployment, config),
  ];
}

/** Of buckets that somebody else sets up. Verify looks twice an hour. */
function sourceSpecs(deployment: string): AlarmSpec[] {
  const ownMetric = ownMetricsOf(deployment);
  const hour = Duration.hours(1);
  return [
    {
      name: 'source-notification-missing',
      says: 'The bucket of a source does not announce its objects any more: they are found by digests alone, hours later.',
      metric: ownMetric('verify', METRICS.NotificationsMissing, Stats.SUM, hour),
      threshold: 1,
    },
    {
      name: 'source-check-failing',
      says: 'For two hours, a source could not be looked at: its bucket, key or role does not let the functions in.',
      metric: ownMetric('verify', METRICS.SourceChecksFailed, Stats.SUM, hour),
      threshold: 1,
      periods: 2,
    },
  ];
}

/** Of the copy in another account. S3 gives up what it can't copy, and tells of it by this metric alone. */
function replicationSpecs(deployment: string, { replication }: DeploymentConfig['logBucket']): AlarmSpec[] {
  if (replication === undefined) return [];
  return [
    {
      name: 'replication-failing',
      says: 'Log objects could not be copied to the other account, and S3 does not try again.',
      metric: new Metric({
        namespace: 'AWS/S3',
        metricName: 'OperationsFailedReplication',
        dimensionsMap: {
          SourceBucket: bucketName(deployment, 'logs'),
          DestinationBucket: replication.bucket,
          RuleId: REPLICATION_RULE,
        },
        statistic: Stats.SUM,
        period: FIVE_MINUTES,
      }),
      threshold: 1,
    },
  ];
}

/** Of the bill: by what the functions count, hours before AWS's own metrics of it. */
function costSpecs(deployment: string, config: AlarmsProps['config']): AlarmSpec[] {
  const { alarmUsdPerDay } = config.cost;
  if (alarmUsdPerDay === undefined) return [];
  return [
    {
      name: 'cost-over-limit',
      says: `What was read in the last 24 hours costs more than ${alarmUsdPerDay} US dollars, by the count of events and list prices.`,
      metric: dollarsOfADay(deployment, config),
      threshold: alarmUsdPerDay,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
    },
  ];
}

/** Of the channels that a deployment has beside its topics. */
function channelSpecs(
  channels: AlarmsProps['channels'],
  deployment: string,
  { oldest, sum }: { readonly oldest: MetricOptions; readonly sum: MetricOptions },
): AlarmSpec[] {
  if (channels === undefined) return [];
  return [
    {
      name: 'channel-message-given-up',
      says: 'The receiver of a channel has not taken an alert for a day, and will not get it any more.',
      metric: ownMetricsOf(deployment)('notify', METRICS.ChannelMessagesGivenUp, Stats.SUM),
      threshold: 1,
    },
    {
      name: 'channel-dead-letter-queue-not-empty',
      says: 'Alerts that the receiver of a channel has not taken are in the dead-letter queue.',
      metric: channels.deadLetterQueue.metricApproximateNumberOfMessagesVisible(oldest),
      threshold: 1,
    },
    {
      name: 'notify-errors',
      says: 'Notify crashed or ran out of time or memory: alerts wait in the queues of channels.',
      metric: channels.notify.metricErrors(sum),
      threshold: 1,
      periods: 2,
    },
  ];
}
