import { METRICS } from '../../../lambda/shared/metric-names.ts';
import { synthesize } from '../support/deployment.ts';
import { readable, resources } from '../support/template.ts';

const dashboards = (yaml: string) => Object.values(resources(synthesize(yaml).audit, 'AWS::CloudWatch::Dashboard'));

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly unknown[][];
  };
}

describe('the dashboard', () => {
  const [dashboard] = dashboards('{ dashboard: true, deployment: blue }');
  const { widgets } = JSON.parse(String(readable(dashboard?.DashboardBody))) as { readonly widgets: readonly Widget[] };

  test('is there where it is asked for, under the name of the deployment', () => {
    expect(dashboards('')).toEqual([]);
    expect(dashboard?.DashboardName).toBe('blue');
  });

  test('shows every alarm', () => {
    const { audit } = synthesize('{ dashboard: true, deployment: blue }');
    const alarms = Object.keys(resources(audit, 'AWS::CloudWatch::Alarm'));
    expect(widgets.find(({ type }) => type === 'alarm')?.properties.alarms).toHaveLength(alarms.length);
  });

  test('draws metrics of its own deployment that some function emits', () => {
    const own = widgets
      .flatMap(({ properties }) => properties.metrics ?? [])
      .filter(([first]) => first === 'Trailwarden');
    expect(own.length).toBeGreaterThanOrEqual(15);
    const emitters = new Map<string, readonly string[]>(Object.values(METRICS).map(({ name, by }) => [name, by]));
    for (const [, name, , deployment, , service] of own) {
      expect(emitters.get(String(name))).toContain(service);
      expect(deployment).toBe('blue');
    }
  });
});
