import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesize } from '../support/deployment.ts';
import { resources } from '../support/template.ts';

const { audit } = synthesize();

const alarms = new Map(
  Object.values(resources(audit, 'AWS::CloudWatch::Alarm')).map((alarm) => [
    String(alarm.AlarmName).replace(/^trailwarden-/, ''),
    alarm,
  ]),
);
const own = (service: string, MetricName: string, Statistic: string) => ({
  Namespace: 'Trailwarden',
  MetricName,
  Dimensions: [{ Name: 'service', Value: service }],
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
const UNDER = { ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' };

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
    ['nothing-ingested', { ...own('ingest', 'ObjectsClosed', 'Sum'), ...UNDER, Threshold: 1, Period: 3600 }],
    ['ingest-errors', { ...ofFunction('Errors', 'Ingest'), ...OVER, Threshold: 1, EvaluationPeriods: 2 }],
    ['ingest-throttles', { ...ofFunction('Throttles', 'Ingest'), ...OVER, Threshold: 1, EvaluationPeriods: 3 }],
    ['objects-rejected', { ...own('ingest', 'ObjectsRejected', 'Sum'), ...OVER, Threshold: 1 }],
    ['records-rejected', { ...own('ingest', 'RecordsRejected', 'Sum'), ...OVER, Threshold: 1 }],
    ['objects-refused', { ...own('ingest', 'ObjectsRefused', 'Sum'), ...OVER, Threshold: 1 }],
    [
      'digest-dead-letter-queue-not-empty',
      { ...ofQueue('ApproximateNumberOfMessagesVisible', 'DigestQueueDeadLetterQueue'), ...OVER, Threshold: 1 },
    ],
    ['verify-errors', { ...ofFunction('Errors', 'Verify'), ...OVER, Threshold: 1, EvaluationPeriods: 2 }],
    ['alerts-pending', { ...own('sweep', 'AlertsPending', 'Minimum'), ...OVER, Threshold: 1, EvaluationPeriods: 3 }],
    ['alert-channel-given-up', { ...own('sweep', 'AlertChannelsGivenUp', 'Sum'), ...OVER, Threshold: 1 }],
    ['rows-unreadable', { ...OVER, Threshold: 1 }],
    ['sweep-errors', { ...ofFunction('Errors', 'Sweep'), ...OVER, Threshold: 1, EvaluationPeriods: 2 }],
    [
      'sweep-not-running',
      { ...ofFunction('Invocations', 'Sweep'), ...UNDER, Threshold: 1, EvaluationPeriods: 3, Period: 300 },
    ],
    ['pack-errors', { ...ofFunction('Errors', 'Pack'), ...OVER, Threshold: 2, Period: 1800 }],
    ['pack-overdue', { ...own('pack', 'PackDone0', 'Sum'), ...UNDER, Threshold: 1, Period: 3600 }],
    ['pages-unpacked', { ...own('pack', 'OldestPageHours', 'Maximum'), ...OVER, Threshold: 72 }],
    ['segments-unmerged', { ...own('pack', 'OldestSmallSegmentHours', 'Maximum'), ...OVER, Threshold: 240 }],
    ['pages-unreadable', { ...own('pack', 'PagesUnreadable', 'Maximum'), ...OVER, Threshold: 1 }],
    ['alerts-undelivered', { ...OVER, Threshold: 1 }],
    ['rows-set-aside', { ...OVER, Threshold: 1 }],
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
    expect(metrics).toHaveLength(4);
    for (const service of ['sweep', 'ingest', 'verify']) {
      const { Statistic: Stat, ...Metric } = own(service, 'RowsUnreadable', 'Maximum');
      expect(metrics).toContainEqual(expect.objectContaining({ MetricStat: { Metric, Period: 300, Stat } }));
    }
  });

  test('add up the rows that each function sets aside', () => {
    const metrics = alarms.get('rows-set-aside')?.Metrics;
    expect(metrics).toHaveLength(4);
    for (const service of ['ingest', 'verify', 'sweep']) {
      const { Statistic, ...Metric } = own(service, 'RowsSetAside', 'Sum');
      expect(metrics).toContainEqual(expect.objectContaining({ MetricStat: { Metric, Period: 300, Stat: Statistic } }));
    }
  });

  test("tell the operations' topic when they begin and when they end", () => {
    for (const alarm of alarms.values()) {
      expect(alarm).toMatchObject({ AlarmActions: ['<Topicsoperations>'], OKActions: ['<Topicsoperations>'] });
    }
  });

  test('are twenty-three, each with a heading in the runbook that its description names', () => {
    const runbook = readFileSync(join(import.meta.dirname, '../../../docs/runbook.md'), 'utf8');
    const headings = [...runbook.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
    expect(alarms.size).toBe(23);
    expect(headings).toEqual([...alarms.keys()]);
    for (const [name, { AlarmDescription }] of alarms) {
      expect(AlarmDescription).toMatch(new RegExp(`docs/runbook\\.md, "${name}"\\.$`));
    }
  });
});
