import type { ReadRecord } from '../record/record.ts';

export type Category = 'management' | 'data' | 'insight' | 'network-activity' | 'aggregated';

const CATEGORIES: Readonly<Record<string, Category>> = {
  management: 'management',
  data: 'data',
  insight: 'insight',
  networkactivity: 'network-activity',
  aggregated: 'aggregated',
};

/** `eventCategory`, which came with eventVersion 1.07; older records are told apart by managementEvent and eventType. */
export function classifyCategory(read: ReadRecord): Category {
  const known = CATEGORIES[read.eventCategory?.toLowerCase() ?? ''];
  if (known !== undefined) return known;
  if (read.eventType === 'AwsCloudTrailInsight') return 'insight';
  if (read.eventType === 'AwsVpceEvent') return 'network-activity';
  if (read.eventType === 'AwsAggregatedEvent') return 'aggregated';
  return read.managementEvent === false ? 'data' : 'management';
}
