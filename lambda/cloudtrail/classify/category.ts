import type { ReadRecord } from '../record/read-record.ts';

export type Category = 'management' | 'data' | 'insight' | 'network-activity' | 'aggregated';

const CATEGORIES: Readonly<Record<string, Category>> = {
  management: 'management',
  data: 'data',
  insight: 'insight',
  networkactivity: 'network-activity',
  aggregated: 'aggregated',
};

/** `eventCategory` exists since eventVersion 1.07. In older records managementEvent and eventType decide. */
export function classifyCategory(read: ReadRecord): Category {
  const known = CATEGORIES[read.eventCategory?.toLowerCase() ?? ''];
  if (known !== undefined) return known;
  if (read.eventType === 'AwsCloudTrailInsight') return 'insight';
  if (read.eventType === 'AwsVpceEvent') return 'network-activity';
  if (read.eventType === 'AwsAggregatedEvent') return 'aggregated';
  return read.managementEvent === false ? 'data' : 'management';
}
