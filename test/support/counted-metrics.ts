import { Metrics } from '@aws-lambda-powertools/metrics';

/** Metrics that keep what was added, by name, and publish nothing. */
export class CountedMetrics extends Metrics {
  readonly added = new Map<string, number[]>();

  constructor() {
    super({ namespace: 'Test', serviceName: 'test' });
  }

  override addMetric(...args: Parameters<Metrics['addMetric']>): this {
    const [name, , value] = args;
    this.added.set(name, [...(this.added.get(name) ?? []), value]);
    return this;
  }

  override publishStoredMetrics(): this {
    return this;
  }

  /** The last value of a metric; undefined if none was added. */
  last(name: string): number | undefined {
    return this.added.get(name)?.at(-1);
  }
}
