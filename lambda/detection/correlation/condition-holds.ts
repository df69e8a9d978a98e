import type { CorrelationOperator, CorrelationRule } from '../language/rule-set.ts';

const OPERATORS: Readonly<Record<CorrelationOperator, (actual: number, bound: number) => boolean>> = {
  gt: (actual, bound) => actual > bound,
  gte: (actual, bound) => actual >= bound,
  lt: (actual, bound) => actual < bound,
  lte: (actual, bound) => actual <= bound,
  eq: (actual, bound) => actual === bound,
  neq: (actual, bound) => actual !== bound,
};

/** Whether a number fulfils every part of a correlation's condition. */
export function holds(condition: CorrelationRule['condition'], actual: number): boolean {
  return condition.every(({ compare, value }) => OPERATORS[compare](actual, value));
}
