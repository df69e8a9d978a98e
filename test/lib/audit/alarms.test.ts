import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { ASSUMPTIONS } from '../../../cli/commands/cost/cost-assumptions.ts';
import { METRIC_NAMESPACE, METRICS, type OwnMetric, type ServiceName } from '../../../lambda/shared/metric-names.ts';
import { synthesize } from '../support/deployment.ts';
import { resources } from '../support/template.ts';

const { audit } = synthesize();

const alarms = new Map(
  Object.values(resources(audit, 'AWS::CloudWatch::Alarm')).map((alarm) => [
    String(alarm.AlarmName).replace(/^trailwarden-/, ''),
    alarm,
  ]),
);
/** Only a deployment with `alerts.channels` has them. */
const alarmsOfSources = ['source-notification-missing', 'source-check-failing'];
const alarmsOfChannels = ['channel-message-given-up', 'channel-dead-letter-queue-not-empty', 'notify-errors'];

/** The dimensions of a function's metrics, as Powertools names them. */
const dimensionsOf = (deployment: string, service: ServiceName) => [
  { Name: 'deployment', Value: deployment },
  { Name: 'service', Value: service },
];
const own = (service: ServiceName, { name }: OwnMetric, Statistic: string) => ({
  Namespace: METRIC_NAMESPACE,
  MetricName: name,
  Dimensions: dimensionsOf('trailwarden', service),
  Statistic,
});
const ofQueue = (MetricName: string, queue: string) => ({
  Namespace: 'AWS/SQS',
  MetricName,
  Dimensions: [{ Name: 'QueueName', Value: `<${queue}.QueueName>` }],
  Statistic: 'Maximum',
});
const ofFunction = (MetricName: string, name: string) => ({
  Namespace: 'AWS/Lambda',
  MetricName,
  Dimensions: [{ Name: 'FunctionName', Value: `<${name}Function>` }],
  Statistic: 'Sum',
});

const OVER = { ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'notBreaching' };
const UNDER = { ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'missing' };

describe('the alarms', () => {
  test.each([
    [
      'dead-letter-queue-not-empty',
      { ...ofQueue('ApproximateNumberOfMessagesVisible', 'LogQueueDeadLetterQueue'), ...OVER, Threshold: 1 },
    ],
    [
      'dead-letter-queue-old',
      { ...ofQueue('ApproximateAgeOfOldestMessage', 'LogQueueDeadLetterQueue'), ...OVER, Threshold: 864_000 },
    ],
    [
      'log-queue-old',
      { ...ofQueue('ApproximateAgeOfOldestMessage', 'LogQueue'), ...OVER, Threshold: 1800, EvaluationPeriods: 3 },
    ],
    ['nothing-ingested', { ...own('ingest', METRICS.ObjectsClosed, 'Sum'), ...UNDER, Threshold: 1, Period: 3600 }],
    ['ingest-errors', { ...ofFunction('Errors', 'Ingest'), ...OVER, Threshold: 1, EvaluationPeriods: 2 }],
    ['ingest-throttles', { ...ofFunction('Throttles', 'Ingest'), ...OVER, Threshold: 1, EvaluationPeriods: 3 }],
    ['objects-rejected', { ...own('ingest', METRICS.ObjectsRejected, 'Sum'), ...OVER, Threshold: 1 }],
    ['records-rejected', { ...own('ingest', METRICS.RecordsRejected, 'Sum'), ...OVER, Threshold: 1 }],
    ['objects-refused', { ...own('ingest', METRICS.ObjectsRefused, 'Sum'), ...OVER, Threshold: 1 }],
    [
      'digest-dead-letter-queue-not-empty',
      { ...ofQueue('ApproximateNumberOfMessagesVisible', 'DigestQueueDeadLetterQueue'), ...OVER, Threshold: 1 },
    ],
    ['verify-errors', { ...ofFunction('Errors', 'Verify'), ...OVER, Threshold: 1, EvaluationPeriods: 2 }],
    [
      'alerts-pending',
      { ...own('sweep', METRICS.AlertsPending, 'Minimum'), ...OVER, Threshold: 1, EvaluationPeriods: 3 },
    ],
    ['alert-channel-given-up', { ...own('sweep', METRICS.AlertChannelsGivenUp, 'Sum'), ...OVER, Threshold: 1 }],
    ['rows-unreadable', { ...OVER, Threshold: 1 }],
    ['sweep-errors', { ...ofFunction('Errors', 'Sweep'), ...OVER, Threshold: 1, EvaluationPeriods: 2 }],
    [
      'sweep-not-running',
      { ...ofFunction('Invocations', 'Sweep'), ...UNDER, Threshold: 1, EvaluationPeriods: 3, Period: 300 },
    ],
    ['pack-errors', { ...ofFunction('Errors', 'Pack'), ...OVER, Threshold: 2, Period: 1800 }],
    ['pack-overdue', { ...own('pack', METRICS.PackDone, 'Sum'), ...UNDER, Threshold: 1, Period: 3600 }],
    ['pages-unpacked', { ...own('pack', METRICS.OldestPageSeconds, 'Maximum'), ...OVER, Threshold: 259_200 }],
    [
      'segments-unmerged',
      { ...own('pack', METRICS.OldestSmallSegmentSeconds, 'Maximum'), ...OVER, Threshold: 864_000 },
    ],
    ['pages-unreadable', { ...own('pack', METRICS.PagesUnreadable, 'Maximum'), ...OVER, Threshold: 1 }],
    ['alerts-undelivered', { ...OVER, Threshold: 1 }],
  ])('watch for %s', (name, properties) => {
    expect(alarms.get(name)).toMatchObject(properties);
  });

  test('add up the failed deliveries of every alert topic', () => {
    const metrics = alarms.get('alerts-undelivered')?.Metrics;
    expect(metrics).toHaveLength(6);
    for (const topic of ['alerts', 'critical', 'high', 'medium', 'low']) {
      expect(metrics).toContainEqual(
        expect.objectContaining({
          MetricStat: {
            Metric: {
              Namespace: 'AWS/SNS',
              MetricName: 'NumberOfNotificationsFailed',
              Dimensions: [{ Name: 'TopicName', Value: `<Topics${topic}.TopicName>` }],
            },
            Period: 300,
            Stat: 'Sum',
          },
        }),
      );
    }
  });

  test('add up the rows that each function could not read', () => {
    const metrics = alarms.get('rows-unreadable')?.Metrics;
    expect(metrics).toHaveLength(1 + METRICS.RowsUnreadable.by.length);
    for (const service of METRICS.RowsUnreadable.by) {
      const { Statistic: Stat, ...Metric } = own(service, METRICS.RowsUnreadable, 'Maximum');
      expect(metrics).toContainEqual(expect.objectContaining({ MetricStat: { Metric, Period: 300, Stat } }));
    }
  });

  test("tell the operations' topic when they begin and when they end", () => {
    for (const alarm of alarms.values()) {
      expect(alarm).toMatchObject({ AlarmActions: ['<Topicsoperations>'], OKActions: ['<Topicsoperations>'] });
    }
  });

  test('tell of data that stop coming, and not of data that never came yet, as after the first deploy', () => {
    const silent = [...alarms].filter(([, { TreatMissingData }]) => TreatMissingData !== 'notBreaching');
    expect(silent.map(([name]) => name)).toEqual(['nothing-ingested', 'sweep-not-running', 'pack-overdue']);
    for (const [name, alarm] of alarms) {
      const isSilent = silent.some(([other]) => other === name);
      // An alarm begins in INSUFFICIENT_DATA, and acts when its state changes.
      expect(alarm.InsufficientDataActions).toEqual(isSilent ? ['<Topicsoperations>'] : undefined);
    }
  });

  test('are twenty-three, as the estimate of the cost has it, each with a heading in the runbook that its description names', () => {
    const runbook = readFileSync(join(import.meta.dirname, '../../../docs/runbook.md'), 'utf8');
    const headings = [...runbook.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
    expect(alarms.size).toBe(23);
    expect(ASSUMPTIONS.alarms).toBe(alarms.size);
    expect(headings).toEqual([
      ...alarms.keys(),
      ...alarmsOfChannels,
      ...alarmsOfSources,
      'replication-failing',
      'cost-over-limit',
    ]);
    for (const [name, { AlarmDescription }] of alarms) {
      expect(AlarmDescription).toMatch(new RegExp(`docs/runbook\\.md, "${name}"\\.$`));
    }
  });

  test('of two deployments in a region watch no metric of each other', () => {
    const watched = (template: Template) =>
      Object.values(resources(template, 'AWS::CloudWatch::Alarm')).flatMap((alarm) =>
        [alarm, ...metricsWithin(alarm)].filter(({ Namespace }) => Namespace === METRIC_NAMESPACE),
      );
    const deploymentsOf = (template: Template) => [
      ...new Set(watched(template).map(({ Dimensions }) => (Dimensions as ReturnType<typeof dimensionsOf>)[0]?.Value)),
    ];
    expect(deploymentsOf(audit)).toEqual(['trailwarden']);
    expect(deploymentsOf(synthesize('deployment: blue').audit)).toEqual(['blue']);
    expect(watched(audit).length).toBeGreaterThan(10);
  });
});

/** The metrics in an alarm's expression. */
function metricsWithin({ Metrics = [] }: Record<string, unknown>): Record<string, unknown>[] {
  return (Metrics as { MetricStat?: { Metric: Record<string, unknown> } }[]).flatMap(({ MetricStat }) =>
    MetricStat === undefined ? [] : [MetricStat.Metric],
  );
}
