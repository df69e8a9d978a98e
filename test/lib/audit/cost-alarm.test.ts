import { estimateCost } from '../../../cli/commands/cost/estimate-cost.ts';
import { METRICS } from '../../../lambda/shared/metric-names.ts';
import { synthesize } from '../support/deployment.ts';
import { resources } from '../support/template.ts';

interface Query {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: { readonly Dimensions: unknown; readonly MetricName: string } };
}

/** The template's own form, which is CloudFormation's. */
function queriesOf(yaml: string): readonly Query[] {
  return (costAlarmOf(yaml)?.Metrics ?? []) as readonly Query[];
}

function costAlarmOf(yaml: string) {
  const alarms = Object.values(resources(synthesize(yaml).audit, 'AWS::CloudWatch::Alarm'));
  return alarms.find(({ AlarmName }) => AlarmName === 'trailwarden-cost-over-limit');
}

/** What the alarm's expression gives for numbers of objects and records. */
function dollars(yaml: string, numbers: Readonly<Record<string, number>>): number {
  const expression = queriesOf(yaml).find(({ Expression }) => Expression !== undefined)?.Expression ?? '';
  const sum = expression.replaceAll(/FILL\((\w+), 0\)/g, (_, name: string) => String(numbers[name] ?? 0));
  expect(sum).toMatch(/^[\d.e ()+*]+$/);
  return Number(new Function(`return ${sum}`)());
}

describe('the alarm about cost', () => {
  test('isn’t there unless a limit is set', () => {
    expect(costAlarmOf('')).toBeUndefined();
  });

  test('counts a day of what ingest and backfills have read, and tells the operators', () => {
    const yaml = 'cost: { alarmUsdPerDay: 7.5 }';
    expect(costAlarmOf(yaml)).toMatchObject({
      Threshold: 7.5,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: ['<Topicsoperations>'],
      TreatMissingData: 'notBreaching',
    });
    const metrics = queriesOf(yaml).flatMap(({ MetricStat }) => MetricStat ?? []);
    expect(metrics.map(({ Metric }) => Metric.MetricName).toSorted()).toEqual(
      [METRICS.ObjectsClosed, METRICS.ObjectsClosed, METRICS.RecordsIndexed, METRICS.RecordsIndexed].map(
        ({ name }) => name,
      ),
    );
    expect(metrics).toEqual(metrics.map(() => expect.objectContaining({ Period: 86_400, Stat: 'Sum' })));
  });

  test.each(['none', 'notable', 'all'] as const)('says what the command says of events with rows: %s', (rows) => {
    for (const retentionDays of [90, 365, 1095]) {
      const yaml = `{ cost: { alarmUsdPerDay: 1 }, retentionDays: ${retentionDays}, index: { rows: ${rows} } }`;
      for (const eventsPerObject of [10, 50, 200]) {
        const query = { eventsPerDay: 1_000_000, accounts: 1, notableShare: 0.2, retentionDays, eventsPerObject };
        const expected = estimateCost(query).perMillion[rows];
        const objects = 1_000_000 / eventsPerObject;
        const seen = dollars(yaml, { objects, records: 1_000_000 });
        expect(Math.abs(seen / expected - 1)).toBeLessThan(0.05);
        expect(dollars(yaml, { pastObjects: objects, pastRecords: 1_000_000 })).toBeCloseTo(seen, 6);
      }
    }
  });
});
