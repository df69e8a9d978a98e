import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  METRIC_NAMESPACE,
  METRICS,
  type MetricOf,
  SERVICES,
  type ServiceName,
} from '../../lambda/shared/metric-names.ts';
import { synthesize } from '../lib/support/deployment.ts';
import { resources } from '../lib/support/template.ts';

const ROOT = join(import.meta.dirname, '../..');
const TABLE = 'lambda/shared/metric-names.ts';

const sources = ['lambda', 'lib', 'cli', 'local']
  .flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${room}/${file}`),
  )
  .filter((file) => file !== TABLE)
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));

const isOfService = (file: string, service: string): boolean => file.startsWith(`lambda/${service.replace('-', '/')}/`);
const names = (text: string, metric: string): boolean => new RegExp(`\\bMETRICS\\.${metric}\\b`).test(text);

interface WatchedMetric {
  Namespace?: string;
  MetricName?: string;
  Dimensions?: { Name: string; Value: string }[];
}

/** The metrics that alarms watch, those within an expression included. */
function watchedMetrics(): WatchedMetric[] {
  return Object.values(resources(synthesize().audit, 'AWS::CloudWatch::Alarm')).flatMap((alarm): WatchedMetric[] => {
    const parts = (alarm.Metrics ?? []) as { MetricStat?: { Metric: WatchedMetric } }[];
    return [alarm as WatchedMetric, ...parts.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []))];
  });
}

test('every metric of ours that an alarm watches is emitted by the function that the alarm names', () => {
  const ours = watchedMetrics().filter(({ Namespace }) => Namespace === METRIC_NAMESPACE);
  const emitted = Object.values(METRICS).flatMap(({ name, by }) => by.map((service) => `${name} of ${service}`));
  const watched = ours.map(
    ({ MetricName, Dimensions }) => `${MetricName} of ${Dimensions?.find(({ Name }) => Name === 'service')?.Value}`,
  );
  expect(watched.length).toBeGreaterThan(6);
  expect(emitted).toEqual(expect.arrayContaining(watched));
});

test('each metric is emitted by the functions that the table names, or by what they share', () => {
  for (const { name, by } of Object.values(METRICS)) {
    const emitters = sources.filter(({ file, text }) => file.startsWith('lambda/') && names(text, name));
    expect({ name, isEmitted: emitters.length > 0 }).toEqual({ name, isEmitted: true });
    for (const { file } of emitters) {
      const isAllowed = file.startsWith('lambda/runtime/') || by.some((service) => isOfService(file, service));
      expect({ name, file, isAllowed }).toEqual({ name, file, isAllowed: true });
    }
    for (const service of by) {
      const isEmitted = emitters.some(({ file }) => file.startsWith('lambda/runtime/') || isOfService(file, service));
      expect({ name, service, isEmitted }).toEqual({ name, service, isEmitted: true });
    }
  }
});

test('a metric is emitted by recordMetric alone, which takes those of the table only', () => {
  const emitters = sources.filter(({ text }) => text.includes('.addMetric(') || text.includes('.addMetrics('));
  expect(emitters.map(({ file }) => file)).toEqual(['lambda/runtime/record-metric.ts']);
});

test('no name of a metric, and no namespace or service of one, stands as a string beside the table', () => {
  const written = new RegExp(`['"\`](${Object.keys(METRICS).join('|')})['"\`]`);
  const strings = sources.filter(
    ({ text }) =>
      // A word in a heading that people read is no name of a metric.
      written.test(
        text.replaceAll(
          /(title: |heading\(|line\(\s*|category_name: |=== 0 \? |\? 'Events' : |uid: 2, name: )'Findings'/g,
          '',
        ),
      ) ||
      // AWS's own namespaces are none of ours, and neither is a bundler's.
      /(namespace: ['"`](?!AWS\/|late['"`])|serviceName: ['"`])/.test(text),
  );
  expect(strings.map(({ file }) => file)).toEqual([]);
});

test('a metric that is routine in a function is emitted by it', () => {
  for (const { name, by, routinelyBy } of Object.values(METRICS)) {
    const all: readonly ServiceName[] = by;
    expect({ name, all }).toEqual({ name, all: expect.arrayContaining([...routinelyBy]) });
  }
});

test('the compiler refuses a metric that the function does not emit, or that nobody does', () => {
  const ofVerify: MetricOf<'verify'> = METRICS.DigestsValid;
  // @ts-expect-error: ingest alone emits it.
  const ofIngest: MetricOf<'verify'> = METRICS.ObjectsClosed;
  // @ts-expect-error: there is no such metric.
  expect(METRICS.RowsForgotten).toBeUndefined();
  expect([ofVerify.name, ofIngest.name]).toEqual(['DigestsValid', 'ObjectsClosed']);
  expect(Object.keys(SERVICES)).toEqual([
    'ingest',
    'verify',
    'sweep',
    'pack',
    'notify',
    'backfill-list',
    'backfill-batch',
  ]);
});
