import type { Report } from '../language/problem.ts';
import type { Logsource } from '../language/rule-set.ts';
import { describeNode, entryOf, type YamlMap } from '../language/yaml-tree.ts';
import { mistyped } from './document-keys.ts';

const KEYS = ['category', 'product', 'service'] as const;

/** The log source of a rule or filter; mandatory, and not empty. Attributes beyond the three are not evaluated. */
export function parseLogsource(document: YamlMap, report: Report): Logsource | undefined {
  const entry = entryOf(document, 'logsource');
  if (entry === undefined) {
    const found = mistyped(document, 'logsource');
    return report.at(
      found?.keyAt ?? document.at,
      'the logsource is missing',
      found && `logsource instead of ${found.key}`,
    );
  }
  if (entry.value.kind !== 'map') return report.at(entry.value.at, 'the logsource must be a map');
  const logsource: Logsource = {};
  for (const key of KEYS) {
    const value = entryOf(entry.value, key)?.value;
    if (value === undefined) continue;
    if (value.kind !== 'scalar' || value.value === null || value.text === '') {
      return report.at(value.at, `the logsource's ${key} must be text, not ${describeNode(value)}`);
    }
    logsource[key] = value.text.toLowerCase();
  }
  if (Object.keys(logsource).length === 0) {
    return report.at(entry.keyAt, 'the logsource names neither a category, a product nor a service');
  }
  return logsource;
}

/** Whether a rule for this log source is meant for CloudTrail's records. */
export function isCloudTrail({ category, product, service }: Logsource): boolean {
  return category === undefined && (product ?? 'aws') === 'aws' && (service ?? 'cloudtrail') === 'cloudtrail';
}

/**
 * Whether a filter for one log source applies to a rule for another. Parts that the filter doesn't name match any
 * value.
 */
export function filterCovers(filter: Logsource, rule: Logsource): boolean {
  return KEYS.every((key) => filter[key] === undefined || filter[key] === rule[key]);
}
