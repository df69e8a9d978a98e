import type { Detection, DetectionRule, SelectionNode, ValueTest } from '../language/rule-set.ts';
import { plainText } from '../language/sigma-string.ts';
import { fold } from './match-text.ts';

/**
 * Aggregated data events sum up many calls, so a rule about single calls must not match them. Only rules that name
 * their eventCategory judge them.
 */
const CATEGORY = 'aggregated';

/** Whether a record sums up data events. */
export function isAggregated(record: object): boolean {
  const { eventCategory }: { eventCategory?: unknown } = record;
  return typeof eventCategory === 'string' && fold(eventCategory) === CATEGORY;
}

/** Whether a rule asks for the eventCategory `Aggregated`, in any of its search identifiers. */
export function namesAggregated({ detection }: Pick<DetectionRule, 'detection'>): boolean {
  return inDetection(detection);
}

function inDetection({ selections }: Detection): boolean {
  return Object.values(selections).some(inSelection);
}

function inSelection(node: SelectionNode): boolean {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.of.some(inSelection);
    case 'detection':
      return inDetection(node.detection);
    case 'field': {
      const { field, negated, values } = node;
      const isCategory = field.path.length === 1 && field.path[0] === 'eventCategory';
      return isCategory && !negated && values.some((tests) => tests.some(isName));
    }
    default:
      return false;
  }
}

function isName(test: ValueTest): boolean {
  const text = test.is === 'text' ? plainText(test.pattern) : undefined;
  return text !== undefined && fold(text) === CATEGORY;
}
