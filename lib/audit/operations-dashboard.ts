import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import type { DeploymentConfig } from '../config/config.ts';
import type { NotificationQueue } from '../functions/notification-queue.ts';
import type { Alarms } from './alarms.ts';
import { dollarsOfADay } from './cost-of-use.ts';
import { FIVE_MINUTES, ownMetricsOf } from './own-metric.ts';

export interface OperationsDashboardProps {
  readonly config: Pick<DeploymentConfig, 'deployment' | 'index' | 'retentionDays'>;
  readonly alarms: Alarms;
  readonly queue: NotificationQueue;
  readonly digestQueue: NotificationQueue;
  readonly functions: readonly IFunction[];
}

/** The width of a whole row. */
const ROW = 24;

/** How Trailwarden itself is: from what rings, over what comes in and waits, to what it finds and costs. */
export class OperationsDashboard extends Dashboard {
  constructor(scope: Construct, id: string, props: OperationsDashboardProps) {
    const { config, alarms, queue, digestQueue, functions } = props;
    const { deployment } = config;
    super(scope, id, { dashboardName: deployment, defaultInterval: Duration.days(1) });
    const own = ownMetricsOf(deployment);
    const oldest = { period: FIVE_MINUTES, statistic: Stats.MAXIMUM };
    const sum = { period: FIVE_MINUTES, statistic: Stats.SUM };
    const graph = (title: string, ...left: IMetric[]) => new GraphWidget({ title, left, width: ROW / 3, height: 6 });
    this.addWidgets(
      new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms.byName.values()], width: ROW, height: 4 }),
    );
    this.addWidgets(
      graph('Read', own('ingest', METRICS.ObjectsClosed, Stats.SUM), own('ingest', METRICS.RecordsIndexed, Stats.SUM)),
      graph(
        'Seconds from delivery to index',
        own('ingest', METRICS.IngestDelaySeconds, Stats.p(50)),
        own('ingest', METRICS.IngestDelaySeconds, Stats.p(99)),
      ),
      graph(
        'Not read',
        own('ingest', METRICS.ObjectsRejected, Stats.SUM),
        own('ingest', METRICS.RecordsRejected, Stats.SUM),
        own('ingest', METRICS.ObjectsGivenUp, Stats.SUM),
        queue.deadLetterQueue.metricApproximateNumberOfMessagesVisible(oldest),
        digestQueue.deadLetterQueue.metricApproximateNumberOfMessagesVisible(oldest),
      ),
    );
    this.addWidgets(
      graph(
        'Oldest message, seconds',
        queue.queue.metricApproximateAgeOfOldestMessage(oldest),
        digestQueue.queue.metricApproximateAgeOfOldestMessage(oldest),
      ),
      graph(
        'Findings and alerts',
        own('ingest', METRICS.Findings, Stats.SUM),
        own('sweep', METRICS.CorrelationsFired, Stats.SUM),
        own('sweep', METRICS.AlertsPending, Stats.MAXIMUM),
        own('sweep', METRICS.AlertsFailed, Stats.SUM),
      ),
      graph(
        'Digests',
        own('verify', METRICS.DigestsValid, Stats.SUM),
        own('verify', METRICS.DigestsInvalid, Stats.SUM),
        own('verify', METRICS.LogObjectsModified, Stats.SUM),
        own('verify', METRICS.LogObjectsMissing, Stats.SUM),
        own('sweep', METRICS.DigestsOverdue, Stats.SUM),
      ),
    );
    this.addWidgets(
      graph(
        'Index, seconds that the oldest waits',
        own('pack', METRICS.OldestPageSeconds, Stats.MAXIMUM),
        own('pack', METRICS.OldestSmallSegmentSeconds, Stats.MAXIMUM),
      ),
      graph('Errors of functions', ...functions.map((it) => it.metricErrors(sum))),
      graph(
        'Milliseconds of functions',
        ...functions.map((it) => it.metricDuration({ period: FIVE_MINUTES, statistic: Stats.p(99) })),
      ),
    );
    this.addWidgets(
      new SingleValueWidget({
        title: 'What a day costs, US dollars at list prices',
        metrics: [dollarsOfADay(deployment, config)],
        setPeriodToTimeRange: false,
        width: ROW / 3,
        height: 4,
      }),
    );
  }
}
