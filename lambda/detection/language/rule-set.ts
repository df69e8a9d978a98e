export type {
  ConditionNode,
  CorrelatedField,
  CorrelationRule,
  Detection,
  DetectionRule,
  Field,
  Logsource,
  Metadata,
  RuleSet,
  SelectionNode,
  ValueTest,
} from './rule-set-schema.ts';

/** Sigma's levels, from the least to the most severe. */
export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof LEVELS)[number];

export const STATUSES = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;

export const TIME_PARTS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type TimePart = (typeof TIME_PARTS)[number];

export const COMPARISONS = ['lt', 'lte', 'gt', 'gte'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export const QUANTIFIERS = ['any', 'all', 'all_or_empty', 'none'] as const;
export type Quantifier = (typeof QUANTIFIERS)[number];

export const CORRELATION_TYPES = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
  'first_seen',
  'chain',
] as const;
export type CorrelationType = (typeof CORRELATION_TYPES)[number];

export const CORRELATION_OPERATORS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;
export type CorrelationOperator = (typeof CORRELATION_OPERATORS)[number];
